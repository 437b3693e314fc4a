"""Many workbooks as one zip: memory for one workbook, however many go out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import IO, Any, TypeVar

Sheet = TypeVar("Sheet")


def write_zip(
    target: IO[bytes],
    sheets: Iterable[Sheet],
    name_of: Callable[[Sheet], str],
    write: Callable[[IO[bytes], Sheet], Any],
    tell: Callable[[int], None] = lambda done: None,
) -> int:
    """Writes a zip of workbooks, two of the same name told apart by a number; returns how many. `tell` hears of
    each that is done and may raise to end it."""
    used: dict[str, int] = {}
    done = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # workbooks are packed already
        for done, sheet in enumerate(sheets, 1):
            buffer = io.BytesIO()
            write(buffer, sheet)
            archive.writestr(_unlike(name_of(sheet), used), buffer.getvalue())
            tell(done)
    return done


def _unlike(name: str, used: dict[str, int]) -> str:
    used[name] = used.get(name, 0) + 1
    stem, dot, ending = name.rpartition(".")
    return name if used[name] == 1 else f"{stem} ({used[name]}){dot}{ending}"
