"""Puts the pinned front-end packages where the site finds them: static/pkg/ (git-ignored).

Needs node_modules/ (npm ci) and the heroicons package. Joins our signal shapes and the icons that
tools/icons.toml names into one sprite.
"""

import re
import shutil
import tomllib
import zipfile
from pathlib import Path

import heroicons

BASE = Path(__file__).resolve().parent.parent
TARGET = BASE / "static" / "pkg"
FILES = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
}


def symbol(name: str, svg: str) -> str:
    """One <symbol> of the sprite; outlines keep their stroke, which CSS colours."""
    box = re.search(r'viewBox="([^"]+)"', svg)
    body = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    if not box or not body:
        raise SystemExit(f"{name}: not an SVG")
    return f'<symbol id="{name}" viewBox="{box[1]}">{body[1].strip()}</symbol>'


def sprite() -> str:
    """The signal shapes and the chosen Heroicons as one file."""
    chosen = tomllib.loads((BASE / "tools" / "icons.toml").read_text())
    signals = (BASE / "static" / "img" / "signals.svg").read_text()
    parts = re.findall(r"<symbol.*?</symbol>", signals, re.S)
    with zipfile.ZipFile(Path(heroicons.__file__).parent / "heroicons.zip") as archive:
        for style, folder in (("solid", "micro"), ("outline", "outline")):
            for name, source in chosen[style].items():
                parts.append(symbol(name, archive.read(f"{folder}/{source}.svg").decode()))
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(parts) + "\n</svg>\n"


def main() -> None:
    """Copies and joins; a missing package is a clear refusal."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        path = BASE / "node_modules" / source
        if not path.exists():
            raise SystemExit(f"{path} is missing: run `make assets`.")
        text = path.read_text(encoding="utf-8")
        # The source maps are not shipped, and the manifest storage would look for them.
        (TARGET / name).write_text(re.sub(r"/[/*]# sourceMappingURL=\S+( \*/)?", "", text), encoding="utf-8")
    (TARGET / "icons.svg").write_text(sprite(), encoding="utf-8")
    licences = TARGET / "licences"
    licences.mkdir(exist_ok=True)
    for package in ("bootstrap", "htmx.org", "echarts"):
        shutil.copy(BASE / "node_modules" / package / "LICENSE", licences / package)


if __name__ == "__main__":
    main()
