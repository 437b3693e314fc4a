"""Entries in words: sentence, and each changed field before → after, in the active language.

A batch of entries is prepared together, so that the names of people, units and other objects that the
values refer to cost one query for each kind, however many entries there are.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from lib import formats

from . import words
from .models import AuditEntry
from .words import Field, Say

LONG = 400  # characters of a value in a list; the entry's own page shows all


class Change(NamedTuple):
    """One field: its name, and what stood there before and after; empty where there was nothing."""

    label: str
    before: str
    after: str
    is_new: bool  # there was nothing to compare with: the object began with it


class Said(NamedTuple):
    """One entry, ready to be shown."""

    entry: AuditEntry
    sentence: str
    what: str
    who: str
    post: str
    when: str
    changes: list[Change]
    icon: str
    signal: str
    href: str
    kind: str


class Names:
    """What the objects are called to which values refer, looked up once for all entries of a page."""

    def __init__(self, entries: Iterable[AuditEntry]) -> None:
        wanted: dict[str, set[int]] = defaultdict(set)
        for entry in entries:
            for _name, field, value in _values(entry):
                if field.say is Say.NAME:
                    wanted[field.model] |= {key for key in _listed(value) if isinstance(key, int)}
        self._found = {label: _names_of(label, keys) for label, keys in wanted.items()}

    def say(self, label: str, value: Any) -> str:
        """The name; a number where the object is gone."""
        found = self._found.get(label, {})
        return _(", ").join(found.get(key) or _("No. %(key)s (deleted)") % {"key": key} for key in _listed(value))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names_of(label: str, keys: set[int]) -> dict[int, str]:
    model = words.model_of(label)
    if model is None:
        return {}
    rows = model._default_manager.filter(pk__in=sorted(keys))
    return {row.pk: str(row) for row in rows}


def _values(entry: AuditEntry) -> Iterator[tuple[str, Field, Any]]:
    for side in (entry.before, entry.after):
        for name, value in (side or {}).items():
            field = words.field_of(entry.object_type, name)
            if field is not None:
                yield name, field, value


def say_all(entries: Sequence[AuditEntry], *, whole: bool = False) -> list[Said]:
    """The entries in words; `whole` writes long values out. Needs `for_list()`."""
    names = Names(entries)
    links = _links(entries)
    return [_say(entry, names, links, whole) for entry in entries]


def _links(entries: Iterable[AuditEntry]) -> dict[tuple[str, int], str]:
    keys: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.object_id is not None:
            keys[entry.object_type].add(entry.object_id)
    found: dict[tuple[str, int], str] = {}
    for object_type, wanted in keys.items():
        links = words.links_of(object_type)
        if links is not None:
            found |= {(object_type, key): href for key, href in links(wanted).items()}
    return found


def _say(entry: AuditEntry, names: Names, links: dict[tuple[str, int], str], whole: bool) -> Said:
    verb = words.verb_of(entry.verb)
    who = str(entry.by) if entry.by is not None else _("The system")
    what = what_of(entry, names)
    return Said(
        entry,
        f"{who} {what}",
        what[:1].upper() + what[1:],
        who,
        _post(entry),
        formats.moment(timezone.localtime(entry.at)),
        changes_of(entry, names, whole),
        verb.icon if verb else "i-pen",
        verb.signal if verb else "none",
        links.get((entry.object_type, entry.object_id or 0), ""),
        words.kind_name(entry.object_type),
    )


def _post(entry: AuditEntry) -> str:
    """Post and unit of the person, the unit as it was when the act was recorded."""
    if entry.by is None:
        return ""
    post = entry.by.post or entry.by.get_role_display()
    return _("%(post)s, %(unit)s") % {"post": post, "unit": entry.unit} if entry.unit else post


def what_of(entry: AuditEntry, names: Names) -> str:
    """What was done, without the person: changed the task 12 …."""
    verb = words.verb_of(entry.verb)
    said = {name: _text(field, value, names, whole=False) for name, field, value in _values(entry)}
    said["object"] = f"“{entry.object_text}”"
    if verb is None:
        return _("acted on %(object)s") % said
    try:
        return _(verb.message) % said
    except KeyError:  # an older entry without the key
        return _(verb.message).split("%(")[0].strip() + " " + said["object"]


def changes_of(entry: AuditEntry, names: Names, whole: bool) -> list[Change]:
    """The changed fields in the order in which they were recorded; those without a word stay out."""
    before, after = entry.before or {}, entry.after or {}
    found = []
    for name in dict.fromkeys([*after, *before]):
        field = words.field_of(entry.object_type, name)
        if field is None or field.say is Say.HIDDEN:
            continue
        old, new = (_text(field, side.get(name), names, whole) for side in (before, after))
        if old != new or (name in before and name in after and before[name] != after[name]):
            found.append(Change(str(_label(field)), old, new, name not in before))
    return found


def _label(field: Field) -> str:
    label = _(field.label) if isinstance(field.label, str) else str(field.label)
    return label[:1].upper() + label[1:]


def _text(field: Field, value: Any, names: Names, whole: bool) -> str:
    if value is None or value == "" or value == []:
        return ""
    text = _SAY[field.say](field, value, names)
    return text if whole or len(text) <= LONG else f"{text[:LONG]}…"


def _choice(field: Field, value: Any, names: Names) -> str:
    choices = dict(field.choices() if callable(field.choices) else field.choices)
    return str(choices.get(value, value))


def _number(field: Field, value: Any, names: Names) -> str:
    try:
        return formats.number(Decimal(str(value)))
    except InvalidOperation:
        return str(value)


def _day(field: Field, value: Any, names: Names) -> str:
    try:
        return formats.day(datetime.date.fromisoformat(str(value)[:10]))
    except ValueError:
        return str(value)


def _moment(field: Field, value: Any, names: Names) -> str:
    try:
        at = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return formats.moment(timezone.localtime(at) if timezone.is_aware(at) else at)


def _list(field: Field, value: Any, names: Names) -> str:
    return _(", ").join(str(item) for item in _listed(value))


def _own(field: Field, value: Any, names: Names) -> str:
    return field.own(value) if field.own is not None else str(value)


_SAY = {
    Say.TEXT: lambda field, value, names: _list(field, value, names) if isinstance(value, list) else str(value),
    Say.DAY: _day,
    Say.MOMENT: _moment,
    Say.NUMBER: _number,
    Say.PERCENT: lambda field, value, names: f"{_number(field, value, names)}%",
    Say.YES_NO: lambda field, value, names: _("yes") if value else _("no"),
    Say.LIST: _list,
    Say.COUNT: lambda field, value, names: formats.number(len(_listed(value))),
    Say.CHOICE: _choice,
    Say.NAME: lambda field, value, names: names.say(field.model, value),
    Say.OWN: _own,
    Say.HIDDEN: lambda field, value, names: "",
}
