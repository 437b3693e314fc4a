"""Reading a workbook as it is: the typed cells of every sheet, what is merged, hidden, broken.

Files come from outside, so each is judged by its content first and then parsed in a child process with limits
on memory and time: whatever a hostile file does, it does to the child. A child costs about 0.1 s.
"""

from __future__ import annotations

import datetime
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from . import guard

Cell = str | int | float | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | None
Place = tuple[int, int]

ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")
MAX_ROWS = 120_000
MAX_COLUMNS = 256
MAX_CELLS = 2_000_000
MEMORY_MB = 208
CPU_SECONDS = 8
WALL_SECONDS = 9.0
SMALL_MB = 2  # up to here a file is read in a second or two
SECONDS_A_MB = 4
_CHILD = Path(__file__).with_name("child.py")


class UnreadableFileError(Exception):
    """The file is no workbook, damaged, protected, or too large; the message says which, and what to do.

    `code` and `details` are what to keep where somebody else will read it; empty where there are only words.
    """

    def __init__(self, message: str, code: str = "", **details: Any) -> None:
        super().__init__(message)
        self.code, self.details = code, details


class Percent(float):
    """A number whose cell shows it as a percentage: 0.95 is shown as 95 %."""


class Broken(str):
    """What stands in a cell without a value: an error such as #REF!, or = for a formula without a stored result."""


class Sheet(NamedTuple):
    """One sheet. `rows[0][0]` is A1, all rows are of one length; `merges` are 0-based ((top, left), (bottom, right)),
    inclusive. Numbers shown as percentages are `Percent`, cells without a value `Broken`. A csv has no name."""

    name: str
    visible: bool
    rows: list[list[Cell]]
    merges: list[tuple[Place, Place]]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def read_workbook(path: Path | str) -> list[Sheet]:
    """All sheets of an xlsx, xlsm, xls, ods or csv file; raises UnreadableFileError."""
    path = Path(path)
    kind = check_file(path)
    limits = (MEMORY_MB, CPU_SECONDS, MAX_ROWS, MAX_COLUMNS, MAX_CELLS)
    # -I: the child sees neither the environment's Python settings nor the current folder.
    command = [sys.executable, "-I", str(_CHILD), kind, str(path), *(str(limit) for limit in limits)]
    found: list[Sheet] = []
    facts: list[dict[str, Any]] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:  # noqa: S603  (no shell)
        late = threading.Event()
        clock = threading.Timer(_patience(path), _end, (child, late))
        clock.start()
        try:
            for frame in _frames(child.stdout):
                if frame[0] == "rows":
                    found[-1].rows.extend(frame[1])
                    continue
                name, visible, known = frame[1:]
                hidden = frozenset(known["hidden_rows"]), frozenset(known["hidden_columns"])
                found.append(Sheet(name, visible, [], known["merges"], *hidden))
                facts.append(known)
        except _ChildError as error:
            code = _cause(child, late, error)
            raise UnreadableFileError(refusal(code, **error.details), code, **error.details) from error
        finally:
            clock.cancel()
            child.kill()
    for sheet, known in zip(found, facts, strict=True):
        _dress(sheet, known)
    return found


def _patience(path: Path) -> float:
    """Seconds that a child may take; a long list more than others, because the machine may be busy."""
    return WALL_SECONDS + SECONDS_A_MB * max(0.0, path.stat().st_size / 1024 / 1024 - SMALL_MB)


