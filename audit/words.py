"""How entries are said: the sentence of each verb, the name of each field, the way its values are written.

Each app has a `words.py` that registers what its own entries need; the catalogues translate it:

    words.register("task.update", gettext_noop("changed the task %(object)s"))
    words.fields("tasks.task", lead=gettext_noop("Lead unit"), milestones=words.Field(gettext_noop("Milestones"), LIST))
    words.kind("tasks.task", links=task_links)

The sentence begins with the person, so a message is what follows: verb, object. Besides %(object)s it may
use any key of `after`. A field of the object's model needs no word: its verbose name and type say enough.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.module_loading import autodiscover_modules


class Say(enum.Enum):
    """How a value is written."""

    TEXT = "as it is"
    DAY = "a day in ISO form"
    MOMENT = "a moment in ISO form"
    NUMBER = "a number, thousands grouped"
    PERCENT = "a number with a per cent sign"
    YES_NO = "yes or no"
    LIST = "texts, joined"
    COUNT = "how many there are"
    CHOICE = "one of `choices`"
    NAME = "the name of the object of `model`; of several, joined"
    OWN = "by the function `own`"
    HIDDEN = "not shown: it says nothing to a reader"


class Field(NamedTuple):
    """A key of `before` and `after`."""

    label: Any
    say: Say = Say.TEXT
    model: str = ""
    choices: Any = ()
    own: Callable[[Any], str] | None = None


class Verb(NamedTuple):
    """What is said of an act; `icon` and `signal` mark it in a timeline (LOOK.md)."""

    message: str
    icon: str
    signal: str
    in_timeline: bool


Links = Callable[[Iterable[int]], dict[int, str]]
HIDDEN = Field("", Say.HIDDEN)
_verbs: dict[str, Verb] = {}
_fields: dict[tuple[str, str], Field] = {}
_links: dict[str, Links] = {}


def register(verb: str, message: str, *, icon: str = "i-pen", signal: str = "none", in_timeline: bool = True) -> None:
    """Gives a verb its sentence; `in_timeline` False keeps it on the record's own pages."""
    if _verbs.setdefault(verb, Verb(message, icon, signal, in_timeline)).message != message:
        raise ValueError(f"two sentences for {verb}")


def fields(object_type: str, **labels: str | Field) -> None:
    """Names keys that are no fields of the model, or says their values in another way; "" is every kind."""
    for name, label in labels.items():
        _fields[object_type, name] = label if isinstance(label, Field) else Field(label)


def kind(object_type: str, *, links: Links) -> None:
    """Says where the pages of objects are: `links(keys)` gives {key: address}, in one query at most."""
    _links[object_type] = links


@cache
def _complete() -> None:
    autodiscover_modules("words")


def verb_of(verb: str) -> Verb | None:
    """Its words; None where nobody registered any."""
    _complete()
    return _verbs.get(verb)


def verbs() -> dict[str, Verb]:
    """All of them."""
    _complete()
    return _verbs


def quiet() -> list[str]:
    """The verbs that timelines leave out."""
    _complete()
    return sorted(name for name, verb in _verbs.items() if not verb.in_timeline)


def links_of(object_type: str) -> Links | None:
    """Where objects of that kind are shown."""
    _complete()
    return _links.get(object_type)


def kinds() -> list[str]:
    """The kinds of objects that have pages."""
    _complete()
    return sorted(_links)


def placeholders(message: str) -> list[str]:
    """The %(parts)s of a message."""
    return re.findall(r"%\(\w+\)s", message)


def kind_name(object_type: str) -> str:
    """What objects of that kind are called, in the active language."""
    model = model_of(object_type)
    return str(model._meta.verbose_name) if model is not None else object_type


def model_of(object_type: str) -> type[models.Model] | None:
    """The model of `tasks.task`; None where there is none any more."""
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None


def field_of(object_type: str, name: str) -> Field | None:
    """How a key is said: as registered for the kind, for every kind, or by the model's field of that name."""
    _complete()
    found = _fields.get((object_type, name)) or _fields.get(("", name))
    return found or _of_model(object_type, name)


@cache
def _of_model(object_type: str, name: str) -> Field | None:
    model = model_of(object_type)
    if model is None:
        return None
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if not hasattr(field, "verbose_name"):
        return None
    return by_type(field)


def by_type(field: Any) -> Field:
    """How a field of a model is said: by its verbose name and its type."""
    label = field.verbose_name
    if field.is_relation:
        return Field(label, Say.NAME, model=field.related_model._meta.label_lower)
    if field.choices:
        return Field(label, Say.CHOICE, choices=field.choices)
    kinds: list[tuple[Any, Say]] = [
        (models.BooleanField, Say.YES_NO), (models.DateTimeField, Say.MOMENT), (models.DateField, Say.DAY),
        (models.DecimalField, Say.NUMBER), (models.IntegerField, Say.NUMBER), (models.FloatField, Say.NUMBER),
    ]  # fmt: skip
    return Field(label, next((say for kind, say in kinds if isinstance(field, kind)), Say.TEXT))
