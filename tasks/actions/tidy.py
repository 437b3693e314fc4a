"""What the nights put in order: the summary, and lists from Excel that nobody confirmed."""

from __future__ import annotations

import datetime
import logging
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from audit.record import Act, record_many
from tasks import counts
from tasks.models import ImportBatch, Plan

log = logging.getLogger(__name__)
KEPT = datetime.timedelta(days=30)
SHOWN = 5  # differences written out; the rest is a number


class Checked(NamedTuple):
    """One plan's summary: where it was wrong, (kept, counted) by key, and whether it was put right."""

    plan: Plan
    wrong: dict[counts.Key | counts.BranchKey, tuple[int, int]]
    repaired: bool


@transaction.atomic
def check_counts(*, plan: Plan, repair: bool) -> Checked:
    """Compares the summary with a full count, says in the log where they differ, and counts anew if asked to."""
    wrong = counts.differences(plan)
    for key, (kept, counted) in sorted(wrong.items(), key=str)[:SHOWN]:
        log.error("summary of %s is wrong: %s says %s, there are %s", plan, key, kept, counted)
    if len(wrong) > SHOWN:
        log.error("summary of %s is wrong in %s rows altogether", plan, len(wrong))
    if repair:
        if wrong:
            counts.rebuild(plan)
        counts.drop_empty(plan)
    return Checked(plan, wrong, repair and bool(wrong))


@transaction.atomic
def follow_tree(*, plan: Plan) -> bool:
    """Counts anew where units of the city were added or moved since; until then its dashboard reads more rows."""
    if plan.counted_tree == counts.tree_now(plan):
        return False
    counts.rebuild(plan)
    return True


@transaction.atomic
def remove_old_previews(*, at: datetime.datetime) -> int:
    """Removes the staged rows and the file of imports that were discarded, or never confirmed, for a month.

    Returns how many. What was imported stays, as the record of what was read.
    """
    state = ImportBatch.State
    discarded = Q(state=state.DISCARDED, decided_at__lt=at - KEPT)
    forgotten = Q(state=state.PREVIEWED, at__lt=at - KEPT)
    old = ImportBatch.objects.select_for_update(of=("self",)).filter(discarded | forgotten).select_related("plan")
    batches = list(old)
    for scope in {batch.plan.issuer_id for batch in batches}:
        acts = [Act("import.remove", batch, {"state": batch.state, "file": batch.name}) for batch in batches
                if batch.plan.issuer_id == scope]  # fmt: skip
        record_many(acts, by=None, at=at, scope_id=scope)
    files = [batch.file for batch in batches if batch.file]
    ImportBatch.objects.filter(pk__in=[batch.pk for batch in batches]).delete()
    for file in files:
        transaction.on_commit(lambda file=file: file.storage.delete(file.name))  # type: ignore[misc]  # a default binds the loop's file
    return len(batches)