def _end(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    """Time is up."""
    late.set()
    child.kill()


class _ChildError(Exception):
    """The child refused the file, or ended before it had said everything (code "")."""

    def __init__(self, code: str, details: dict[str, Any]) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def _frames(stream: IO[bytes] | None) -> Iterator[tuple[Any, ...]]:
    """What the child says, piece by piece; raises _ChildError."""
    while stream is not None:
        try:
            frame = _Plain(stream).load()
        except (EOFError, pickle.UnpicklingError) as error:
            raise _ChildError("", {}) from error
        if frame[0] == "end":
            return
        if frame[0] == "refused":
            raise _ChildError(frame[1], frame[2])
        yield frame


def _cause(child: subprocess.Popen[bytes], late: threading.Event, error: _ChildError) -> str:
    """The code of the refusal; a child that died was too slow, or it was denied more memory."""
    if error.code:
        return error.code
    status = child.wait()
    if late.is_set() or status == -signal.SIGXCPU:
        return "slow"
    return "memory" if status < 0 else "broken"


def _dress(sheet: Sheet, known: dict[str, Any]) -> None:
    """Rows of one length; percentages and broken cells as what they are."""
    width = max(map(len, sheet.rows), default=0)
    for row in sheet.rows:
        if len(row) < width:
            row += [""] * (width - len(row))
    for line, column in known["percents"]:
        if line < len(sheet.rows) and column < width:
            cell = sheet.rows[line][column]
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                sheet.rows[line][column] = Percent(cell)
    for (line, column), written in known["broken"].items():
        if line < len(sheet.rows) and column < width:
            sheet.rows[line][column] = Broken(written)


def check_file(path: Path) -> str:
    """The kind of the file; refuses what is missing, too large, or no workbook by its content."""
    try:
        size = path.stat().st_size
        kind = guard.kind_of(path) if size <= settings.UPLOAD_LIMIT_MB * 1024 * 1024 else "too_big"
    except OSError as error:
        code = "missing" if isinstance(error, FileNotFoundError) else "closed"
        raise UnreadableFileError(refusal(code), code) from error
    if f".{kind}" not in ENDINGS:
        raise UnreadableFileError(refusal(kind), kind)
    return kind


class _Plain(pickle.Unpickler):
    """Plain values and dates only: nothing that the child says can run code here."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in {"date", "datetime", "time", "timedelta"}:
            return getattr(datetime, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def wrong_columns(why: str) -> str:
    """With the columns that somebody chose the sheet is no list any more."""
    return _("With these columns the list cannot be read, so they were left as they were. %(why)s") % {"why": why}


def refusal(code: str, **details: Any) -> str:
    """What is wrong with a file and what to do about it, in the reader's language."""
    texts = {
        "missing": _("The file is not there. Choose it again; where it was uploaded before, tell the operator."),
        "closed": _("The file may not be opened by this program. Choose another one, or tell the operator."),
        "empty": _("The file is empty. Choose the workbook again; it may not have been copied completely."),
        "too_big": _("The file is larger than %(limit)s MB. Delete pictures and unused sheets, or divide the list."),
        "encrypted": _("The workbook is protected by a password. Open it in Excel, take the password off, save it."),
        "xlsb": _("This is a binary workbook (*.xlsb). Save it as “Excel workbook (*.xlsx)” and choose that file."),
        "web_page": _("This is a web page with the ending of Excel. Open it in Excel and save it as *.xlsx."),
        "document": _("This is a document of another kind. Choose an Excel workbook (*.xlsx, *.xls) or *.ods."),
        "foreign": _("This is no Excel workbook. Choose a file of the kind *.xlsx, *.xls, *.ods or *.csv."),
        "picture": _("This is a picture with the ending of Excel. Choose the workbook itself, not a photo of it."),
        "encoding": _("The text is in an unknown encoding. Save it in Excel as “CSV UTF-8” or as *.xlsx."),
        "entities": _("The workbook declares entities, as no office program does. Copy the table into a new workbook."),
        "bomb": _("The workbook is far too large when unpacked. Copy the table into a new workbook and save that."),
        "broken": _("The workbook is damaged. Open it in Excel, save it again under a new name, and choose that file."),
        "memory": _(
            "The workbook needs too much memory: often one stray cell stands far outside the table. "
            "Copy the table into a new workbook and save that."
        ),
        "slow": _("Reading the workbook takes too long. Copy the table into a new workbook and save that."),
        "too_large": _(
            "Sheet “%(sheet)s” reaches to row %(rows)s and column %(columns)s; at most %(max_rows)s rows and "
            "%(max_columns)s columns are read. Delete what stands outside the table, or divide the list."
        ),
    }
    if code == "too_large" and details.get("cell"):
        texts["too_large"] = _(
            "On sheet “%(sheet)s” something stands in cell %(cell)s, far outside of a table; at most %(max_rows)s rows "
            "and %(max_columns)s columns are read. Delete what stands there, or divide the list."
        )
    limits = {"limit": settings.UPLOAD_LIMIT_MB, "max_rows": MAX_ROWS, "max_columns": MAX_COLUMNS}
    return texts.get(code, texts["broken"]) % (limits | details)
