"""Which files prove something (佐证材料), told by their content and never by the name alone.

Photos, PDF and Office documents. What a browser would run, or a macro, is no proof.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import PurePath
from typing import IO, NamedTuple

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

_XML = "application/vnd.openxmlformats-officedocument."


class Kind(NamedTuple):
    """A kind of file: its media type and the endings that fit, the usual one first."""

    content_type: str
    endings: tuple[str, ...]


JPEG = Kind("image/jpeg", ("jpg", "jpeg", "jpe"))
PNG = Kind("image/png", ("png",))
WEBP = Kind("image/webp", ("webp",))
HEIC = Kind("image/heic", ("heic", "heif"))
PDF = Kind("application/pdf", ("pdf",))
DOC, XLS = Kind("application/msword", ("doc", "wps")), Kind("application/vnd.ms-excel", ("xls", "et"))
PPT = Kind("application/vnd.ms-powerpoint", ("ppt", "pps", "dps"))
DOCX = Kind(f"{_XML}wordprocessingml.document", ("docx",))
XLSX = Kind(f"{_XML}spreadsheetml.sheet", ("xlsx",))
PPTX = Kind(f"{_XML}presentationml.presentation", ("pptx",))

_BY_TYPE = {kind.content_type: kind for kind in (JPEG, PNG, WEBP, HEIC, PDF)}
_IN_ZIP = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ppt/presentation.xml", PPTX))
_IN_OLE = (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS), ("PowerPoint Document", PPT))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHOWN_INLINE = frozenset({kind.content_type for kind in (JPEG, PNG, WEBP)})
ACCEPT = ",".join(f".{ending}" for kind in (JPEG, PNG, WEBP, HEIC, PDF, DOC, DOCX, XLS, XLSX, PPT, PPTX)
                  for ending in kind.endings)  # fmt: skip
_CHUNK = 1024 * 1024


class Proof(NamedTuple):
    """A checked file, ready to be kept."""

    file: File
    name: str
    content_type: str
    size: int
    sha256: str


def _octets(file: IO[bytes], number: int) -> bytes:
    file.seek(0)
    return file.read(number)


def kind_of(file: IO[bytes]) -> Kind | None:
    """What the content is; None for everything that is no proof. Leaves the position anywhere."""
    head = _octets(file, 8192)
    if head.startswith(_OLE):
        content = _octets(file, -1)
        return next((kind for name, kind in _IN_OLE if _stream_name(name) in content), None)
    if head.startswith(b"PK\x03\x04"):
        return _office_kind(file)
    found = filetype.guess(head)
    return _BY_TYPE.get(found.mime) if found else None


def _stream_name(name: str) -> bytes:
    """As the directory of a compound file holds it: UTF-16 and a closing zero."""
    return f"{name}\0".encode("utf-16-le")


def _office_kind(file: IO[bytes]) -> Kind | None:
    try:
        names = set(zipfile.ZipFile(file).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for part, kind in _IN_ZIP if part in names), None)


def name_for(name: str, kind: Kind) -> str:
    """The person's file name without path and control characters, with an ending that fits the content."""
    clean = "".join(char for char in name.replace("\\", "/").rsplit("/", 1)[-1] if char.isprintable()).strip(" .")
    path = PurePath(clean or "file")
    ending = path.suffix.lstrip(".").lower()
    if ending in kind.endings:
        return f"{path.stem[: 195 - len(ending)]}.{ending}"
    return f"{clean[: 195 - len(kind.endings[0])] or 'file'}.{kind.endings[0]}"


def limit() -> int:
    """The largest size of one file in octets."""
    return int(settings.UPLOAD_LIMIT_MB) * 1024 * 1024


def checked(file: File) -> Proof:
    """The file with its true kind and its fingerprint; raises ValidationError with name, fault and remedy."""
    given = str(file.name or "")
    if file.size > limit():
        text = _("“%(name)s” has %(size)s MB; a file may have %(limit)s MB at most. Make it smaller or split it.")
        size = f"{file.size / 1024 / 1024:.1f}"
        raise ValidationError(text % {"name": given, "size": size, "limit": settings.UPLOAD_LIMIT_MB}, code="size")
    if not file.size:
        raise ValidationError(_("“%(name)s” is empty. Choose the file again.") % {"name": given}, code="empty")
    kind = kind_of(file)  # type: ignore[arg-type]  # reads like a file
    if kind is None:
        text = _("“%(name)s” cannot be taken: only photos (JPG, PNG, HEIC, WebP), PDF, Word, Excel and PowerPoint.")
        raise ValidationError(text % {"name": given}, code="kind")
    return Proof(file, name_for(given, kind), kind.content_type, file.size, fingerprint(file))


def fingerprint(file: File) -> str:
    """SHA-256 of the content, in hexadecimal; leaves the position at the start."""
    found = hashlib.sha256()
    file.seek(0)
    while block := file.read(_CHUNK):
        found.update(block)
    file.seek(0)
    return found.hexdigest()
