"""Many workbooks as one zip, made piece by piece while it is sent: memory for one workbook, however many go out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, TypeVar

Sheet = TypeVar("Sheet")


class _Pieces(io.RawIOBase):
    """Takes what the zip writes and gives it away in pieces."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        self._written += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        """What was written since the last time."""
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found


def zip_of(
    sheets: Iterable[Sheet], name_of: Callable[[Sheet], str], write: Callable[[IO[bytes], Sheet], Any]
) -> Iterator[bytes]:
    """A zip of workbooks; two of the same name are told apart by a number."""
    pieces = _Pieces()
    used: dict[str, int] = {}
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[arg-type]
        for sheet in sheets:
            buffer = io.BytesIO()
            write(buffer, sheet)
            archive.writestr(_unlike(name_of(sheet), used), buffer.getvalue())
            yield pieces.taken()
    yield pieces.taken()


def _unlike(name: str, used: dict[str, int]) -> str:
    used[name] = used.get(name, 0) + 1
    stem, dot, ending = name.rpartition(".")
    return name if used[name] == 1 else f"{stem} ({used[name]}){dot}{ending}"
