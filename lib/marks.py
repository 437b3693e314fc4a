"""Showing where the words of a search stand in a text, safely escaped."""

import re
from collections.abc import Sequence
from html import unescape

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

AROUND = 40  # characters before and after the first hit in an excerpt


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in longest_first), re.IGNORECASE)


def marked(text: str, words: Sequence[str]) -> SafeString:
    """The text with every occurrence of a word in <mark>; everything else escaped."""
    if not words:
        return escape(text)
    parts, end = [], 0
    for hit in _pattern(words).finditer(text):
        parts += [escape(text[end : hit.start()]), "<mark>", escape(hit.group()), "</mark>"]
        end = hit.end()
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308  (each part was escaped above)


def excerpt(text: str, words: Sequence[str]) -> SafeString:
    """The stretch of the text around the first word, marked; an empty string where none occurs."""
    hit = _pattern(words).search(text) if words else None
    if hit is None:
        return SafeString("")
    first, last = max(0, hit.start() - AROUND), min(len(text), hit.end() + AROUND)
    cut = ("…" if first else "") + " ".join(text[first:last].split()) + ("…" if last < len(text) else "")
    return marked(cut, words)


def plain(html: str) -> str:
    """The words of a marked-up cell, for a file: what was struck through → what stands there now."""
    text = re.sub(r"</del>\s*<ins>", " → ", str(html))
    return unescape(re.sub(r"</del>", " ", re.sub(r"<(?!/del>)[^<>]+>", "", text))).strip()
