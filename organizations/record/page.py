"""The record's pages, prepared: how the last verification went, and one entry with its place in the chain."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit import contents, words
from audit.canonical import COLUMNS, text_of
from audit.findings import Finding, object_of
from audit.models import AuditEntry, AuditQuerySet, Seal, Verification
from audit.say import Said, say_all
from lib import formats
from organizations.models import User

from .filters import visible_to

SHOWN, TOGETHER = 10, 50


class Check(NamedTuple):
    """The last verification in words."""

    signal: str
    words: str
    when: str
    seal: str
    faults: list[tuple[str, str, str]]
    more: int


class Seen(NamedTuple):
    """One entry on its own page."""

    said: Said
    line: str
    matches: bool
    seal: str
    before: AuditEntry | None
    following: AuditEntry | None
    together: list[Said]


def check() -> Check:
    """When the record was last verified, how much of it, and what was found."""
    last = Verification.objects.order_by("-id").first()
    if last is None:
        text = _("Not verified yet. This happens every night, and by manage.py verify_audit.")
        return Check("none", text, "", _newest_seal(), [], 0)
    when = formats.moment(timezone.localtime(last.at))
    number = ngettext("%(count)s entry", "%(count)s entries", last.entries)
    number %= {"count": formats.number(last.entries)}
    if last.intact:
        text = _("Intact: %(number)s verified") % {"number": number}
        return Check("ok", text, when, _newest_seal(), [], 0)
    faults = [_fault(Finding(**one)) for one in last.findings[:SHOWN]]
    text = ngettext("Broken in %(count)s place", "Broken in %(count)s places", last.number)
    text = _("%(broken)s of %(number)s") % {"broken": text % {"count": formats.number(last.number)}, "number": number}
    return Check("over", text, when, _newest_seal(), faults, last.number - len(faults))


def _fault(one: Finding) -> tuple[str, str, str]:
    """(what, object, address of the entry if it is there)."""
    there = not one.is_seal and one.kind not in {"guard", "removed"}
    return str(one), object_of(one), reverse("record_entry", kwargs={"pk": one.entry_id}) if there else ""


def _newest_seal() -> str:
    seal = Seal.objects.defer("contents").order_by("-number").first()
    if seal is None:
        return ""
    when = formats.moment(timezone.localtime(seal.at))
    return _("Seal No. %(number)s of %(when)s: %(hash)s") % {"number": seal.number, "when": when, "hash": seal.hash}


def seen(entry: AuditEntry, user: User) -> Seen:
    """The entry with what stands around it; a fixed number of queries."""
    chain = visible_to(user).filter(object_type=entry.object_type, object_id=entry.object_id)
    if entry.object_id is None:
        chain = chain.none()
    together: list[AuditEntry] = []
    if entry.request_id:
        rows = visible_to(user).of_request(entry.request_id).exclude(pk=entry.pk)
        together = list(rows.for_list().order_by("id")[:TOGETHER])
    said = say_all([entry, *together], whole=True)
    line = text_of([getattr(entry, name) for name in COLUMNS])
    return Seen(
        said[0],
        line,
        hashlib.sha256(line.encode()).hexdigest() == entry.hash,
        _seal_of(entry),
        _neighbour(chain.filter(pk__lt=entry.pk).order_by("-id")),
        _neighbour(chain.filter(pk__gt=entry.pk).order_by("id")),
        said[1:],
    )


def _neighbour(rows: AuditQuerySet) -> AuditEntry | None:
    return rows.first()


def _seal_of(entry: AuditEntry) -> str:
    """The seal that holds the entry, in words."""
    for seal in Seal.objects.filter(first_id__lte=entry.pk, last_id__gte=entry.pk).order_by("-number")[:5]:
        lines, _digest = contents.unpack(bytes(seal.contents))
        if any(line.entry_id == entry.pk and line.hash == entry.hash for line in lines):
            when = formats.moment(timezone.localtime(seal.at))
            return _("in seal No. %(number)s of %(when)s") % {"number": seal.number, "when": when}
    return _("in no seal yet; this happens every ten minutes")


def facts(said: Said) -> list[tuple[str, Any]]:
    """Who, for which unit, when, from where, on what."""
    entry = said.entry
    person = f"{said.who}（{entry.by.username}）" if entry.by else said.who
    unit = entry.unit.label if entry.unit else ""
    found = [
        (_("When"), said.when),
        (_("Acting person"), person),
        (_("For which unit"), unit),
        (_("Kind of object"), words.kind_name(entry.object_type)),
        (_("Object"), entry.object_text),
        (_("Client address"), entry.address),
    ]
    return [(label, value) for label, value in found if value]
