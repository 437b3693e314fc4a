"""What the record's list shows: who may see which entries, the conditions of the address, pages by key."""

from __future__ import annotations

import datetime
from functools import reduce
from operator import and_
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import words
from audit.models import AuditEntry, AuditQuerySet, texts_contain
from lib import formats
from lib.within import Within
from organizations.models import Organization, User

PAGE, COUNTED = 50, 1000
_CHOSEN = ("commission", "department", "district", "zone")
_KEYS = ("q", "who", "unit", "verb", "kind", "on", "from", "to", "text", "address", "request")
_WHICH = {"q": 100, "who": 60, "text": 60, "address": 45, "request": 36}


def visible_to(user: User) -> AuditQuerySet:
    """Entries of the own city; outside the commission those that a visible unit did, or that concern one."""
    city = AuditEntry.objects.filter(scope=user.organization.root_id)
    if user.sees_city:
        return city
    seen = Organization.objects.visible_to(user).values("pk")
    return city.filter(Q(Within("unit", seen)) | Q(Within("concerns", seen)))


class Chip(NamedTuple):
    """A condition in words, and the address without it."""

    label: str
    href: str


class Page(NamedTuple):
    """Entries with the addresses of the pages around them; `number` is exact up to COUNTED."""

    entries: list[AuditEntry]
    newer: str
    older: str
    number: int


