"""Refusals whose words are found when they are read: code and plain values are what is kept, not the sentence.

Who reads a preview may speak another language than who uploaded the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

Details = Mapping[str, Any]


class TellableError(ValidationError):
    """A refusal in the active language that can be told again in another one, from `code` and `details` (JSON)."""

    code: str

    def __init__(self, code: str, details: Details, words: Callable[[str, Details], str]) -> None:
        super().__init__(words(code, details), code=code)
        self.details = dict(details)
