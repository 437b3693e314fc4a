"""How the record says what happens to quarterly reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop

from audit import words
from audit.words import Field, Say

from . import figure_words

REPORT = "reports.quarterlyreport"

words.register("report.draft", gettext_noop("drafted the report %(object)s"), icon="i-file")
words.register("report.refresh", gettext_noop("refreshed the figures of the report %(object)s"))
words.register("report.edit", gettext_noop("edited the text of the report %(object)s"))
words.register(
    "report.sign", gettext_noop("signed the report %(object)s and handed it in"), icon="s-sent", signal="sent"
)
words.register("report.accept", gettext_noop("accepted the report %(object)s"), icon="s-done", signal="done")
words.register("report.return", gettext_noop("returned the report %(object)s"), icon="s-back", signal="back")
words.register("report.amend", gettext_noop("began a new version: %(object)s"), icon="i-plus")
words.register("report.compile", gettext_noop("ordered the quarterly reports of %(object)s"), icon="i-file")
words.register("report.compile_stop", gettext_noop("stopped compiling the quarterly reports of %(object)s"))

words.register("report.refused", gettext_noop("tried a step that was refused: report %(object)s"), icon="i-warn")
words.register(
    "report.refused_compile", gettext_noop("tried to compile quarterly reports, which was refused: %(object)s"),
    icon="i-warn",
)  # fmt: skip


def _changes(value: Any) -> str:
    """What a refreshing changed, in numbers."""
    lines = figure_words.change_lines(value or [])
    return "；".join(f"{line.what}: {line.old} → {line.new}" for line in lines[:20])


def _texts(value: Any) -> str:
    """The texts of the work points, one after the other."""
    return "；".join(f"{number}. {text}" for number, text in (value or {}).items())


def _links(keys: Iterable[int]) -> dict[int, str]:
    return {key: reverse("report", kwargs={"pk": key}) for key in keys}


words.fields(
    REPORT,
    changes=Field(gettext_noop("Figures"), own=_changes, say=Say.OWN),
    narrative=Field(gettext_noop("Text"), own=_texts, say=Say.OWN),
    sha256=Field("SHA-256"),
    quarter=Field(gettext_noop("Quarter")),
    reason=Field(gettext_noop("Reason")),
    step=words.HIDDEN,
    previous=words.HIDDEN,
)
words.fields("tasks.plan", quarter=Field(gettext_noop("Quarter")))
words.kind(REPORT, links=_links)
