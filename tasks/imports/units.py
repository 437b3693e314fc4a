"""From the names in a cell to the city's units and collective units."""

from __future__ import annotations

import re
from typing import NamedTuple

from organizations.models import Organization, OrganizationGroup
from organizations.names import NameIndex

from .faults import CellError

Unit = Organization | OrganizationGroup
_SEPARATOR = re.compile(r"([、，,；;/\s\u3000]+)")
_REST = re.compile(r"(等有关部门|等有关单位|等部门|等单位|等)$")
_MARK = re.compile(r"[（(]牵头[)）]")
_LONGEST = 3  # a collective unit's spelling has at most two separators: 中央、省驻青有关单位


class Named(NamedTuple):
    """The units of one cell, in its order; `marked` are those that it calls the lead."""

    units: tuple[Unit, ...]
    marked: tuple[Unit, ...] = ()


class UnitReader:
    """Reads unit cells; each spelling is looked up once."""

    def __init__(self, commission: Organization) -> None:
        self._index = NameIndex.for_city(commission)
        self._found: dict[str, Unit | None] = {}
        self._cells: dict[str, Named] = {}

    def read(self, written: str) -> Named:
        """All units of a cell; raises CellError for a name that is unknown or of a dissolved unit."""
        if written not in self._cells:
            self._cells[written] = self._read(written)
        return self._cells[written]

    def _find(self, name: str) -> Unit | None:
        if name not in self._found:
            self._found[name] = self._index.find(name)
        return self._found[name]

    def _read(self, written: str) -> Named:
        body = _REST.sub("", written.strip())
        before, mark, after = body.partition("牵头，") if "牵头，" in body else body.partition("牵头,")
        lead_by_place = self._names(before) if mark else ()
        units = self._names(after if mark else body)
        marked = tuple(unit for unit, has_mark in units if has_mark) + tuple(unit for unit, _ in lead_by_place)
        every = dict.fromkeys([unit for unit, _ in (*lead_by_place, *units)])
        return Named(tuple(every), marked)

    def _names(self, written: str) -> tuple[tuple[Unit, bool], ...]:
        """The longest run of words that is a name wins, because some names hold a 、 themselves."""
        parts = [part for part in _SEPARATOR.split(written) if part]
        words = [index for index, part in enumerate(parts) if not _SEPARATOR.fullmatch(part)]
        found: list[tuple[Unit, bool]] = []
        at = 0
        while at < len(words):
            for length in range(min(_LONGEST, len(words) - at), 0, -1):
                piece = "".join(parts[words[at] : words[at + length - 1] + 1])
                name = _MARK.sub("", piece)
                unit = self._find(name)
                if unit is not None:
                    break
            else:
                raise CellError("unknown_unit", _REST.sub("", _MARK.sub("", parts[words[at]])))
            if isinstance(unit, Organization) and not unit.is_active:
                raise CellError("unit_inactive", name)
            found.append((unit, name != piece))
            at += length
        return tuple(found)
