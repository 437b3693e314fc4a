"""Whether a workbook is long, found out without parsing it: enough to decide who reads it, the request or a job."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

PIECE = 1 << 16
LOOKED_AT = 1 << 23  # octets of one sheet, unpacked
OLD_ROW = 150  # octets that a row of an old workbook takes at least, with a dozen columns
_ROWS = (b"<row ", b"<row>", b"<table:table-row")


def longer_than(path: Path, rows: int) -> bool:
    """True where some sheet seems to have more than so many rows. Never raises; a broken file is short."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
        if head.startswith(b"PK"):
            return _zipped(path, rows)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            return path.stat().st_size > rows * OLD_ROW
        with path.open("rb") as file:
            return file.read(LOOKED_AT).count(b"\n") > rows
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError):
        return False


def _zipped(path: Path, rows: int) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/") or name == "content.xml"]
        return any(_count(archive, name, rows) > rows for name in names[:50])


def _count(archive: zipfile.ZipFile, name: str, rows: int) -> int:
    found, read, rest = 0, 0, b""
    with archive.open(name) as sheet:
        while found <= rows and read < LOOKED_AT and (piece := sheet.read(PIECE)):
            read += len(piece)
            text = rest + piece
            found += sum(text.count(tag) for tag in _ROWS)
            rest = text[-20:]
            found -= sum(rest.count(tag) for tag in _ROWS)
    return found
