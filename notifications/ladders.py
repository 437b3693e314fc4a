"""The ladder of a commission, with the rungs that come with the site where nobody has edited it yet."""

from __future__ import annotations

from collections.abc import Mapping

from organizations.models import Organization

from . import subjects
from .models import Ladder, Stage


def ladder_of(commission: Organization) -> Ladder:
    """The commission's ladder; made, with the default rungs of every subject, where it is missing.

    A subject that came with a later version gets its default rungs when it is first seen.
    """
    ladder, _new = Ladder.objects.get_or_create(commission=commission)
    known = set(Stage.objects.filter(ladder=ladder).values_list("subject", flat=True).distinct())
    missing = [subject for subject in subjects.discover().values() if subject.code not in known]
    if missing:
        Stage.objects.bulk_create(_defaults(ladder, missing), ignore_conflicts=True)
    return ladder


def _defaults(ladder: Ladder, missing: list[subjects.Subject]) -> list[Stage]:
    return [
        Stage(ladder=ladder, subject=subject.code, side=one.side, offset=one.offset, audiences=list(one.audiences),
              urgent=one.urgent)
        for subject in missing
        for one in subject.stages
    ]  # fmt: skip


def active_stages(ladder: Ladder) -> Mapping[str, list[Stage]]:
    """Subject → its active rungs, the gentlest first."""
    found: dict[str, list[Stage]] = {code: [] for code in subjects.discover()}
    for stage in Stage.objects.filter(ladder=ladder, is_active=True):
        if stage.subject in found:
            found[stage.subject].append(stage)
    return {code: sorted(stages, key=lambda stage: stage.rung.severity) for code, stages in found.items()}
