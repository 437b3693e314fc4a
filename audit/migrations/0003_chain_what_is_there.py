"""Older entries get the unit, the organization they concern, and their place in the chain."""

from collections import defaultdict

from django.db import migrations

from audit.canonical import COLUMNS, hash_of, plain

BATCH = 2000
_OF = {"organizations.user": "organizations_user", "tasks.assignment": "tasks_assignment"}


def _owners(connection, kind, keys):
    """Object → organization, read from the tables that there are."""
    if kind == "organizations.organization":
        return {key: key for key in keys}
    table = _OF.get(kind)
    if table is None or table not in connection.introspection.table_names():
        return {}
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, organization_id FROM {table} WHERE id IN ({marks})", list(keys))
        return dict(cursor.fetchall())


def chain(apps, schema_editor):
    entry = apps.get_model("audit", "AuditEntry")
    unsealed = apps.get_model("audit", "Unsealed")
    unit_of = dict(apps.get_model("organizations", "User").objects.values_list("pk", "organization_id"))
    there = set(apps.get_model("organizations", "Organization").objects.values_list("pk", flat=True))
    latest, last = {}, 0
    while rows := list(entry.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        keys = defaultdict(set)
        for row in rows:
            keys[row.object_type].add(row.object_id)
        owners = {
            kind: _owners(schema_editor.connection, kind, sorted(found - {None})) for kind, found in keys.items()
            if found - {None}
        }  # fmt: skip
        for row in rows:
            on = (row.object_type, row.object_id)
            owner = owners.get(row.object_type, {}).get(row.object_id)
            row.unit_id, row.concerns_id = unit_of.get(row.by_id), owner if owner in there else None
            row.before, row.after = plain(row.before), plain(row.after)
            row.previous = latest.get(on, "") if row.object_id is not None else ""
            row.hash = hash_of([getattr(row, name) for name in COLUMNS])
            latest[on] = row.hash
        fields = ["unit", "concerns", "before", "after", "previous", "hash"]
        entry.objects.bulk_update(rows, fields, batch_size=200)
        unsealed.objects.bulk_create(
            [
                unsealed(entry_id=row.pk, object_type=row.object_type, object_id=row.object_id, at=row.at,
                         hash=row.hash)
                for row in rows
            ],
            batch_size=100,
        )  # fmt: skip
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chained")]
    operations = [migrations.RunPython(chain, migrations.RunPython.noop)]
