"""What a signature freezes, and the hash that proves it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .models import QuarterlyReport


def digest(content: Any) -> str:
    """SHA-256 of a value's canonical JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(report: QuarterlyReport) -> bool:
    """Whether a signed version still says what was signed."""
    return bool(report.sha256) and digest(report.content()) == report.sha256
