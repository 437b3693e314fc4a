"""Small pictures of photos, made when first looked at and kept under the photo's hash."""

from __future__ import annotations

import io
import warnings

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from .evidence import SHOWN_INLINE
from .models import Evidence

SIZE = (320, 240)


def has_thumb(evidence: Evidence) -> bool:
    """Whether the kind of file can be drawn small (HEIC cannot, without a codec of its own)."""
    return evidence.content_type in SHOWN_INLINE


def thumb_of(evidence: Evidence) -> str | None:
    """The path of the small picture, upright as the camera was held; None where the content is no picture."""
    path = f"thumbs/{evidence.sha256[:2]}/{evidence.sha256}.jpg"
    if default_storage.exists(path):
        return path
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with evidence.file.open() as file, Image.open(file) as picture:
                picture.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))  # decodes a JPEG small from the start
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail(SIZE)
                made = io.BytesIO()
                upright.convert("RGB").save(made, "JPEG", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    return default_storage.save(path, ContentFile(made.getvalue()))
