"""Bringing in a unit's return: one entry per row that says something, all of them or none.

A row that was logged before is found by its key, which follows from plan, unit, quarter and content: the same
return may arrive as often as it likes. An entry belongs to the person who signed the paper; who brought it in
stands in the record.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from audit.record import record
from organizations.models import User
from tasks.imports.returns import NEW, REPEATED, Return

from .progress import Signed, log_progress

if TYPE_CHECKING:
    from tasks.models import ProgressEntry


class Outcome(NamedTuple):
    """What a return came to."""

    logged: int
    repeated: int
    refused: int
    blank: int


def signed_by(returned: Return) -> Signed:
    """The name on the paper, and the account of the unit's person with that name, where there is just one."""
    name = returned.paper.signer
    if not name:
        return Signed(None, "")
    people = User.objects.filter(organization=returned.organization, real_name=name, is_active=True)[:2]
    return Signed(people[0] if len(people) == 1 else None, name)


@transaction.atomic
def bring_in(*, returned: Return, by: User | None, at: datetime.datetime, today: datetime.date) -> Outcome:
    """Logs what the return says; raises StaleError or ValidationError, and then nothing was written."""
    signed = signed_by(returned)
    entries: list[ProgressEntry] = []
    for line in returned.lines:
        if line.verdict != NEW or line.assignment is None or line.key is None:
            continue
        entry = log_progress(
            assignment=line.assignment, by=by, at=at, today=today, happened_on=returned.happened_on,
            quantity=line.added, percent=line.percent, what=line.values["progress"],
            problems=line.values["problems"] or "", next_steps=line.values["next_steps"] or "",
            request_key=line.key, signed=signed,
        )  # fmt: skip
        entries.append(entry)
    verdicts = [line.verdict for line in returned.lines]
    outcome = Outcome(len(entries), verdicts.count(REPEATED), verdicts.count("refused"), verdicts.count("blank"))
    if entries:
        record(
            "progress.return", returned.organization, by=by, at=at, scope_id=returned.plan.issuer_id,
            after={"file": returned.name, "sha256": returned.sha256, "period": returned.quarter,
                   "signed_by": signed.name, **outcome._asdict()},
        )  # fmt: skip
    return outcome
