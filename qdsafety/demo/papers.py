"""Proof for the demo: small photos and one-page papers, drawn here so that the same duty has the same file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from random import Random

WIDTH, HEIGHT = 320, 240
Colour = tuple[int, int, int]


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))  # type: ignore[return-value]  # three of each


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def photo(rng: Random) -> bytes:
    """A PNG that passes for a picture of a plant: sky, halls, chimneys, tanks, ground."""
    sky, low = rng.choice([((92, 140, 196), (214, 228, 238)), ((120, 132, 146), (206, 208, 208)),
                           ((70, 110, 160), (240, 210, 170))])  # fmt: skip
    horizon = rng.randint(150, 185)
    rows = [bytearray(bytes(_mixed(sky, low, y / horizon)) * WIDTH) for y in range(horizon)]
    rows += [bytearray(bytes(_mixed((124, 120, 112), (88, 86, 82), (y - horizon) / 90)) * WIDTH)
             for y in range(horizon, HEIGHT)]  # fmt: skip
    for _ in range(rng.randint(4, 7)):
        left, width = rng.randint(-20, WIDTH - 30), rng.randint(14, 110)
        top = horizon - (rng.randint(70, 130) if width < 30 else rng.randint(24, 80))
        shade = rng.choice([(176, 182, 186), (150, 96, 80), (96, 112, 128), (200, 196, 180), (130, 142, 120)])
        _box(rows, left, top, left + width, horizon + 4, shade)
        if width > 50:
            for x in range(left + 8, left + width - 12, 18):
                _box(rows, x, top + 10, x + 9, top + 20, (60, 76, 92))
    _box(rows, 0, HEIGHT - 26, WIDTH, HEIGHT - 22, (222, 190, 60))  # the yellow line of the yard
    pixels = b"".join(b"\0" + bytes(row) for row in rows)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(pixels, 9)) + _chunk(b"IEND", b"")
    )


def _box(rows: list[bytearray], left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
    left, right = max(0, left), min(WIDTH, right)
    for row in rows[max(0, top) : min(HEIGHT, bottom)]:
        row[3 * left : 3 * right] = bytes(colour) * max(0, right - left)


def paper(title: str, lines: Sequence[str]) -> bytes:
    """A PDF of one A4 page in Chinese. The font is one that every reader has, so nothing is embedded."""
    text = [f"BT /F1 18 Tf 72 760 Td <{_hex(title[:26])}> Tj ET"]
    y = 716
    for line in lines:
        for start in range(0, max(1, len(line)), 36):
            text.append(f"BT /F1 12 Tf 72 {y} Td <{_hex(line[start : start + 36])}> Tj ET")
            y -= 22
    content = "\n".join(text).encode("ascii")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 7 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return made + tail % (len(parts) + 1, table, len(parts) + 1, len(made))


def _hex(text: str) -> str:
    """As the page's encoding writes it: two octets a character."""
    return text.encode("utf-16-be").hex()
