"""The colours of theme.css keep their contrast (WCAG 2.2 AA: text 4.5, edges and shapes 3)."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parent.parent / "static" / "css" / "theme.css").read_text()
BLOCKS = re.findall(r"^(:root, \[data-bs-theme=light\]|\[data-bs-theme=dark\]) \{(.*?)^\}", CSS, re.S | re.M)
TOKENS = {
    ("dark" if "dark" in head else "light"): dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", body))
    for head, body in BLOCKS[:2]
}
SIGNALS = ["ok", "soon", "over", "done", "late", "sent", "back", "none"]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(theme):
    tokens = TOKENS[theme]
    pairs = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in ("surface", "paper")]
    pairs += [(signal, "surface") for signal in SIGNALS] + [(signal, f"{signal}-bg") for signal in SIGNALS]
    pairs += [("bar-ink", "bar"), ("on-accent", "accent-solid")]
    weak = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in weak.items() if value < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_can_be_seen(theme):
    assert contrast(TOKENS[theme]["line-strong"], TOKENS[theme]["surface"]) >= 3


def test_nothing_that_an_old_chromium_cannot_read():
    for path in (Path(__file__).resolve().parent.parent / "static" / "css").glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        assert not re.search(r"color-mix\(|:has\(|:is\(|\binset:|aspect-ratio|oklch|@layer|@container|dvh", text), (
            path.name
        )
