"""Walks the whole record and says what was changed, removed, inserted or moved.

Two things are compared, both as they stream by in the order of their keys: the entries, and what the seals
and the list of unsealed entries say should be there. Memory holds one batch of entries and the contents of
the seals that reach into it. Writers may go on meanwhile: what looks odd is looked at once more at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db import connection

from . import contents, guard, seals
from .canonical import COLUMNS, hash_of, moment
from .contents import Line
from .findings import Finding, in_order
from .models import AuditEntry, Seal, Unsealed, Verification

BATCH = 2000
KEPT = 100  # findings told; all are counted
NOTED = 1000  # findings held in memory, because some prove to be moves
_ID, _AT, _TYPE, _OBJECT, _HASH = (
    [*COLUMNS, "hash"].index(name) for name in ("id", "at", "object_type", "object_id", "hash")
)


class Outcome(NamedTuple):
    """What was walked and what was found; `number` counts all findings, `findings` are the first of them."""

    entries: int
    seals: int
    last_seal: str
    seconds: float
    number: int
    findings: list[Finding]

    @property
    def intact(self) -> bool:
        """True where nothing is wrong."""
        return not self.number

    def figures(self) -> dict[str, Any]:
        """The columns of a Verification."""
        names = ("entries", "seals", "last_seal", "seconds", "number")
        return {name: getattr(self, name) for name in names} | {"intact": self.intact}


def verify(*, progress: Callable[[int], None] | None = None) -> Outcome:
    """Walks everything; writes nothing. `progress` hears how many entries have been walked."""
    begun = time.monotonic()
    walk = _Walk(progress)
    walk.guards()
    walk.seals()
    walk.entries()
    walk.chains()
    found = in_order(walk.resolved())
    number = len(found) + max(0, walk.number - NOTED)
    return Outcome(walk.walked, walk.seal_number, walk.last_seal, time.monotonic() - begun, number, found[:KEPT])


class _Walk:
    """One walk: what it has seen and what it has found."""

    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self._progress = progress
        self.walked = self.seal_number = self.number = 0
        self.last_seal = ""
        self._found: list[Finding] = []
        self._odd: dict[int, str] = {}  # entry → the hash that stands in it, where it is not the expected one
        self._lost: dict[int, Line] = {}  # lines without their entry

    def _add(self, finding: Finding) -> None:
        self.number += 1
        if self.number <= NOTED:
            self._found.append(finding)

    def guards(self) -> None:
        """The triggers are on."""
        missing = guard.missing(connection)
        if missing:
            self._add(Finding("guard", 0, other=", ".join(missing)))

    def seals(self) -> None:
        """Numbers follow each other, each seal names the one before and is what its hash says."""
        before = ""
        for seal in Seal.objects.order_by("number").defer("contents").iterator(chunk_size=BATCH):
            self.seal_number += 1
            if seal.number != self.seal_number or seal.previous != before:
                self._add(Finding("seal_removed", seal.number, at=moment(seal.at)))
                self.seal_number = seal.number
            elif seals.hash_of(seal) != seal.hash:
                self._add(Finding("seal_changed", seal.number, at=moment(seal.at)))
            before = seal.hash
        self.last_seal = before
        last = Verification.objects.filter(seals__gt=0).order_by("-id").first()
        if last and not Seal.objects.filter(number=last.seals, hash=last.last_seal).exists():
            self._add(Finding("seal_lost", last.seals, at=moment(last.at)))

    def entries(self) -> None:
        """Each entry is what its hash says, and stands where a seal or the list says."""
        expected: dict[int, Line] = {}
        coming = self._lines()
        following = next(coming, None)
        for row in _rows():
            key = row[_ID]
            while following is not None and following[0].entry_id <= key:
                expected |= {line.entry_id: line for line in following}
                following = next(coming, None)
            line = expected.pop(key, None)
            if line is None or line.hash != row[_HASH] or hash_of(row[:_HASH]) != row[_HASH]:
                self._note(line, row)
            self.walked += 1
            if self.walked % BATCH == 0:
                self._gone(expected, key)
                if self._progress:
                    self._progress(self.walked)
        while following is not None:
            expected |= {line.entry_id: line for line in following}
            following = next(coming, None)
        self._gone(expected, None)

    def _note(self, line: Line | None, row: tuple[Any, ...]) -> None:
        kind, other = ("inserted", "") if line is None else ("changed", "")
        if line is not None and (line.object_type, line.object_id) != (row[_TYPE], row[_OBJECT]):
            kind, other = "displaced", f"{line.object_type} {line.object_id}"
        if self.number < NOTED:
            self._odd[row[_ID]] = row[_HASH]
        self._add(Finding(kind, row[_ID], row[_TYPE], row[_OBJECT], moment(row[_AT]), other))

    def _gone(self, expected: dict[int, Line], key: int | None) -> None:
        """Lines whose entry should have come by already."""
        for entry_id in [one for one in expected if key is None or one <= key]:
            line = expected.pop(entry_id)
            if self.number < NOTED:
                self._lost[entry_id] = line
            self._add(Finding("removed", entry_id, line.object_type, line.object_id, line.at))

    def _lines(self) -> Iterator[list[Line]]:
        """What should be there, in lists whose first keys ascend."""
        yield from _merged(self._sealed(), _unsealed())

    def _sealed(self) -> Iterator[list[Line]]:
        rows = Seal.objects.order_by("first_id", "number").values_list("number", "at", "contents", "digest", "entries")
        for number, at, packed, digest, entries in rows.iterator(chunk_size=20):
            lines, found = contents.unpack(bytes(packed))
            if found != digest or len(lines) != entries:
                self._add(Finding("seal_changed", number, at=moment(at)))
            if lines:
                yield lines

    def chains(self) -> None:
        """Each entry names an earlier one on its object; usually the one right before, else the database tells."""
        with connection.cursor() as cursor:
            cursor.execute(_UNLIKE)
            odd = cursor.fetchall()
        known = {(one.object_type, one.object_id) for one in self._found}
        for key, object_type, object_id, previous in odd:
            rows = AuditEntry.objects.filter(object_type=object_type, object_id=object_id, pk__lt=key)
            if previous and (object_type, object_id) not in known and not rows.filter(hash=previous).exists():
                at = AuditEntry.objects.values_list("at", flat=True).get(pk=key)
                self._add(Finding("gap", key, object_type, object_id, moment(at)))

    def resolved(self) -> list[Finding]:
        """The findings after a second look: some only moved, some were written or sealed during the walk."""
        moved = self._moved()
        found = []
        for one in self._found:
            if one.kind in {"changed", "displaced", "inserted"} and one.entry_id in moved:
                found.append(one._replace(kind="moved", other=str(moved[one.entry_id])))
            elif one.kind == "removed" and (one.entry_id in moved.values() or _is_back(one, self._lost)):
                continue  # said where it stands now
            elif not (one.kind == "inserted" and self._is_known(one)):
                found.append(one)
        return found

    def _moved(self) -> dict[int, int]:
        """Entry → where an entry of that hash was recorded, if that is another place."""
        if not self._odd:
            return {}
        wanted = {found: key for key, found in self._odd.items() if found}
        moved = {}
        for lines in self._lines():
            for line in lines:
                key = wanted.get(line.hash)
                if key is not None and key != line.entry_id:
                    moved[key] = line.entry_id
        return moved

    def _is_known(self, one: Finding) -> bool:
        """Whether the list or a seal that was made during the walk knows the entry by now."""
        found = self._odd[one.entry_id]
        row = AuditEntry.objects.filter(pk=one.entry_id, hash=found).values_list(*COLUMNS, "hash").first()
        if row is None:
            return True  # gone again: its transaction was undone
        if hash_of(row[:_HASH]) != found:
            return False
        if Unsealed.objects.filter(entry_id=one.entry_id, hash=found).exists():
            return True
        later = Seal.objects.filter(number__gt=self.seal_number, first_id__lte=one.entry_id, last_id__gte=one.entry_id)
        lines = (line for seal in later for line in contents.unpack(bytes(seal.contents))[0])
        return any(line.entry_id == one.entry_id and line.hash == found for line in lines)


_UNLIKE = """
    SELECT id, object_type, object_id, previous FROM (
        SELECT id, object_type, object_id, previous,
            lag(hash, 1, '') OVER (PARTITION BY object_type, object_id ORDER BY id) AS latest
        FROM audit_auditentry WHERE object_id IS NOT NULL
    ) AS linked WHERE previous <> latest ORDER BY id LIMIT 10000
"""


def _rows() -> Iterator[tuple[Any, ...]]:
    rows = AuditEntry.objects.order_by("id").values_list(*COLUMNS, "hash")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1][_ID]


def _unsealed() -> Iterator[list[Line]]:
    rows = Unsealed.objects.order_by("entry_id").values_list("entry_id", "object_type", "object_id", "at", "hash")
    last = 0
    while batch := list(rows.filter(entry_id__gt=last)[:BATCH]):
        yield [contents.line_of(*row) for row in batch]
        last = batch[-1][0]


def _merged(*sources: Iterator[list[Line]]) -> Iterator[list[Line]]:
    waiting = [(source, next(source, None)) for source in sources]
    while True:
        ready = [(lines[0].entry_id, place) for place, (_source, lines) in enumerate(waiting) if lines]
        if not ready:
            return
        place = min(ready)[1]
        source, lines = waiting[place]
        yield lines or []
        waiting[place] = (source, next(source, None))


def _is_back(one: Finding, lost: dict[int, Line]) -> bool:
    """Whether the entry is there after all: it was written after the walk had passed its place."""
    line = lost.get(one.entry_id)
    return line is not None and AuditEntry.objects.filter(pk=one.entry_id, hash=line.hash).exists()
