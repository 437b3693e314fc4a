"""Reading a workbook as it is: the cells of every sheet, and where cells are merged.

Files come from outside, so each is judged by its content first and then parsed in a child process with limits
on memory and time: whatever a hostile file does, it does to the child. A child costs about 0.1 s.
"""

from __future__ import annotations

import datetime
import io
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from . import guard

Cell = str | int | float | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | None

ENDINGS = (".xlsx", ".xls", ".ods")
MAX_ROWS = 100_000
MAX_COLUMNS = 256
MAX_CELLS = 3_000_000
MEMORY_MB = 1_500
CPU_SECONDS = 30
WALL_SECONDS = 60
_CHILD = Path(__file__).with_name("child.py")


class UnreadableFileError(Exception):
    """The file is no workbook, damaged, protected, or too large; the message says which, and what to do."""


class Sheet(NamedTuple):
    """One sheet. `rows[0][0]` is A1; `merges` are 0-based ((top, left), (bottom, right)), inclusive."""

    name: str
    visible: bool
    rows: list[list[Cell]]
    merges: list[tuple[tuple[int, int], tuple[int, int]]]


def read_workbook(path: Path | str) -> list[Sheet]:
    """All sheets of an xlsx, xls or ods file; raises UnreadableFileError."""
    path = Path(path)
    check_file(path)
    limits = (MEMORY_MB, CPU_SECONDS, MAX_ROWS, MAX_COLUMNS, MAX_CELLS)
    # -I: the child sees neither the environment's Python settings nor the current folder.
    command = [sys.executable, "-I", str(_CHILD), str(path), *(str(limit) for limit in limits)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=WALL_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise UnreadableFileError(_refusal("slow")) from error
    if done.returncode != 0:
        raise UnreadableFileError(_refusal("memory" if done.returncode < 0 else "broken"))
    answer = _Plain(io.BytesIO(done.stdout)).load()
    if answer[0] == "refused":
        raise UnreadableFileError(_refusal(answer[1], **answer[2]))
    return [Sheet(*sheet) for sheet in answer[1]]


def check_file(path: Path) -> None:
    """Refuses what is missing, too large, or no workbook by its content; raises UnreadableFileError."""
    try:
        size = path.stat().st_size
        kind = guard.kind_of(path) if size <= settings.UPLOAD_LIMIT_MB * 1024 * 1024 else "too_big"
    except OSError as error:
        raise UnreadableFileError(_("The file cannot be opened: %(why)s.") % {"why": error.strerror}) from error
    if f".{kind}" not in ENDINGS:
        raise UnreadableFileError(_refusal(kind))


class _Plain(pickle.Unpickler):
    """Plain values and dates only: nothing that the child says can run code here."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in {"date", "datetime", "time", "timedelta"}:
            return getattr(datetime, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def _refusal(code: str, **details: Any) -> str:
    """What is wrong with a file and what to do about it, in the reader's language."""
    texts = {
        "empty": _("The file is empty. Choose the workbook again; it may not have been copied completely."),
        "too_big": _("The file is larger than %(limit)s MB. Delete pictures and unused sheets, or divide the list."),
        "encrypted": _("The workbook is protected by a password. Open it in Excel, take the password off, save it."),
        "macros": _("The workbook contains macros. Save it as “Excel workbook (*.xlsx)” and choose that file."),
        "xlsb": _("This is a binary workbook (*.xlsb). Save it as “Excel workbook (*.xlsx)” and choose that file."),
        "web_page": _("This is a web page with the ending of Excel. Open it in Excel and save it as *.xlsx."),
        "document": _("This is a document of another kind. Choose an Excel workbook (*.xlsx, *.xls) or *.ods."),
        "foreign": _("This is no Excel workbook. Choose a file of the kind *.xlsx, *.xls or *.ods."),
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
    limits = {"limit": settings.UPLOAD_LIMIT_MB, "max_rows": MAX_ROWS, "max_columns": MAX_COLUMNS}
    return texts.get(code, texts["broken"]) % (limits | details)
