"""What a returned workbook is about, signed, so that a row means its assignment and nothing can be forged into it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.core import signing

from lib.sheets.read import Sheet

SHEET = "_标识"
_MARK = "qdsafety-return-1"
_SALT = "tasks.workbooks.identity"
_PIECE = 30_000  # characters that a cell holds with room to spare


class Identity(NamedTuple):
    """Plan, unit, quarter, and of each row: its place in the sheet, the assignment, number and period of the task."""

    plan: int
    year: int
    organization: int
    quarter: str
    made_on: datetime.date
    rows: Sequence[tuple[int, int, str, str]]


def written(identity: Identity) -> list[str]:
    """The cells of the hidden sheet, one below the other."""
    plain = identity._replace(made_on=identity.made_on.isoformat())._asdict()  # type: ignore[arg-type]  # as text, for JSON
    signed = signing.dumps(plain, salt=_SALT, compress=True)
    return [_MARK, *(signed[start : start + _PIECE] for start in range(0, len(signed), _PIECE))]


class BrokenIdentityError(ValueError):
    """There is an identification, but it was changed or made elsewhere."""


def read(sheets: Iterable[Sheet]) -> Identity | None:
    """The identification that a workbook carries; None without one, BrokenIdentityError where it does not hold."""
    for sheet in sheets:
        cells = [str(row[0]) for row in sheet.rows if row and row[0]]
        if cells and cells[0] == _MARK:
            try:
                plain = signing.loads("".join(cells[1:]), salt=_SALT)
                made_on = datetime.date.fromisoformat(plain.pop("made_on"))
                rows = [(row[0], row[1], row[2], row[3]) for row in plain.pop("rows")]
                return Identity(**plain, made_on=made_on, rows=rows)
            except (signing.BadSignature, ValueError, TypeError, KeyError) as error:
                raise BrokenIdentityError from error
    return None
