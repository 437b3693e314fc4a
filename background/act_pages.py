"""How acts on imports are watched: one page with a bar for all kinds of lists, and what is said when they ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRefresh

from lib import clock
from lib.sheets.read import wrong_columns

from .acts import Acts, latest
from .models import Work

Ended = tuple[str, str]  # signal, text


class ActPages(NamedTuple):
    """The pages of one kind of import.

    `address` is the name of an import's page, whose cancel is `stop`; `reading` that of a file that is to be read,
    with its own `<reading>_stop`. `steps`: step → what is being done; `why_unread` says a code in words, `changed`
    that a preview no longer holds. `back`: (address, words) of the list of imports, of an import or a reading.
    """

    acts: Acts
    address: str
    stop: str
    reading: str
    steps: Callable[[], dict[str, str]]
    why_unread: Callable[[str, dict[str, Any]], str]
    changed: Callable[[], str]
    back: Callable[[Any], tuple[str, str]]

    def busy(self, request: HttpRequest, batch: Any, work: Work | None) -> HttpResponse | None:
        """The page of an import that is worked on; None where there is nothing to wait for."""
        if work is not None and work.is_unfinished:
            return self._page(request, work, batch, batch.name, reverse(self.stop, args=[batch.pk]))
        # The bar asks on after the end: then the page itself is fetched.
        return HttpResponseClientRefresh() if request.htmx else None  # type: ignore[attr-defined]  # by its middleware

    def elsewhere(self, request: HttpRequest, batch: Any, act: str, *, by: Any, large: bool, **given: Any) -> bool:
        """Whether an act is done in the background: one that is under way already, or (`large`) this one."""
        if waits(request, batch):
            return True
        if large:
            self.acts.start(batch=batch, act=act, by=by, at=clock.now(), **given)
        return large

    def watched(self, request: HttpRequest, pk: int, by: Any, seen: QuerySet[Any]) -> HttpResponse:
        """How far the reading of an uploaded file is; then its import (among `seen`), or why there is none."""
        work = get_object_or_404(self.acts.readings_of(by), pk=pk)
        if not work.is_unfinished and request.htmx:  # type: ignore[attr-defined]  # by its middleware
            return HttpResponseClientRefresh()
        batch = seen.filter(pk=work.result.get("batch")).first()
        if batch is not None:
            return redirect(self.address, pk=batch.pk)
        stop = reverse(f"{self.reading}_stop", args=[work.pk])
        return self._page(request, work, work, work.payload["name"], stop)

    def stop_reading(self, request: HttpRequest, pk: int, by: Any, on: Callable[[Work], Model]) -> HttpResponse:
        """Cancels the reading of a file."""
        work = get_object_or_404(self.acts.readings_of(by), pk=pk)
        if not self.acts.stop_reading(reading=work, on=on(work), by=by, at=clock.now()):
            say_finished(request)
        return redirect(self.reading, pk=pk)

    def stop_act(self, request: HttpRequest, batch: Any, by: Any) -> HttpResponse:
        """Cancels what is done with an import."""
        if not self.acts.stop(batch=batch, by=by, at=clock.now()):
            say_finished(request)
        return redirect(self.address, pk=batch.pk)

    def ended(self, work: Work | None) -> Ended | None:
        """What the last act came to, where the import itself does not show it; None otherwise."""
        if work is None or work.is_unfinished:
            return None
        if (nothing := came_to_nothing(work)) is not None:
            return nothing
        result = work.result
        match result.get("came_to"):
            case "unreadable":
                return "over", self.why_unread(result["code"], result["details"])
            case "columns":
                return "over", wrong_columns(self.why_unread(result["code"], result["details"]))
            case "refused":
                return "soon", refused(result["number"])
            case "changed":
                return "soon", self.changed()
        return None

    def words(self, work: Work) -> str:
        """What is being done."""
        acts = {self.acts.commit: _("Importing"), self.acts.undo: _("Undoing the import")}
        return self.steps().get(work.step) or acts.get(work.kind) or _("Reading the file")

    def _page(self, request: HttpRequest, work: Work, on: Any, name: str, stop: str) -> HttpResponse:
        href, words = self.back(on)
        context = {
            "work": work, "name": name, "work_words": self.words(work), "work_stop": stop, "back": href,
            "back_words": words, "ended": self.ended(work),
        }  # fmt: skip
        return render(request, "background/act.html", context)


def waits(request: HttpRequest, batch: Any) -> bool:
    """Whether something is under way that has to end first; the person is told."""
    work = latest(batch)
    busy = work is not None and work.is_unfinished
    if busy:
        say_busy(request)
    return busy


def came_to_nothing(work: Work) -> Ended | None:
    """Of work that was cancelled or failed for good; None for any other."""
    if work.state == Work.State.STOPPED:
        return "none", _("It was cancelled; nothing was written.")
    if work.state == Work.State.FAILED:
        return "over", _("It failed several times and nothing was written. Tell the operator; the log says why.")
    return None


def refused(number: int) -> str:
    """All or nothing was chosen, and it is nothing."""
    text = ngettext(
        "Nothing was imported: all or nothing was chosen, and %(count)s row is refused.",
        "Nothing was imported: all or nothing was chosen, and %(count)s rows are refused.",
        number,
    )
    return text % {"count": number}


def say_busy(request: HttpRequest) -> None:
    """Another act on the import has to wait."""
    messages.info(request, _("Something is being done with this import right now. Wait for its end, or cancel it."))


def say_finished(request: HttpRequest) -> None:
    """There is nothing left to cancel."""
    messages.info(request, _("It was finished before it could be cancelled."))