class RecordFilter:
    """The conditions of the address; nonsense is no condition."""

    def __init__(self, asked: QueryDict, user: User) -> None:
        self.user = user
        self.oldest_first = asked.get("sort") == "oldest"
        self.values: dict[str, Any] = {}
        for key in _KEYS:
            value = self._read(key, asked.get(key, "").strip())
            if value:
                self.values[key] = value

    def _read(self, key: str, text: str) -> Any:
        if not text:
            return None
        if key in _WHICH:
            return text[: _WHICH[key]]
        match key:
            case "unit":
                return self._unit(text)
            case "verb":
                return text if words.verb_of(text) else None
            case "kind":
                return text if words.links_of(text) else None
            case "on":
                kind, _dot, key_text = text.rpartition(".")
                return (kind, int(key_text)) if key_text.isdecimal() and len(key_text) < 19 else None
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return None

    def _unit(self, text: str) -> Organization | None:
        if not text.isdecimal() or len(text) > 18:
            return None
        return Organization.objects.visible_to(self.user).filter(pk=int(text)).first()

    def rows(self) -> AuditQuerySet:
        """The entries asked for, without order."""
        found = visible_to(self.user)
        if "text" in self.values:
            found = found.with_texts()
        for key, value in self.values.items():
            found = found.filter(self._condition(key, value))
        return found

    def _condition(self, key: str, value: Any) -> Q:
        match key:
            case "q":
                found = Q()
                for word in value.split():
                    found &= Q(object_text__contains=word) | Q(by__in=self._people(word))
                return found
            case "who":
                return Q(by__in=self._people(value))
            case "unit":
                return Q(unit=value) | Q(concerns=value)
            case "verb":
                return Q(verb=value)
            case "kind":
                return Q(object_type=value)
            case "on":
                return Q(object_type=value[0], object_id=value[1])
            case "from":
                return Q(at__gte=_midnight(value))
            case "to":
                return Q(at__lt=_midnight(value + datetime.timedelta(days=1)))
            case "text":
                return reduce(and_, (texts_contain(word) for word in value.split()))
            case "address":
                return Q(address=value)
        return Q(request_id=value)

    def _people(self, word: str) -> list[int]:
        """The people whom a word may mean; looked up first, so that the record itself is asked by key."""
        city = User.objects.filter(organization__path__startswith=f"/{self.user.organization.root_id}/")
        named = city.filter(Q(real_name__icontains=word) | Q(username__icontains=word))
        return list(named.values_list("pk", flat=True)[:500])

    def ordered(self) -> AuditQuerySet:
        """The entries in the order of the page."""
        order = ("at", "id") if self.oldest_first else ("-at", "-id")
        return self.rows().order_by(*order)

    def page(self, asked: QueryDict) -> Page:
        """Fifty entries after (`after`) or before (`before`) a place; each page costs the same."""
        after, before = _place(asked.get("after", "")), _place(asked.get("before", ""))
        forward = before is None
        rows = self.ordered()
        place = after or before
        if place is not None:
            rows = rows.filter(_beyond(place, later=self.oldest_first == forward))
        if not forward:
            rows = rows.reverse()
        found = list(rows.for_list()[: PAGE + 1])
        more, entries = len(found) > PAGE, found[:PAGE]
        if not forward:
            entries.reverse()
        has_next = more if forward else True
        has_previous = place is not None if forward else more
        number = len(entries) if place is None and not more else self.rows().order_by()[: COUNTED + 1].count()
        if not entries:
            return Page([], "", self.query() if place else "", number)
        return Page(
            entries,
            self.query(before=_mark(entries[0])) if has_previous else "",
            self.query(after=_mark(entries[-1])) if has_next else "",
            number,
        )

    def conditions(self) -> dict[str, str]:
        """What is set, as the address says it."""
        found = {}
        for key, value in self.values.items():
            if key == "on":
                found[key] = f"{value[0]}.{value[1]}"
            else:
                found[key] = str(value.pk) if isinstance(value, Organization) else str(value)
        return found | ({"sort": "oldest"} if self.oldest_first else {})

    def query(self, *without: str, **changed: str) -> str:
        """The query string of the same list with something taken off or changed."""
        values = self.conditions() | changed
        return "?" + urlencode({name: value for name, value in values.items() if value and name not in without})

    @property
    def newest_query(self) -> str:
        """The same list, newest first."""
        return self.query("sort")

    @property
    def oldest_query(self) -> str:
        """The same list, oldest first."""
        return self.query(sort="oldest")

    def chips(self) -> list[Chip]:
        """The conditions in words."""
        return [Chip(self._words(key, value), self.query(key)) for key, value in self.values.items()]

    def describe(self) -> str:
        """The conditions in one line, for export and print."""
        return _("; ").join(chip.label for chip in self.chips()) or _("All entries")

    def _words(self, key: str, value: Any) -> str:
        match key:
            case "q":
                return f"“{value}”"
            case "unit":
                return str(value.label)
            case "verb":
                return verb_words(value)
            case "kind":
                return words.kind_name(value)
            case "on":
                return _("The record of one object: %(kind)s") % {"kind": words.kind_name(value[0])}
            case "from":
                return _("from %(day)s") % {"day": formats.day(value)}
            case "to":
                return _("until %(day)s") % {"day": formats.day(value)}
            case "who":
                return _("Person: %(name)s") % {"name": value}
            case "text":
                return _("Changed text: %(text)s") % {"text": value}
            case "address":
                return _("Address: %(address)s") % {"address": value}
        return _("One request: %(number)s") % {"number": f"{value[:8]}…"}

    def units(self) -> list[tuple[str, str, bool]]:
        """Units to choose from: (key, label, chosen)."""
        seen = Organization.objects.visible_to(self.user).filter(kind__in=_CHOSEN).order_by("position", "id")
        chosen = self.values.get("unit")
        found = [(str(unit.pk), unit.label, unit == chosen) for unit in seen[:200]]
        if chosen and not any(mark for _key, _label, mark in found):
            found.append((str(chosen.pk), chosen.label, True))
        return found

    def verbs(self) -> list[tuple[str, str, bool]]:
        """What can have been done, in words, in the order of the kinds."""
        chosen = self.values.get("verb")
        found = [(verb, verb_words(verb), verb == chosen) for verb in words.verbs()]
        return sorted(found, key=lambda one: one[0])

    def kinds(self) -> list[tuple[str, str, bool]]:
        """Kinds of objects."""
        chosen = self.values.get("kind")
        return [(kind, words.kind_name(kind), kind == chosen) for kind in words.kinds()]


def verb_words(verb: str) -> str:
    """A verb's sentence without a certain object: changed the task …."""
    found = words.verb_of(verb)
    text = _(found.message) if found else verb
    for part in words.placeholders(text):
        text = text.replace(part, "…")
    return text[:1].upper() + text[1:]


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _mark(entry: AuditEntry) -> str:
    """The place of an entry in the order, for an address."""
    return f"{entry.at.astimezone(datetime.UTC):%Y%m%dT%H%M%S.%f}-{entry.pk}"


def _place(text: str) -> tuple[datetime.datetime, int] | None:
    moment, _dash, key = text.partition("-")
    try:
        at = datetime.datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=datetime.UTC)
    except ValueError:
        return None
    return (at, int(key)) if key.isdecimal() and len(key) < 19 else None


def _beyond(place: tuple[datetime.datetime, int], later: bool) -> Q:
    """Entries on one side of a place; the bound on the moment alone lets an index find the start."""
    at, key = place
    if later:
        return Q(at__gte=at) & ~Q(at=at, id__lte=key)
    return Q(at__lte=at) & ~Q(at=at, id__gte=key)
