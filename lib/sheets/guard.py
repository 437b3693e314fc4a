"""What a file is by its content, and whether it is safe to be unpacked; nothing is parsed here."""

from __future__ import annotations

import struct
import zipfile
from itertools import pairwise
from pathlib import Path

import filetype

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_ENTRIES = 2_000
MAX_UNPACKED_MB = 300
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def kind_of(path: Path) -> str:
    """xlsx (with or without macros, which nobody runs), xls, ods, csv; otherwise why it cannot be read.

    Refusals: empty, encrypted, xlsb, bomb, broken, web_page, picture, document (a file of another Office kind),
    foreign. An old Excel file and an encrypted new one both are OLE containers: the names inside tell.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        return "empty"
    if head.startswith(b"PK"):
        return _zipped(path)
    if head.startswith(OLE):
        return _ole(path)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"mime-version")):
        return "web_page"
    if filetype.is_image(head):
        return "picture"
    if filetype.guess_extension(head) in {"doc", "docx", "pdf", "ppt", "pptx", "rtf"}:
        return "document"
    return "csv" if _is_text(head) else "foreign"


def _is_text(head: bytes) -> bool:
    """No control characters but those of text; UTF-16 has NULs, each beside a character of ASCII."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    for name, newline in (("utf-16-le", b"\n\x00"), ("utf-16-be", b"\x00\n")):
        if newline in head:
            text = head[: len(head) // 2 * 2].decode(name, "replace")
            if sum(char.isprintable() or char in "\r\n\t" for char in text) > 0.95 * len(text):
                return True
    return not any(head.count(byte) for byte in b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x1a\x1c\x7f")


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename.lower() for entry in entries}
            if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > MAX_UNPACKED_MB * 1024 * 1024:
                return "bomb"
            if len(names) < len(entries) or _overlap(entries):
                return "broken"  # the same name twice, or two entries of the same bytes: made to deceive
            if any(entry.flag_bits & 1 for entry in entries):
                return "encrypted"
            short = "mimetype" in names and archive.getinfo("mimetype").file_size < 200
            if short and archive.read("mimetype").strip().startswith(_ODS):
                return _ods(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, RuntimeError, KeyError, NotImplementedError):
        return "broken"
    except (struct.error, ValueError):
        return "broken"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    return "document" if "word/document.xml" in names or "ppt/presentation.xml" in names else "foreign"


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """True where the entries claim more compressed bytes than stand between them."""
    placed = sorted(entries, key=lambda entry: entry.header_offset)
    return any(one.header_offset + one.compress_size > following.header_offset for one, following in pairwise(placed))


def _ods(archive: zipfile.ZipFile) -> str:
    """Encryption of an ods stands in its manifest; it is small."""
    manifest = archive.getinfo("META-INF/manifest.xml")
    if manifest.file_size < 1024 * 1024 and b"encryption-data" in archive.read(manifest):
        return "encrypted"
    return "ods"


def _ole(path: Path) -> str:
    """By the names of the streams; the directory may stand anywhere in the container."""
    content = path.read_bytes()

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if has("EncryptedPackage"):
        return "encrypted"
    if has("WordDocument") or has("PowerPoint Document"):
        return "document"
    return "xls" if has("Workbook") or has("Book") else "foreign"
