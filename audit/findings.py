"""What a walk over the record can find, and how it is said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .models import AuditEntry
from .words import kind_name

KINDS = {
    "changed": gettext_noop("was changed: it is not what was recorded"),
    "removed": gettext_noop("was removed"),
    "inserted": gettext_noop("was inserted: no seal and no list knows it"),
    "moved": gettext_noop("was moved: it was recorded as No. %(number)s"),
    "displaced": gettext_noop("was moved to another object: it was recorded on %(number)s"),
    "gap": gettext_noop("names an entry before it on the same object that is not there"),
    "seal_changed": gettext_noop("the seal was changed"),
    "seal_removed": gettext_noop("a seal is missing before it, or was put in another place"),
    "seal_lost": gettext_noop("the newest seal of the last verification is missing or is another one"),
    "guard": gettext_noop("the database's guard is off: %(number)s"),
}
ORDER = {kind: place for place, kind in enumerate(("guard", "seal_lost", "seal_removed", "seal_changed"), -4)}


class Finding(NamedTuple):
    """One fault. `entry_id` is an entry's key, or a seal's number; `other` where a moved entry was recorded."""

    kind: str
    entry_id: int
    object_type: str = ""
    object_id: int | None = None
    at: str = ""
    other: str = ""

    @property
    def is_seal(self) -> bool:
        """True where `entry_id` counts seals."""
        return self.kind.startswith("seal")

    def as_json(self) -> dict[str, Any]:
        """For commands and for the table of verifications."""
        return self._asdict()

    def __str__(self) -> str:
        """In the active language, without the name of the object."""
        words = _(KINDS[self.kind]) % {"number": self.other}
        if self.kind == "guard":
            return words
        name = _("Seal No. %(number)s") if self.is_seal else _("Entry No. %(number)s")
        return f"{name % {'number': self.entry_id}} {words}"


def object_of(finding: Finding) -> str:
    """The object in words, as any entry on it calls it: “kind: name”; its number where none is left."""
    if not finding.object_type:
        return ""
    rows = AuditEntry.objects.filter(object_type=finding.object_type, object_id=finding.object_id)
    name = rows.order_by("-id").values_list("object_text", flat=True).first() or f"No. {finding.object_id}"
    return f"{kind_name(finding.object_type)} “{name}”"


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """What concerns the whole first, then by key."""
    return sorted(found, key=lambda one: (ORDER.get(one.kind, 0), one.entry_id))
