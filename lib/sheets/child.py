"""Parses one workbook in a process of its own, under limits; a script, not imported by the site.

    python child.py FILE MEGABYTES SECONDS ROWS COLUMNS CELLS

A single stray cell at the far corner of a sheet makes the parser ask for hundreds of gigabytes and abort the
whole process; here it takes only this child along. The answer on standard output is a pickle of plain values:
("ok", [(name, visible, rows, merges), …]) or ("refused", code, {details}).
"""

import pickle
import resource
import sys

import python_calamine as calamine


def parse(path: str, rows: int, columns: int, cells: int) -> tuple:
    """The sheets, or why not."""
    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        found = []
        for meta in workbook.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(meta.name)
            height, width = (last + 1 for last in sheet.end or (-1, -1))
            if height > rows or width > columns or height * width > cells:
                return "refused", "too_large", {"sheet": meta.name, "rows": height, "columns": width}
            visible = meta.visible == calamine.SheetVisibleEnum.Visible
            found.append((meta.name, visible, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []))
    except calamine.PasswordError:
        return "refused", "encrypted", {}
    except calamine.CalamineError as error:
        return "refused", "broken", {"why": str(error)[:200]}
    return "ok", found


def main(arguments: list[str]) -> None:
    """Sets the limits first, then parses."""
    path, megabytes, seconds, *counts = arguments
    size = int(megabytes) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer = parse(path, *(int(count) for count in counts))
    except MemoryError:
        answer = ("refused", "memory", {})
    pickle.dump(answer, sys.stdout.buffer, protocol=5)


if __name__ == "__main__":
    main(sys.argv[1:])
