"""From the names in a cell to the city's units and collective units.

A name is matched against full names, short names, other names and collective terms, never guessed; what comes
near is offered as a suggestion.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import NamedTuple

from organizations.models import Organization, OrganizationGroup
from organizations.names import NameIndex, key_of

from .cells import text
from .faults import CellError

Unit = Organization | OrganizationGroup
_SEPARATOR = re.compile(r"([、，,；;/\s\u3000|｜\\+＋&。·•]+)")
_BREAK = re.compile(r"[\r\n\u2028]+")
_REST_WORDS = re.compile(
    r"(?:等有关部门|等有关单位|等相关部门|等相关单位|等部门|等单位|等成员单位|等\d+个(?:部门|单位)|等)[。.]?$"
)
_LEAD = r"(?:总?牵头|主办|主责)(?:单位|部门)?"
_HELP = r"(?:配合|协办|协助|协同|参与|参加)(?:单位|部门)?"
_MARK = re.compile(rf"[（(【\[](?:{_LEAD})[)）】\]]|[*★]$")
_OTHER_MARK = re.compile(rf"[（(【\[](?:{_HELP}|责任单位|责任部门)[)）】\]]")
_LABEL = re.compile(rf"(?P<lead>{_LEAD})[:：]|(?P<help>{_HELP}|责任(?:单位|部门)|承办(?:单位|部门)|其他)[:：]")
_BEFORE = re.compile(
    r"^(?:由)?(?P<names>.+?)(?:共同)?(?:牵头|主办)(?:负责|落实|组织)?(?:[，,；;。、\s]|$)(?P<rest>.*)$"
)
_AFTER = re.compile(rf"(?:按职责分工)?(?:{_HELP}|负责|落实|分工负责|按职责分工负责)$")
_AND = re.compile(r"和|及|与|以及|会同|并")
_LONGEST = 3  # a collective unit's spelling has at most two separators: 中央、省驻青有关单位
_NEAR = 3
_ENOUGH = 200  # unknown names for which suggestions are looked up; beyond that the file speaks of another city


class Named(NamedTuple):
    """The units of one cell, in its order; `marked` are those that it calls the lead."""

    units: tuple[Unit, ...]
    marked: tuple[Unit, ...] = ()


class UnitReader:
    """Reads unit cells; each spelling is looked up once."""

    def __init__(self, index: NameIndex, meant: Mapping[str, str] | None = None) -> None:
        """`meant`: a name as the file writes it → the name that a person said it means."""
        self._index = index
        self._meant = {key_of(written): name for written, name in (meant or {}).items()}
        self._keys = list(index)
        self._found: dict[str, Unit | None] = {}
        self._cells: dict[str, Named | CellError] = {}
        self._asked = 0

    @classmethod
    def for_city(cls, commission: Organization, meant: Mapping[str, str] | None = None) -> UnitReader:
        """A reader that knows every unit below a commission."""
        return cls(NameIndex.for_city(commission), meant)

    def knows(self, name: str) -> bool:
        """True for a name of a unit or a collective term."""
        return len(name) < 60 and self._find(name) is not None

    def read(self, written: object) -> Named:
        """All units of a cell; raises CellError for a name that is unknown or of a dissolved unit."""
        cell = written if isinstance(written, str) else text(written)  # type: ignore[arg-type]  # any cell
        if cell not in self._cells:
            try:
                self._cells[cell] = self._read(cell)
            except CellError as error:
                self._cells[cell] = error
        found = self._cells[cell]
        if isinstance(found, CellError):
            raise CellError(found.code, found.value, **found.details)
        return found

    def suggestions(self, name: str) -> list[str]:
        """Names that come near, the nearest first: 市安监居 → 市安监局."""
        self._asked += 1
        if self._asked > _ENOUGH or not 2 <= len(name) <= 40:
            return []
        key = key_of(name)
        near = difflib.get_close_matches(key, self._keys, _NEAR * 3, 0.6)
        if len(near) < _NEAR and len(key) >= 3:
            near += [other for other in self._keys if key in other or (len(other) >= 3 and other in key)]
        units = dict.fromkeys(unit for other in near if (unit := self._index.find(other)) is not None)
        return [_shown(unit) for unit in units][:_NEAR]

    def _find(self, name: str) -> Unit | None:
        if name not in self._found:
            meant = self._meant.get(key_of(name), name) if self._meant else name
            self._found[name] = self._index.find(meant)
        return self._found[name]

    def _read(self, written: str) -> Named:
        # A line break separates names; text() would drop it.
        body = "\n".join(line for part in _BREAK.split(written) if (line := text(part)))
        found: list[Unit] = []
        marked: list[Unit] = []
        for role, part in _divided(body):
            for unit, has_mark in self._names(_trimmed(part)):
                found.append(unit)
                if role == "lead" or has_mark:
                    marked.append(unit)
        return Named(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(marked)))

    def _names(self, written: str) -> list[tuple[Unit, bool]]:
        """The longest run of words that is a name wins, because some names hold a 、 themselves."""
        parts = [part for part in _SEPARATOR.split(written) if part]
        words = [index for index, part in enumerate(parts) if not _SEPARATOR.fullmatch(part)]
        found: list[tuple[Unit, bool]] = []
        at = 0
        while at < len(words):
            for length in range(min(_LONGEST, len(words) - at), 0, -1):
                run = parts[words[at] : words[at + length - 1] + 1]
                hit = self._unit("".join(run))
                if hit is not None:
                    found.append(hit)
                    break
            else:
                length = 1
                found += self._joined(parts[words[at]])
            at += length
        return found

    def _unit(self, piece: str) -> tuple[Unit, bool] | None:
        """The unit of a piece, with or without a mark."""
        bare = _OTHER_MARK.sub("", _MARK.sub("", piece))
        for name in (piece, bare, _REST_WORDS.sub("", bare), _AFTER.sub("", bare)):
            unit = self._find(name) if name else None
            if unit is not None:
                if isinstance(unit, Organization) and not unit.is_active:
                    raise CellError("unit_inactive", name)
                return unit, bool(_MARK.search(piece))
        return None

    def _joined(self, word: str) -> list[tuple[Unit, bool]]:
        """Names joined by 和 or 及, where each side is a name; some names have such a word themselves."""
        for joint in _AND.finditer(word):
            left, right = self._unit(word[: joint.start()]), word[joint.end() :]
            if left is not None and right:
                whole = self._unit(right)
                return [left, whole] if whole is not None else [left, *self._joined(right)]
        name = _REST_WORDS.sub("", _OTHER_MARK.sub("", _MARK.sub("", word)))
        if not name:
            return []
        raise CellError("unknown_unit", name, near=self.suggestions(name))


def _divided(body: str) -> list[tuple[str, str]]:
    """(role, names): by labels (牵头单位：… 配合单位：…), by 牵头， between, or the whole."""
    labels = list(_LABEL.finditer(body))
    if labels:
        ends = [label.start() for label in labels[1:]] + [len(body)]
        before = [("", body[: labels[0].start()])] if body[: labels[0].start()].strip("、，,；; ") else []
        return before + [
            ("lead" if label["lead"] else "help", body[label.end() : end])
            for label, end in zip(labels, ends, strict=True)
        ]
    found = _BEFORE.match(body)
    if found and not _MARK.search(body):
        return [("lead", found["names"]), ("help", found["rest"])]
    return [("", body)]


def _trimmed(part: str) -> str:
    part = part.strip(" \n、，,；;。.:：")
    return _AFTER.sub("", _REST_WORDS.sub("", part)).strip(" \n、，,；;")


def _shown(unit: Unit) -> str:
    return unit.short_name if isinstance(unit, Organization) and unit.short_name else unit.name
