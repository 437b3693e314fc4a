"""Several decisions at once: first a page that says which and what follows, then the act."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lib import clock
from tasks.actions.decide_many import STEPS, ManyResult, decide_many
from tasks.actions.refusals import note_refusal
from tasks.desk import DeskFilter
from tasks.forms.review import StepForm
from tasks.models import Assignment
from tasks.plans import plan_of
from tasks.states import AssignmentState

from .desk import reviewer_of

SHOWN = 20
MOST = 200  # picks taken from one request


def _picks(request: HttpRequest) -> dict[int, int]:
    """Assignment → version that was seen, of what was ticked."""
    asked = request.POST.getlist("pick") + request.POST.get("picked", "").split(",")
    found = {}
    for text in asked[:MOST]:
        key, _colon, version = text.partition(":")
        if key.isascii() and key.isdecimal() and version.isascii() and version.isdecimal() and len(key + version) < 19:
            found[int(key)] = int(version)
    return found


def _waiting(desk: DeskFilter, picks: dict[int, int]) -> list[Assignment]:
    """What was ticked and still waits for the person."""
    return list(desk.submissions().for_list().filter(pk__in=picks).order_by("done_on", "pk"))


@never_cache
@require_POST
def review_bulk(request: HttpRequest, year: int) -> HttpResponse:
    """Approve several, or send back several with one reason."""
    plan = plan_of(request, year)
    user = reviewer_of(request)
    desk = DeskFilter(request.GET, user=user, plan=plan)
    do, picks, confirmed = request.POST.get("do", ""), _picks(request), "confirmed" in request.POST
    rows = _waiting(desk, picks)
    if do not in STEPS or not picks or not (rows or confirmed):
        messages.error(request, _("Nothing was chosen that still waits for you. Tick the items first."))
        return redirect(desk.href())
    form = StepForm(request.POST if confirmed else None, verb=do)
    if confirmed and form.is_valid():
        words, at = form.cleaned_data["opinion"], clock.now()
        result = decide_many(do=do, picks=picks, by=user, at=at, today=clock.today(), opinion=words)
        for row, code, _why in result.left:
            note_refusal(of=row, step=do, by=user, at=at, why=code)
        _say(request, do, result)
        if result.done or not words:
            return redirect(desk.href())
        rows = _waiting(desk, picks)  # others were faster everywhere: what was typed stays, with what is left of it
        picks |= {row.pk: row.version for row in rows}
    heads = sum(row.state == AssignmentState.WITH_HEAD for row in rows)
    context = {
        "plan": plan, "desk": desk, "do": do, "form": form, "shown": rows[:SHOWN], "more": max(0, len(rows) - SHOWN),
        "picked": ",".join(f"{row.pk}:{picks[row.pk]}" for row in rows), "question": _question(do, len(rows)),
        "consequence": _consequence(do, len(rows) - heads, heads), "button": _button(do, len(rows)),
        "kept": confirmed and not form.errors, "gone": len(picks) - len(rows), "late": _late(rows),
        "bulk_href": desk.href(name="review_bulk"),
    }  # fmt: skip
    return render(request, "tasks/review_bulk.html", context)


def _late(rows: list[Assignment]) -> int:
    return sum(bool(row.due_on and row.done_on and row.done_on > row.due_on) for row in rows)


def _question(do: str, count: int) -> str:
    if not count:
        return _("None of them waits for you any more")
    if do == "approve":
        return ngettext("Approve %(count)s submission?", "Approve %(count)s submissions?", count) % {"count": count}
    return ngettext("Send back %(count)s submission?", "Send back %(count)s submissions?", count) % {"count": count}


def _button(do: str, count: int) -> str:
    if do == "approve":
        return ngettext("Approve %(count)s", "Approve %(count)s", count) % {"count": count}
    return ngettext("Send back %(count)s", "Send back %(count)s", count) % {"count": count}


def _consequence(do: str, final: int, heads: int) -> str:
    """What follows, with numbers."""
    if not final + heads:
        return ""
    if do == "send_back":
        return _("The units have to act again and read your reason; their deadlines stay.")
    said = []
    if final:
        text = ngettext("%(n)s assignment is then complete.", "%(n)s assignments are then complete.", final)
        said.append(text % {"n": final})
    if heads:
        text = ngettext("%(n)s of your own unit goes on to the supervising unit.",
                        "%(n)s of your own unit go on to the supervising unit.", heads)  # fmt: skip
        said.append(text % {"n": heads})
    return " ".join([*said, _("The decision cannot be taken back by you.")])


def _say(request: HttpRequest, do: str, result: ManyResult) -> None:
    """How many were decided, and which were not, with the reason."""
    count = len(result.done)
    if do == "approve":
        text = ngettext("Approved: %(count)s submission.", "Approved: %(count)s submissions.", count)
    else:
        text = ngettext("Sent back: %(count)s submission.", "Sent back: %(count)s submissions.", count)
    if count:
        messages.success(request, text % {"count": count})
    for row, _code, why in result.left[:SHOWN]:
        names = {"title": row.task.title, "unit": row.organization.label, "why": why}
        messages.warning(request, _("Left as it is: %(title)s (%(unit)s) %(why)s.") % names)
    if not result.done and not result.left:
        messages.error(request, _("Nothing was chosen that still waits for you. Tick the items first."))
