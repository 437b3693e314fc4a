"""How the record says what happens to lists of powers and duties."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_noop

from audit import words
from audit.words import Field, Say

from .content import FIELDS, bases_text
from .models import ResponsibilityItem, ResponsibilityList

LIST, ITEM, IMPORT = (
    "responsibilities.responsibilitylist",
    "responsibilities.responsibilityitem",
    "responsibilities.listimport",
)

words.register("list.create", gettext_noop("began %(object)s"), icon="i-plus")
words.register("list.revise", gettext_noop("began the revision %(object)s"), icon="i-plus")
words.register("list.discard", gettext_noop("discarded the draft %(object)s"), icon="i-trash")
words.register("list.submit", gettext_noop("submitted %(object)s for approval"), icon="s-sent", signal="sent")
words.register("list.withdraw", gettext_noop("took %(object)s back"), icon="i-left")
words.register("list.approve", gettext_noop("approved %(object)s"), icon="i-check", signal="done")
words.register("list.refuse", gettext_noop("returned %(object)s"), icon="s-back", signal="back")
words.register("list.send_back", gettext_noop("returned %(object)s to the unit"), icon="s-back", signal="back")
words.register("list.publish", gettext_noop("published %(object)s"), icon="s-done", signal="done")
words.register("list.import_rows", gettext_noop("brought items of %(object)s in from a workbook"), icon="i-import")
words.register("list.import_receive", gettext_noop("handed in the workbook %(file)s to be read"), icon="i-import")
words.register("list.import_give_up", gettext_noop("cancelled the reading of the workbook %(file)s"), icon="i-x")
words.register("list.import_order", gettext_noop("ordered background work on the workbook %(object)s"), icon="i-import")
words.register("list.import_stop", gettext_noop("cancelled background work on the workbook %(object)s"), icon="i-x")
words.register("list.import_preview", gettext_noop("read the workbook %(object)s"), icon="i-import")
words.register("list.import_choose", gettext_noop("said what the columns of %(object)s are"), icon="i-pen")
words.register("list.import", gettext_noop("imported the workbook %(object)s"), icon="i-import")
words.register("list.import_discard", gettext_noop("discarded the workbook %(object)s"), icon="i-trash")
words.register("list.import_undo", gettext_noop("undid the import of %(object)s"), icon="s-back", signal="back")
words.register("list.export", gettext_noop("exported %(object)s"), icon="i-export", in_timeline=False)
words.register("item.create", gettext_noop("added the item %(object)s"), icon="i-plus")
words.register("item.update", gettext_noop("changed the item %(object)s"))
words.register("item.remove", gettext_noop("took out the item %(object)s"), icon="i-x")
words.register("item.move", gettext_noop("moved the item %(object)s"))
words.register("term.appoint", gettext_noop("named a holder of %(object)s"), icon="i-user")
words.register("term.end", gettext_noop("ended a term of office of %(object)s"), icon="i-user")
words.register("term.withdraw", gettext_noop("withdrew a term of office of %(object)s"), icon="i-x")

words.fields(
    LIST,
    base=Field(gettext_noop("Copied from"), Say.NAME, model=LIST),
    file=gettext_noop("File"),
    sha256=gettext_noop("Hash"),
    items=Field(gettext_noop("Items"), Say.COUNT),
)
words.fields(
    ITEM,
    **{name: FIELDS[name] for name in FIELDS if name != "legal_bases"},
    legal_bases=Field(gettext_noop("Legal bases"), Say.OWN, own=bases_text),
    person=Field(gettext_noop("Person in office"), Say.NAME, model="organizations.user"),
    starts_on=Field(gettext_noop("In office from"), Say.DAY),
    ends_on=Field(gettext_noop("In office until"), Say.DAY),
    note=gettext_noop("Note"),
)
words.fields(
    IMPORT,
    work=words.HIDDEN,
    file=gettext_noop("File"),
    sha256=gettext_noop("Hash"),
    lists=Field(gettext_noop("Lists"), Say.NUMBER),
    kept=gettext_noop("Kept"),
    created=Field(gettext_noop("New"), Say.NUMBER),
    removed=Field(gettext_noop("Taken out"), Say.NUMBER),
    keys=words.HIDDEN,
)


def _lists(keys: Iterable[int]) -> dict[int, str]:
    there = ResponsibilityList.objects.filter(pk__in=list(keys)).values_list("pk", flat=True)
    return {key: reverse("duty_list", kwargs={"pk": key}) for key in there}


def _items(keys: Iterable[int]) -> dict[int, str]:
    there = ResponsibilityItem.objects.filter(pk__in=list(keys)).values_list("pk", flat=True)
    return {key: reverse("duty_item", kwargs={"pk": key}) for key in there}


words.kind(LIST, links=_lists)
words.kind(ITEM, links=_items)
