"""How the record says what happens to units, people and collective units."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_noop

from audit import words
from audit.words import Field, Say

from .models import EnterpriseProfile

UNIT, PERSON, GROUP = "organizations.organization", "organizations.user", "organizations.organizationgroup"

words.register("organization.create", gettext_noop("added the unit %(object)s"), icon="i-plus")
words.register("organization.update", gettext_noop("changed the unit %(object)s"))
words.register("organization.import", gettext_noop("brought the unit %(object)s in from a list"), icon="i-import")
words.register("unit_import.order", gettext_noop("ordered background work on the list %(object)s"), icon="i-import")
words.register("unit_import.receive", gettext_noop("handed in the list %(file)s to be read"), icon="i-import")
words.register("unit_import.give_up", gettext_noop("cancelled the reading of the list %(file)s"), icon="i-x")
words.register("unit_import.stop", gettext_noop("cancelled background work on the list %(object)s"), icon="i-x")
words.register("unit_import.preview", gettext_noop("read the list %(object)s for checking"), icon="i-import")
words.register("unit_import.refresh", gettext_noop("checked the list %(object)s anew"), icon="i-import")
words.register("unit_import.choose", gettext_noop("said what the columns of %(object)s are"), icon="i-pen")
words.register("unit_import.commit", gettext_noop("imported the list %(object)s"), icon="i-import")
words.register("unit_import.discard", gettext_noop("discarded the list %(object)s"), icon="i-trash")
words.register("unit_import.undo", gettext_noop("undid the import of %(object)s"), icon="s-back")
words.register("organization.dissolve", gettext_noop("dissolved the unit %(object)s"), icon="i-x")
words.register("organization.restore", gettext_noop("restored the unit %(object)s"), icon="i-check")
words.register("organization.regulate", gettext_noop("gave the enterprise %(object)s another sector regulator"))
words.register("group.create", gettext_noop("added the collective unit %(object)s"), icon="i-plus")
words.register("group.update", gettext_noop("changed the collective unit %(object)s"))
words.register("user.invite", gettext_noop("opened an account for %(object)s"), icon="i-plus")
words.register("user.update", gettext_noop("changed the details of %(object)s"))
words.register("user.move", gettext_noop("moved %(object)s to another unit"))
words.register("user.disable", gettext_noop("closed the account of %(object)s"), icon="i-lock")
words.register("user.enable", gettext_noop("opened the account of %(object)s again"), icon="i-check")
words.register("user.reset_password", gettext_noop("gave %(object)s a new one-time password"), icon="i-lock")
words.register("user.password", gettext_noop("chose a new password"), icon="i-lock")

words.register("login.done", gettext_noop("logged in"), icon="i-user", in_timeline=False)
words.register("login.ended", gettext_noop("logged out"), icon="i-user", in_timeline=False)
words.register("login.failed", gettext_noop("noted a failed log-in as %(account)s"), icon="i-lock", in_timeline=False)
words.register(
    "login.locked", gettext_noop("locked the account %(account)s on one computer"), icon="i-lock", in_timeline=False
)
words.register("export", gettext_noop("exported %(list)s, %(rows)s rows"), icon="i-export", in_timeline=False)
words.register("export.file", gettext_noop("took the file %(file)s of %(object)s"), icon="i-export", in_timeline=False)
words.register("refused.denied", gettext_noop("tried a step that the role does not allow"), icon="i-warn")

words.fields(
    "",
    account=gettext_noop("Account"),
    list=gettext_noop("List"),
    chosen=gettext_noop("Conditions"),
    rows=Field(gettext_noop("Rows"), Say.NUMBER),
    path=gettext_noop("Page"),
    page=words.HIDDEN,
    reason=gettext_noop("Reason"),
)
words.fields(UNIT, aliases=Field(gettext_noop("Other names"), Say.LIST), position=words.HIDDEN)
words.fields(
    UNIT,
    **{field.name: words.by_type(field) for field in EnterpriseProfile._meta.concrete_fields if not field.primary_key},
)
words.fields(UNIT, file=gettext_noop("File"))
words.fields(GROUP, members=Field(gettext_noop("Members"), Say.NAME, model=UNIT), position=words.HIDDEN)


words.fields(
    "organizations.unitimport",
    work=words.HIDDEN,
    file=gettext_noop("File"),
    sha256=gettext_noop("Fingerprint of the file"),
    new=Field(gettext_noop("New rows"), Say.NUMBER),
    changed=Field(gettext_noop("Changed rows"), Say.NUMBER),
    unchanged=Field(gettext_noop("Unchanged rows"), Say.NUMBER),
    refused=Field(gettext_noop("Refused rows"), Say.NUMBER),
    removed=Field(gettext_noop("Units dissolved"), Say.NUMBER),
    restored=Field(gettext_noop("Units restored"), Say.NUMBER),
    kept=Field(gettext_noop("Kept"), Say.NUMBER),
)


def _page(name: str) -> words.Links:
    def links(keys: Iterable[int]) -> dict[int, str]:
        return {key: reverse(name, kwargs={"pk": key}) for key in keys}

    return links


words.kind("organizations.unitimport", links=_page("unit_import"))
words.kind(UNIT, links=_page("organization"))
words.kind(PERSON, links=_page("user_edit"))
words.kind(GROUP, links=_page("group_edit"))
