"""What the commands that read a workbook share: arguments, streams, exit status."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from lib.sheets.read import Sheet, UnreadableFileError, read_workbook
from organizations.actions.imports import ImportResult


class FileCommand(BaseCommand):
    """FILE [--dry-run] [--json]; exit 0 = all rows taken (or fit), 1 = rows refused, 2 = the file cannot be read.

    Standard output carries the JSON of samples/README.md and nothing else; words go to standard error.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        """The contract of every import command."""
        parser.add_argument("file", help="the workbook (*.xlsx, *.xls, *.ods)")
        parser.add_argument("--dry-run", action="store_true", help="read and check only; write nothing")
        parser.add_argument("--json", action="store_true", help="print the rows as read")

    def bring_in(self, sheets: list[Sheet], **options: Any) -> ImportResult:
        """What the command does with the sheets; may raise UnreadableFileError."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Reads, imports, reports; ends the process with the exit status where it is not 0."""
        file = Path(options["file"])
        try:
            result = self.bring_in(read_workbook(file), **options)
        except UnreadableFileError as error:
            self.stderr.write(f"{file.name}: {error}")
            sys.exit(2)
        if options["json"]:
            self._print(result, file.name)
        for fault in result.faults:
            self.stderr.write(str(fault))
        numbers = result.written._asdict() | {"refused": len(result.faults)}
        text = (
            _("Would be: %(created)s new, %(updated)s changed, %(unchanged)s unchanged, %(refused)s refused.")
            if options["dry_run"]
            else _("%(created)s new, %(updated)s changed, %(unchanged)s unchanged, %(refused)s refused.")
        )
        self.stderr.write(text % numbers)
        if result.faults:
            sys.exit(1)

    def _print(self, result: ImportResult, name: str) -> None:
        content = result.table.as_json(name, result.rows, result.faults)
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=1))
