"""The Chinese face of a PDF. It comes with the system (Debian: fonts-noto-cjk or fonts-wqy-microhei), not with us."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from shutil import which

from django.utils.translation import gettext as _

# Serif first, as documents are set in 宋体; any of them will do.
SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "AR PL UMing CN", "SimSun")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei")
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/texmf/fonts")


class NoFontError(Exception):
    """No Chinese font is installed: a PDF would show boxes, or nothing at all."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "No Chinese font is installed on the server, so no PDF can be made. The operator installs one: "
                "apt install fonts-noto-cjk (or fonts-wqy-microhei). Word and Excel work without it."
            )
        )


@cache
def _installed() -> frozenset[str]:
    """Families by fontconfig; where that is missing, guessed from file names."""
    if tool := which("fc-list"):
        command = [tool, ":", "family"]
        listed = subprocess.run(  # noqa: S603  (no shell)
            command, capture_output=True, text=True, timeout=20, check=False
        )
        return frozenset(name.strip() for line in listed.stdout.splitlines() for name in line.split(","))
    names = {path.name.lower() for folder in FOLDERS for path in Path(folder).rglob("*.tt[cf]")}
    known = {"notoserifcjk": SERIF[0], "notosanscjk": SANS[0], "wqy-microhei": SANS[2], "wqy-zenhei": SANS[3]}
    return frozenset(family for stem, family in known.items() if any(name.startswith(stem) for name in names))


def families() -> tuple[str, str]:
    """(face of the text, face of the headings); raises NoFontError."""
    found = _installed()
    serif = next((name for name in SERIF if name in found), None)
    sans = next((name for name in SANS if name in found), None)
    text, heading = serif or sans, sans or serif
    if text is None or heading is None:
        raise NoFontError
    return text, heading
