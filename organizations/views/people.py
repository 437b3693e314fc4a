"""The admin's pages for people: list, invite, change, many at once, export."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.exports import export
from audit.timeline import timeline_of
from lib import clock, formats
from lib.listing import page_of
from lib.sheets.write import CHUNK, Sheet
from organizations.actions import people
from organizations.directory import Directory
from organizations.forms.people import BulkForm, InviteForm, MoveForm, PersonForm
from organizations.forms.pick import LIST_ID
from organizations.models import User
from organizations.people_list import PeopleFilter, active_choices, row_of, sheet_columns, sheet_rows, state_of
from organizations.person import person_of, person_who_may
from organizations.roles import Capability, Role

SHOWN_NAMES = 20


def _admin(request: HttpRequest) -> User:
    """The person, if allowed to manage people; raises PermissionDenied."""
    return person_who_may(request, Capability.MANAGE_PEOPLE)


@require_GET
def user_list(request: HttpRequest) -> HttpResponse:
    """People of the city: searched, filtered, sorted, in pages."""
    user = _admin(request)
    chosen = PeopleFilter(request, user)
    page = page_of(request, chosen.rows())
    context = {
        "chosen": chosen,
        "page": page,
        "rows": [row_of(person) for person in page.object_list],
        "chips": chosen.chips(),
        "roles": [(value, label, value == chosen.role) for value, label in Role.choices],
        "states": [(value, label, value == chosen.active) for value, label in active_choices()],
        "units": chosen.units(),
    }
    return render(request, "organizations/user_list.html", context)


@require_GET
def user_export(request: HttpRequest) -> FileResponse:
    """The same list as Excel or CSV: same conditions, same order, all pages."""
    chosen = PeopleFilter(request, _admin(request))
    title = _("People")
    note = "；".join([formats.day(clock.today()), *(chip.label for chip in chosen.chips())])
    rows = sheet_rows(chosen.rows().iterator(chunk_size=CHUNK))
    return export(request, f"{title} {clock.today():%Y-%m-%d}", Sheet(title, sheet_columns(), rows, note))


def _show_password(request: HttpRequest, person: User, password: str, new: bool) -> HttpResponse:
    """The one-time password, once: it stands on this page only, which is kept nowhere."""
    context = {"person": person, "password": password, "new": new, "site": request.build_absolute_uri("/")}
    return render(request, "organizations/user_password.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def user_create(request: HttpRequest) -> HttpResponse:
    """Invites a person; the answer shows the one-time password."""
    user = _admin(request)
    directory = Directory(user)
    form = InviteForm(request.POST or None, directory=directory)
    if request.method == "POST" and form.is_valid():
        try:
            person, password = people.invite(
                by=user, at=clock.now(), username=form.cleaned_data["username"], **form.details
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _show_password(request, person, password, new=True)
    return render(request, "organizations/user_form.html", {"form": form, "datalist": directory.datalist(LIST_ID)})


def _save(request: HttpRequest, form: PersonForm, person: User, user: User) -> HttpResponse | None:
    """Saves the details; None where the form has to be shown again."""
    if not form.is_valid():
        return None
    try:
        changed = people.update(user=person, by=user, at=clock.now(), **form.details)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    text = _("Saved: %(name)s.") if changed else _("Nothing was changed for %(name)s.")
    messages.success(request, text % {"name": form.cleaned_data["real_name"]})
    return redirect("user_list")


def _act(request: HttpRequest, person: User, user: User) -> HttpResponse:
    """Disable, enable, or a new one-time password; a refusal is said on the person's page."""
    name = {"name": person.real_name}
    try:
        match request.POST["do"]:
            case "disable":
                people.disable(users=[person], by=user, at=clock.now())
                messages.success(request, _("%(name)s can no longer log in; running sessions were ended.") % name)
            case "enable":
                people.enable(users=[person], by=user, at=clock.now())
                messages.success(request, _("%(name)s can log in again.") % name)
            case "reset":
                return _show_password(
                    request, person, people.reset_password(user=person, by=user, at=clock.now()), new=False
                )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("user_edit", pk=person.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: details, unit, role; disable, enable, new one-time password."""
    user = person_of(request)
    person = get_object_or_404(User.objects.visible_to(user).select_related("organization"), pk=pk)
    user = _admin(request)
    if request.method == "POST" and request.POST.get("do") in {"disable", "enable", "reset"}:
        return _act(request, person, user)
    directory = Directory(user)
    form = PersonForm(request.POST or None, user=person, directory=directory)
    if request.method == "POST":
        response = _save(request, form, person, user)
        if response is not None:
            return response
        # The next attempt has seen what stands in the message.
        form.data = {**request.POST.dict(), "seen": form.get_initial_for_field(form.fields["seen"], "seen")}
    signal, state = state_of(person)
    context = {
        "form": form,
        "person": person,
        "datalist": directory.datalist(LIST_ID),
        "signal": signal,
        "state": state,
        "is_self": person.pk == user.pk,
        "timeline": timeline_of(request, ("organizations.user", [person.pk])),
    }
    return render(request, "organizations/user_form.html", context)


def _picked(request: HttpRequest, user: User) -> list[User]:
    """The people ticked in the list, or all that its conditions select."""
    if request.POST.get("all"):
        return list(PeopleFilter(request, user).rows())
    asked = request.POST.getlist("pick") + request.POST.get("picked", "").split(",")
    keys = [int(key) for key in asked if key.isdecimal() and len(key) < 19]
    rows = User.objects.visible_to(user).filter(pk__in=keys).select_related("organization")
    return list(rows.order_by("organization__position", "id"))


def _back(request: HttpRequest) -> str:
    """The list as it was."""
    query = request.GET.urlencode()
    return f"{reverse('user_list')}?{query}" if query else reverse("user_list")


@require_POST
def user_bulk(request: HttpRequest) -> HttpResponse:
    """Disables, enables or moves many: first a page that says whom and what follows, then the act."""
    user = _admin(request)
    form = BulkForm(request.POST)
    picked = _picked(request, user)
    if not form.is_valid() or not picked:
        messages.error(request, _("Nobody was chosen. Tick the persons first."))
        return redirect(_back(request))
    do = form.cleaned_data["do"]
    concerned = [p for p in picked if p.pk != user.pk and (do == "move" or p.is_active == (do == "disable"))]
    directory = Directory(user) if do == "move" else None
    confirmed = "confirmed" in request.POST
    move = MoveForm(request.POST if confirmed else None, directory=directory) if directory else None
    ready = confirmed and concerned and (move is None or move.is_valid())
    if ready and _carry_out(request, do, concerned, move):
        return redirect(_back(request))
    context = {
        "do": do,
        "concerned": concerned,
        "picked": ",".join(str(person.pk) for person in concerned),
        "shown": concerned[:SHOWN_NAMES],
        "more": max(0, len(concerned) - SHOWN_NAMES),
        "left_out": len(picked) - len(concerned),
        "move": move,
        "datalist": directory.datalist(LIST_ID) if directory else "",
        "back": _back(request),
    }
    return render(request, "organizations/user_bulk.html", context)


def _carry_out(request: HttpRequest, do: str, concerned: list[User], move: MoveForm | None) -> bool:
    """Does it and says how many; False where it was refused (the reason is in the messages)."""
    user = person_of(request)
    try:
        if do == "disable":
            count = people.disable(users=concerned, by=user, at=clock.now())
            text = ngettext("%(count)s account disabled.", "%(count)s accounts disabled.", count)
        elif do == "enable":
            count = people.enable(users=concerned, by=user, at=clock.now())
            text = ngettext("%(count)s account enabled.", "%(count)s accounts enabled.", count)
        else:
            assert move is not None
            target = move.cleaned_data["organization"]
            count = people.move(users=concerned, organization=target, by=user, at=clock.now())
            text = ngettext("%(count)s person moved to %(unit)s.", "%(count)s persons moved to %(unit)s.", count)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    unit = move.cleaned_data["organization"].label if move else ""
    messages.success(request, text % {"count": count, "unit": unit})
    return True
