"""Undoing an import of units: new ones that nobody has used are dissolved, changed fields get their old values.

What somebody has used or changed since is kept, and named. A unit is not deleted, because the record speaks of it;
the same list brings it back.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import ForeignObjectRel

from audit.models import AuditEntry
from audit.record import Act, record, record_many
from organizations.models import EnterpriseProfile, Organization, OrganizationAlias, UnitImport, UnitImportRow, User

from .unit_imports import DecidedError, plain

State, Verdict = UnitImport.State, UnitImportRow.Verdict
PROFILE = frozenset(
    field.name for field in EnterpriseProfile._meta.concrete_fields if field.name not in {"id", "organization"}
)


OWN = (OrganizationAlias, EnterpriseProfile, UnitImport, UnitImportRow)


class Kept(NamedTuple):
    """A unit, or some fields of it, that stay: why is used, changed or removed."""

    unit: int | None
    name: str
    fields: list[str]
    why: str


class UnitUndo(NamedTuple):
    """What an undo does: units to dissolve, (row, unit, fields) that get old values, and what stays."""

    remove: list[Organization]
    restore: list[tuple[UnitImportRow, Organization, list[str]]]
    keep: list[Kept]


def undo_plan(batch: UnitImport) -> UnitUndo:
    """Looks at what became of everything that the import changed; writes nothing."""
    rows = list(batch.rows.exclude(verdict=Verdict.REFUSED).select_related("unit__parent", "unit__enterprise"))
    keys = [row.unit_id for row in rows if row.unit_id]
    touched = set(
        AuditEntry.objects.filter(object_type="organizations.organization", object_id__in=keys, at__gt=batch.decided_at)
        .values_list("object_id", flat=True)
    )  # fmt: skip
    used = _used(keys)
    found = UnitUndo([], [], [])
    for row in rows:
        unit = row.unit
        if unit is None:
            found.keep.append(Kept(None, row.name, [], "removed"))
        elif row.verdict == Verdict.NEW:
            if unit.pk in touched:
                found.keep.append(Kept(unit.pk, unit.name, [], "changed"))
            elif unit.pk in used:
                found.keep.append(Kept(unit.pk, unit.name, [], "used"))
            else:
                found.remove.append(unit)
        else:
            _judge(row, unit, found)
    return found


def _used(keys: list[int]) -> set[int]:
    """Those of the units that something refers to: people, tasks, other units, whatever this floor does not know.

    The record and the import itself do not count.
    """
    found: set[int] = set()
    for relation in Organization._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.related_model._meta.app_label == "audit":
            continue
        model, name = relation.related_model, relation.field.name
        if model in OWN or not hasattr(model, "_base_manager"):
            continue
        rows = model._base_manager.filter(**{f"{name}__in": keys})
        if model is Organization:
            rows = rows.exclude(pk__in=keys)
        found.update(rows.values_list(name, flat=True))
    return found


def _judge(row: UnitImportRow, unit: Organization, found: UnitUndo) -> None:
    now = plain({field: _now(unit, field) for field in row.after})
    again = [field for field in row.after if now[field] != row.after[field]]
    fields = [field for field in row.after if field not in again]
    if fields:
        found.restore.append((row, unit, fields))
    if again:
        found.keep.append(Kept(unit.pk, unit.name, again, "changed"))


def _now(unit: Organization, field: str) -> Any:
    if field == "aliases":
        return [alias.name for alias in unit.aliases.all()]
    if field in PROFILE:
        return getattr(getattr(unit, "enterprise", None), field, None)
    return getattr(unit, field)


@transaction.atomic
def undo(*, batch: UnitImport, by: User | None, at: datetime.datetime) -> UnitUndo:
    """Gives back what can be given back; raises DecidedError where it was not imported or is undone."""
    claimed = UnitImport.objects.filter(pk=batch.pk, state=State.COMMITTED)
    if not claimed.update(state=State.UNDONE, undone_by=by, undone_at=at):
        raise DecidedError(UnitImport.objects.get(pk=batch.pk))
    now = UnitImport.objects.get(pk=batch.pk)
    found = undo_plan(now)
    for row, unit, fields in found.restore:
        _restore(unit, {field: row.before.get(field) for field in fields})
        before, after = ({field: side[field] for field in fields} for side in (row.after, row.before))
        record("organization.update", unit, by=by, at=at, scope_id=now.city_id, before=before, after=after)
    Organization.objects.filter(pk__in=[unit.pk for unit in found.remove]).update(is_active=False)
    acts = [Act("organization.dissolve", unit, {"is_active": True}, {"is_active": False}) for unit in found.remove]
    record_many(acts, by=by, at=at, scope_id=now.city_id)
    now.undo = {
        "removed": len(found.remove),
        "restored": len(found.restore),
        "kept": [one._asdict() for one in found.keep],
    }
    now.save(update_fields=["undo"])
    said = {"removed": len(found.remove), "restored": len(found.restore), "kept": len(found.keep)}
    record("unit_import.undo", now, by=by, at=at, scope_id=now.city_id, after=said)
    return found


def _restore(unit: Organization, values: dict[str, Any]) -> None:
    if "aliases" in values:
        wanted = values.pop("aliases") or []
        unit.aliases.exclude(name__in=wanted).delete()
        have = set(unit.aliases.values_list("name", flat=True))
        OrganizationAlias.objects.bulk_create(
            [OrganizationAlias(organization=unit, name=name) for name in wanted if name not in have]
        )
    profile = {field: values.pop(field) for field in list(values) if field in PROFILE}
    if profile:
        EnterpriseProfile.objects.filter(organization=unit).update(**profile)
    for field, value in values.items():
        if isinstance(value, dict) and "pk" in value:
            setattr(unit, f"{field}_id", value["pk"])
        else:
            setattr(unit, field, value)
    if values:
        unit.save()
