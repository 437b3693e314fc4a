"""What an admin does with accounts, and what a person does with the own password.

Each verb checks the rules that hold whatever page it is called from and raises ValidationError in the
person's language. Passwords are never recorded.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.record import Act, record, record_many
from organizations import sessions
from organizations.models import Organization, User
from organizations.roles import Role

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0, 1
DETAILS = ("real_name", "role", "post", "phone", "email")


def one_time_password() -> str:
    """Twelve letters in three groups (about 59 bits), easy to read over the telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _place in range(4)) for _group in range(3))


def _same_city(user: User, organization: Organization) -> None:
    if organization.root_id != user.organization.root_id:
        raise ValidationError({"organization": _("This unit belongs to another city.")})
    if not organization.is_active:
        raise ValidationError(
            {"organization": _("%(unit)s was dissolved. Choose an active unit.") % {"unit": organization.name}}
        )


def _guard_last_admin(root_id: int, leaving: Sequence[int]) -> None:
    """Refuses to leave the commission without an active admin; the row lock makes two such acts take turns."""
    Organization.objects.select_for_update().get(pk=root_id)
    root = Organization(pk=root_id, path=f"/{root_id}/")
    offices = Organization.objects.active().under(root).filter(kind=Organization.Kind.COMMISSION)
    staying = User.objects.active().filter(role=Role.ADMIN, organization__in=offices).exclude(pk__in=leaving)
    if not staying.exists():
        raise ValidationError(_("This is the last active admin of the commission. Make another person admin first."))


def _is_city_admin(user: User) -> bool:
    return user.is_active and user.role == Role.ADMIN and user.sees_city


def _fresh(users: Sequence[User]) -> list[User]:
    """The same people as they are now, locked until the transaction ends."""
    rows = User.objects.select_for_update(of=("self",)).select_related("organization")
    return list(rows.filter(pk__in=[user.pk for user in users]).order_by("pk"))


@transaction.atomic
def invite(
    *, by: User, at: datetime.datetime, username: str, organization: Organization, **details: Any
) -> tuple[User, str]:
    """Opens an account; returns it with its one-time password, which nobody can read again."""
    _same_city(by, organization)
    password = one_time_password()
    user = User(username=username, organization=organization, must_change_password=True, **details)
    user.set_password(password)
    user.save()
    after = {"username": username, "organization": organization} | {name: getattr(user, name) for name in DETAILS}
    record("user.invite", user, by=by, at=at, after=after)
    return user, password


@transaction.atomic
def open_admin(*, username: str, real_name: str, organization: Organization, at: datetime.datetime) -> tuple[User, str]:
    """Opens an admin's account from the server's console, where nobody is logged in (recorded as the system's act)."""
    password = one_time_password()
    user = User(
        username=username, real_name=real_name, organization=organization, role=Role.ADMIN, must_change_password=True
    )
    user.set_password(password)
    user.full_clean()
    user.save()
    after = {"username": username, "organization": organization, "role": Role.ADMIN.value}
    record("user.invite", user, by=None, at=at, scope_id=organization.root_id, after=after)
    return user, password


@transaction.atomic
def update(*, user: User, by: User, at: datetime.datetime, organization: Organization, **details: Any) -> bool:
    """Changes name, role, post, phone, e-mail and (by `move`) the unit; False where nothing changed."""
    user = _fresh([user])[0]
    changed = {name: value for name, value in details.items() if getattr(user, name) != value}
    moved = organization.pk != user.organization_id
    demoted = changed.get("role", Role.ADMIN) != Role.ADMIN or (
        moved and organization.kind != Organization.Kind.COMMISSION
    )
    if _is_city_admin(user) and demoted:
        if user.pk == by.pk:
            raise ValidationError(_("You cannot take the admin's role from yourself. Ask another admin."))
        _guard_last_admin(by.organization.root_id, [user.pk])
    if changed:
        before = {name: getattr(user, name) for name in changed}
        for name, value in changed.items():
            setattr(user, name, value)
        user.save(update_fields=list(changed))
        record("user.update", user, by=by, at=at, before=before, after=changed)
    if moved:
        move(users=[user], organization=organization, by=by, at=at)
    return bool(changed) or moved


@transaction.atomic
def move(*, users: Sequence[User], organization: Organization, by: User, at: datetime.datetime) -> int:
    """Moves people to another unit and ends their sessions; returns how many moved."""
    _same_city(by, organization)
    moving = [user for user in _fresh(users) if user.organization_id != organization.pk]
    leaving = [user for user in moving if _is_city_admin(user) and organization.kind != Organization.Kind.COMMISSION]
    if any(user.pk == by.pk for user in leaving):
        raise ValidationError(_("You cannot move yourself out of the commission. Ask another admin."))
    if leaving:
        _guard_last_admin(by.organization.root_id, [user.pk for user in leaving])
    acts = [
        Act("user.move", user, {"organization": user.organization}, {"organization": organization}) for user in moving
    ]
    User.objects.filter(pk__in=[user.pk for user in moving]).update(organization=organization)
    record_many(acts, by=by, at=at)
    sessions.end(user for user in moving if user.pk != by.pk)
    return len(moving)


@transaction.atomic
def disable(*, users: Sequence[User], by: User, at: datetime.datetime) -> int:
    """Closes accounts and ends their sessions at once; what the people did stays. Returns how many were closed."""
    closing = [user for user in _fresh(users) if user.is_active]
    if any(user.pk == by.pk for user in closing):
        raise ValidationError(_("You cannot disable your own account. Ask another admin."))
    if any(_is_city_admin(user) for user in closing):
        _guard_last_admin(by.organization.root_id, [user.pk for user in closing])
    User.objects.filter(pk__in=[user.pk for user in closing]).update(is_active=False)
    record_many(
        (Act("user.disable", user, {"is_active": True}, {"is_active": False}) for user in closing), by=by, at=at
    )
    sessions.end(closing)
    return len(closing)


@transaction.atomic
def enable(*, users: Sequence[User], by: User, at: datetime.datetime) -> int:
    """Opens accounts again; refused for people of a dissolved unit. Returns how many were opened."""
    opening = [user for user in _fresh(users) if not user.is_active]
    stranded = [user for user in opening if not user.organization.is_active]
    if stranded:
        raise ValidationError(
            ngettext(
                "The unit of %(name)s was dissolved. Move the person to an active unit first.",
                "The units of %(count)s persons (%(name)s …) were dissolved. Move them to an active unit first.",
                len(stranded),
            )
            % {"name": stranded[0].real_name, "count": len(stranded)}
        )
    User.objects.filter(pk__in=[user.pk for user in opening]).update(is_active=True)
    record_many((Act("user.enable", user, {"is_active": False}, {"is_active": True}) for user in opening), by=by, at=at)
    return len(opening)


@transaction.atomic
def reset_password(*, user: User, by: User, at: datetime.datetime) -> str:
    """A new one-time password; the old one and all sessions end. Returns what nobody can read again."""
    if user.pk == by.pk:
        raise ValidationError(_("Change your own password on the page “Change password”."))
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    record("user.reset_password", user, by=by, at=at)
    sessions.end([user])
    return password


@transaction.atomic
def change_own_password(*, user: User, password: str, at: datetime.datetime) -> None:
    """Sets the password that the person chose; the caller keeps the present session alive."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record("user.password", user, by=user, at=at)
