"""What a job did: English for the log, and kept as message id and numbers for pages in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Self

from django.utils.translation import gettext

from lib import formats

Part = tuple[str, dict[str, Any] | None]  # a message id with its values, or words that are no message


class Said(str):
    """A sentence of a job: `Said(gettext_noop("%(n)s imports removed"), n=3)`."""

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    def __new__(cls, message: str, **values: Any) -> Self:
        """The sentence in English, with its parts beside it."""
        return cls.of([(message, values)])

    @classmethod
    def of(cls, parts: Iterable[Part]) -> Self:
        """Parts one after the other."""
        found = tuple(parts)
        made = super().__new__(cls, "".join(text if values is None else text % values for text, values in found))
        made.parts = found
        return made

    @property
    def kept(self) -> str:
        """What is stored."""
        return json.dumps(self.parts, ensure_ascii=False)


def words(kept: str) -> str:
    """What was stored, in the active language; what is no Said stands as it is."""
    if not kept.startswith("[["):
        return kept
    try:
        return "".join(_words(text, values) for text, values in json.loads(kept))
    except (ValueError, TypeError, KeyError):
        return kept


def _words(text: str, values: dict[str, Any] | None) -> str:
    if values is None:
        return text
    shown = {name: formats.number(value) if isinstance(value, int) else value for name, value in values.items()}
    return gettext(text) % shown
