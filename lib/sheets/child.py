"""Parses one file in a process of its own, under limits; a script, not imported by the site.

    python child.py KIND FILE MEGABYTES SECONDS ROWS COLUMNS CELLS

A damaged or hostile file may make a parser loop, or ask for hundreds of gigabytes and abort the whole process;
here it takes only this child along. Standard output is a row of pickles of plain values: the frames of a parser
(lib/sheets/parsers), then ("end",), or at any time ("refused", code, {details}).
"""

import pickle
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lib.sheets.parsers.common import Limits, Refused


def parse(kind: str, path: str, limits: Limits) -> None:
    """Sends the frames of the file, or why there are none."""
    try:
        for frame in _parser(kind)(path, limits):
            _send(frame)
        _send(("end",))
    except Refused as refusal:
        _send(("refused", refusal.code, refusal.details))


def _parser(kind: str) -> Callable[[str, Limits], Iterator[Any]]:
    """Only the parser that is needed is loaded: the start of a child is waited for."""
    if kind == "xls":
        from lib.sheets.parsers import xls  # noqa: PLC0415  (loaded where needed)

        return xls.sheets
    if kind == "ods":
        from lib.sheets.parsers import ods  # noqa: PLC0415  (loaded where needed)

        return ods.sheets
    if kind == "csv":
        from lib.sheets.parsers import delimited  # noqa: PLC0415  (loaded where needed)

        return delimited.sheets
    return _xlsx


def _xlsx(path: str, limits: Limits) -> Iterator[Any]:
    import python_calamine as calamine  # noqa: PLC0415  (loaded where needed)

    from lib.sheets.parsers import xlsx  # noqa: PLC0415  (loaded where needed)

    try:
        yield from xlsx.sheets(path, limits)
    except calamine.PasswordError as error:
        raise Refused("encrypted") from error
    except calamine.CalamineError as error:
        raise Refused("broken", why=str(error)[:200]) from error


def _send(frame: tuple) -> None:
    pickle.dump(frame, sys.stdout.buffer, protocol=5)


def main(arguments: list[str]) -> None:
    """Sets the limits first, then parses."""
    kind, path, megabytes, seconds, *counts = arguments
    size = int(megabytes) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        parse(kind, path, Limits(*(int(count) for count in counts)))
    except MemoryError:
        _send(("refused", "memory", {}))
    except BaseException as error:  # a parser may also panic, which is no Exception
        _send(("refused", "broken", {"why": str(error)[:200]}))


if __name__ == "__main__":
    main(sys.argv[1:])
