"""Logging in and out, the own password, and forms that outlived their session."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lib import clock
from organizations import carry
from organizations.actions import entry, people
from organizations.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from organizations.forms.account import LoginForm, PasswordChangeForm
from organizations.models import Organization, User


class _SendAgain(HttpResponseRedirect):
    """A redirect that keeps method and body."""

    status_code = 307


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: `next` of form or address if it is a page of this site, otherwise the start page."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe and _is_page(target) else reverse("home")


def _is_page(path: str) -> bool:
    """True for an address that can be opened (and is not the front door itself)."""
    try:
        return resolve(path.split("?")[0]).view_name not in {"login", "logout", "password_change"}
    except Resolver404:
        return False


def _login_context(request: HttpRequest, form: LoginForm, carried: carry.Carried | None) -> dict[str, Any]:
    cities = list(Organization.objects.active().filter(parent=None, kind=Organization.Kind.COMMISSION)[:2])
    context: dict[str, Any] = {
        "form": form,
        "next": _next(request),
        "carried": carried,
        "carried_value": carried.pack() if carried else "",
        "demo_accounts": DEMO_ACCOUNTS if settings.DEMO else (),
        "demo_password": DEMO_PASSWORD if settings.DEMO else "",
    }
    if len(cities) == 1:
        context["frame_commission"] = cities[0]
    return context


def _show_login(
    request: HttpRequest, form: LoginForm, carried: carry.Carried | None, status: int = 200
) -> HttpResponse:
    return render(request, "organizations/login.html", _login_context(request, form, carried), status=status)


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The log-in page. Repeated failures are counted and locked by django-axes."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(_next(request))
        return _show_login(request, LoginForm(request=request), None)
    carried = carry.unpack(request.POST.get("carried", ""))
    form = LoginForm(request.POST, request=request)
    if not form.is_valid() or form.user is None:
        if form.tried:
            entry.failed(account=form.tried, at=clock.now())
        return _show_login(request, form, carried)
    auth.login(request, form.user)
    entry.logged_in(user=form.user, at=clock.now())
    if carried is None:
        return redirect(_next(request))
    request.session[carry.SESSION_KEY] = carried.as_data()
    return redirect("resend")


@never_cache
def ask_to_log_in(request: HttpRequest, carried: carry.Carried | None) -> HttpResponse:
    """The log-in page instead of a POST whose session had ended; `carried` None: it was too large to keep."""
    if carried is None:
        text = _("Your session had ended and the form is too large to be kept. Go back, copy what you typed, log in.")
        messages.error(request, text)
    return _show_login(request, LoginForm(request=request), carried, status=401)


@never_cache
def locked(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """Instead of the log-in page while an account is locked on a computer (AXES_LOCKOUT_CALLABLE)."""
    carried = carry.unpack(request.POST.get("carried", ""))
    account = str((credentials or {}).get("username") or "")
    if account:
        entry.locked(account=account[:60], at=clock.now())
    form = LoginForm(initial={"username": account}, request=request)
    context = _login_context(request, form, carried) | {
        "limit": settings.AXES_FAILURE_LIMIT,
        "minutes": int(settings.AXES_COOLOFF_TIME.total_seconds() // 60),
        "until": clock.now() + settings.AXES_COOLOFF_TIME,
    }
    return render(request, "organizations/locked.html", context, status=429)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    if isinstance(request.user, User):
        entry.logged_out(user=request.user, at=clock.now())
    auth.logout(request)
    messages.success(request, _("You have logged out."))
    return redirect("login")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resend(request: HttpRequest) -> HttpResponse:
    """What was typed before the session ended: shown once more, then sent or discarded by the person."""
    carried = carry.of_session(request)
    if carried is None:
        return redirect("home")
    if request.method == "POST":
        del request.session[carry.SESSION_KEY]
        if "discard" in request.GET:
            messages.success(request, _("Discarded. Nothing was sent."))
            return redirect("home")
        return _SendAgain(carried.path)
    shown = [value for _name, value in carried.fields if value.strip()]
    files: dict[str, list[str]] = {}
    for field, name in carried.files:
        files.setdefault(field, []).append(name)
    context = {"carried": carried, "shown": shown, "files": files.items()}
    return render(request, "organizations/resend.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """An own password; at the first log-in there is no way around it."""
    user: Any = request.user
    form = PasswordChangeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        people.change_own_password(user=user, password=form.cleaned_data["new"], at=clock.now())
        auth.update_session_auth_hash(request, user)
        messages.success(request, _("Password changed. Other devices were logged out."))
        return redirect("resend" if carry.of_session(request) else _next(request))
    context = {"form": form, "next": _next(request), "forced": user.must_change_password}
    return render(request, "organizations/password_change.html", context)
