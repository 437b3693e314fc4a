"""Logging progress (填报进展): an entry that adds to what was done, with its proof."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from audit.record import record
from tasks import entry_rules
from tasks.evidence import Proof, checked
from tasks.models import Assignment, Evidence, ProgressEntry
from tasks.models.progress import evidence_path
from tasks.states import TRANSITIONS, UNIT_ACTS, AssignmentState

from .claim import claim, locked, stale

if TYPE_CHECKING:
    from organizations.models import User


class Signed(NamedTuple):
    """Whose entry it is where a paper was brought in by somebody else: the account, if any, and the name on it."""

    author: User | None
    name: str


def log_progress(
    *,
    assignment: Assignment,
    by: User | None,
    at: datetime.datetime,
    today: datetime.date,
    happened_on: datetime.date,
    quantity: Decimal | int | None,
    percent: int | None,
    what: str,
    problems: str = "",
    next_steps: str = "",
    files: Sequence[File | Proof] = (),
    request_key: uuid.UUID | str,
    signed: Signed | None = None,
    version: int | None = None,
) -> ProgressEntry:
    """Adds one entry; `quantity` is what it adds to the sum, `percent` None follows from the target.

    The entry is that of `by`, or of who `signed` the paper that `by` brings in.

    A repeated request (same `request_key`) gets its first entry back and adds nothing, also when both run
    at once: the row of the assignment is locked, and a unique key stands behind it.
    Raises ValidationError by field (entry_rules, forbidden files) and StaleError where the assignment was
    submitted, signed off or cancelled meanwhile, or is not of the `version` that the person saw.
    Files are kept before the transaction, under the hash of
    their content: what is refused later leaves at most a file that nobody can reach.
    """
    proofs = check_files(files)
    paths = [store(assignment.plan_id, proof) for proof in proofs]
    key = request_key if isinstance(request_key, uuid.UUID) else uuid.UUID(str(request_key))
    typed = {"what": what.strip(), "problems": problems.strip(), "next_steps": next_steps.strip()}
    with transaction.atomic():
        now = locked(assignment)
        first = ProgressEntry.objects.filter(assignment=now, request_key=key).first()
        if first is not None:
            return first
        if now.state not in UNIT_ACTS or (version is not None and version != now.version):
            raise stale(now)
        added = Decimal(quantity or 0)
        done = entry_rules.percent_after(now, added, percent)
        faults = entry_rules.faults(now, today=today, happened_on=happened_on, quantity=added, percent=done)
        if not typed["what"]:
            faults["what"] = entry_rules.what_missing()
        if faults:
            raise ValidationError(faults)
        before = _advance(now, added, done, happened_on, by=by, at=at, today=today)
        entry = ProgressEntry.objects.create(
            plan_id=now.plan_id, assignment=now, author=signed.author if signed else by, happened_on=happened_on,
            quantity=added,
            total=now.quantity, percent=done, created_at=at, request_key=key,
            signed_by=signed.name if signed else "", **typed,
        )  # fmt: skip
        _attach(entry, proofs, paths, at)
        after = {name: getattr(now, name) for name in before} | {"entry": entry.pk, "files": [p.sha256 for p in proofs]}
        record("assignment.progress", now, by=by, at=at, scope_id=now.plan.issuer_id, before=before, after=after)
    return entry


def check_files(files: Iterable[File | Proof]) -> list[Proof]:
    """Every file checked and each content once; raises one ValidationError that names every refused file."""
    proofs: dict[str, Proof] = {}
    faults: list[Any] = []
    for file in files:
        try:
            proof = file if isinstance(file, Proof) else checked(file)
        except ValidationError as error:
            faults.append(error)
        else:
            proofs.setdefault(proof.sha256, proof)
    if faults:
        raise ValidationError({"files": faults})
    return list(proofs.values())


def _advance(now: Assignment, added: Decimal, percent: int, happened_on: datetime.date, **act: Any) -> dict[str, Any]:
    """Adds to the sum of the locked row; the first entry starts the work. Returns the old values."""
    latest = max(happened_on, now.last_progress_on or happened_on)
    changes: dict[str, Any] = {"quantity": now.quantity + added, "percent": percent, "last_progress_on": latest}
    if now.state in TRANSITIONS["start"][0]:
        return claim(now, "start", **act, **changes)
    before = {name: getattr(now, name) for name in changes}
    rows = Assignment.objects.filter(pk=now.pk, state__in=UNIT_ACTS - {AssignmentState.NOT_STARTED})
    if not rows.update(version=F("version") + 1, **changes):
        raise stale(now)
    for name, value in changes.items():
        setattr(now, name, value)
    now.version += 1
    return before


def store(plan_id: int, proof: Proof) -> str:
    """Puts the content where its hash says, once, however often it is handed in; returns the path."""
    path = evidence_path(Evidence(plan_id=plan_id, sha256=proof.sha256), proof.name)
    return path if default_storage.exists(path) else default_storage.save(path, proof.file)


def _attach(entry: ProgressEntry, proofs: Sequence[Proof], paths: Sequence[str], at: datetime.datetime) -> None:
    Evidence.objects.bulk_create(
        Evidence(
            plan_id=entry.plan_id, assignment_id=entry.assignment_id, entry=entry, file=path, name=proof.name,
            content_type=proof.content_type, size=proof.size, sha256=proof.sha256, uploaded_at=at,
        )
        for proof, path in zip(proofs, paths, strict=True)
    )  # fmt: skip
