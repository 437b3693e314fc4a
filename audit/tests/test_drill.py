"""The tampering drill: somebody who owns the database takes the triggers off. Each deed is found and named."""

import datetime
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from audit import guard
from audit.canonical import COLUMNS, hash_of
from audit.models import AuditEntry, Seal, Unsealed, Verification
from audit.record import Act, record_many
from audit.seals import seal_all
from audit.verify import verify

AT = datetime.datetime(2017, 9, 20, 9, tzinfo=datetime.UTC)


@pytest.fixture
def told(city, cast):
    """Three entries on each of four units, in turn; the first nine sealed by fives, the last three not yet."""
    for turn in range(3):
        acts = [
            Act("organization.update", unit, {"note": f"{turn}"}, {"note": f"{turn + 1}"})
            for unit in (city.town, city.plant, city.jiaozhou, city.pingdu)
        ]
        if turn == 2:
            record_many(acts[:1], by=cast.admin, at=AT)
            seal_all(at=AT, size=5)
            record_many(acts[1:], by=cast.admin, at=AT)
        else:
            record_many(acts, by=cast.admin, at=AT)
    assert (Seal.objects.count(), Unsealed.objects.count()) == (2, 3)
    assert verify().intact
    return list(AuditEntry.objects.order_by("id"))


def sql(statement, *values):
    """As the owner of the database, past the triggers."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with guard.lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement, values)


def first():
    """(kind, entry, object) of the first finding, and how many there are."""
    found = verify()
    assert not found.intact
    one = found.findings[0]
    return one.kind, one.entry_id, one.object_id, found.number


@pytest.mark.parametrize("place", [2, 11])
@pytest.mark.parametrize(
    ("column", "value"),
    [("verb", "organization.create"), ("after", '{"note": "9"}'), ("before", None), ("at", "2017-09-21 00:00:00"),
     ("object_text", "别的"), ("address", "10.0.0.9"), ("by_id", None), ("scope_id", None), ("unit_id", None),
     ("concerns_id", None), ("request_id", "x"), ("previous", ""), ("hash", "0" * 64)],
)  # fmt: skip
def test_a_changed_entry(told, place, column, value):
    if column == "previous":
        place = max(place, 5)  # the first on an object has none
    sql(f"UPDATE audit_auditentry SET {column} = %s WHERE id = %s", value, told[place].pk)
    kind, entry, on, number = first()
    assert (kind, entry, on, number) == ("changed", told[place].pk, told[place].object_id, 1)


@pytest.mark.parametrize("place", [1, 10])
def test_a_change_with_all_later_hashes_computed_anew(told, place):
    """The chain of the object is right again, sealed or not; the seal or the list still knows better."""
    previous = told[place].previous
    for entry in told[place:]:
        if entry.object_id == told[place].object_id:
            entry.after, entry.previous = {"note": "nothing happened"}, previous
            previous = hash_of([getattr(entry, name) for name in COLUMNS])
            sql("UPDATE audit_auditentry SET after = %s, previous = %s, hash = %s WHERE id = %s",
                json.dumps(entry.after), entry.previous, previous, entry.pk)  # fmt: skip
    kind, entry, _on, _number = first()
    assert (kind, entry) == ("changed", told[place].pk)


@pytest.mark.parametrize("place", [0, 5, 8, 9, 11])
def test_a_removed_entry(told, place):
    """In the middle of a chain, at the end of it, sealed and not."""
    sql("DELETE FROM audit_auditentry WHERE id = %s", told[place].pk)
    assert first() == ("removed", told[place].pk, told[place].object_id, 1)


def test_a_removed_tail(told):
    sql("DELETE FROM audit_auditentry WHERE id >= %s", told[7].pk)
    assert first() == ("removed", told[7].pk, told[7].object_id, 5)


def test_a_removed_chain(told, city):
    sql(
        "DELETE FROM audit_auditentry WHERE object_id = %s AND object_type = 'organizations.organization'",
        city.plant.pk,
    )
    assert first() == ("removed", told[1].pk, city.plant.pk, 3)


def test_a_removed_entry_with_its_line_on_the_list(told):
    """The next entry on the object still names it."""
    extra = told[9]
    record_many([Act("organization.update", extra_unit(extra))], by=None, at=AT)
    sql("DELETE FROM audit_auditentry WHERE id = %s", extra.pk)
    sql("DELETE FROM audit_unsealed WHERE entry_id = %s", extra.pk)
    after = AuditEntry.objects.latest("id")
    assert first() == ("gap", after.pk, extra.object_id, 1)


def extra_unit(entry):
    from organizations.models import Organization

    return Organization.objects.get(pk=entry.object_id)


@pytest.mark.parametrize("key", ["between", "after"])
def test_an_inserted_entry(told, key):
    """With the trigger off no list knows it, however right its hash is."""
    sql("DELETE FROM audit_auditentry WHERE id = %s", told[3].pk)
    made = told[0]
    made.pk = told[3].pk if key == "between" else told[-1].pk + 7
    made.previous, made.verb = told[8].hash, "organization.dissolve"
    made.hash = hash_of([getattr(made, name) for name in COLUMNS])
    with guard.lifted(connection):
        AuditEntry.objects.bulk_create([made])
    found = {one.entry_id: one.kind for one in verify().findings}
    if key == "between":
        assert found == {told[3].pk: "displaced", told[7].pk: "gap"}  # the next one names what stood there
    else:
        assert found == {told[3].pk: "removed", made.pk: "inserted"}


def test_two_swapped_entries(told):
    one, other, spare = told[2].pk, told[10].pk, 10**9
    for source, target in ((one, spare), (other, one), (spare, other)):
        sql("UPDATE audit_auditentry SET id = %s WHERE id = %s", target, source)
    assert [(f.kind, f.entry_id, f.other) for f in verify().findings] == [
        ("moved", one, str(other)), ("moved", other, str(one))
    ]  # fmt: skip


def test_a_renumbered_entry(told):
    sql("UPDATE audit_auditentry SET id = 4711000 WHERE id = %s", told[5].pk)
    assert [(f.kind, f.entry_id, f.other) for f in verify().findings] == [("moved", 4711000, str(told[5].pk))]


def test_an_entry_moved_to_another_object(told, city):
    sql("UPDATE audit_auditentry SET object_id = %s WHERE id = %s", city.town.pk, told[5].pk)
    found = verify().findings
    assert [(one.kind, one.entry_id) for one in found] == [("displaced", told[5].pk), ("gap", told[9].pk)]
    assert str(city.plant.pk) in found[0].other


def test_a_removed_seal(told):
    sql("DELETE FROM audit_seal WHERE number = 1")
    kind, number, _on, _number = first()
    assert (kind, number) == ("seal_removed", 2)


def test_a_removed_newest_seal(told):
    """Its entries are on no list; the last verification knows the seal as well."""
    sql("DELETE FROM audit_seal WHERE number = 2")
    assert first()[:2] == ("inserted", told[5].pk)
    sql("DELETE FROM audit_auditentry WHERE id >= %s", told[5].pk)
    sql("DELETE FROM audit_unsealed")
    assert verify().intact, "everything after a moment is gone, and nothing outside says so"


def test_the_last_verification_remembers_the_newest_seal(told):
    call_command("verify_audit", stdout=StringIO())
    sql("DELETE FROM audit_seal WHERE number = 2")
    sql("DELETE FROM audit_auditentry WHERE id >= %s", told[5].pk)
    sql("DELETE FROM audit_unsealed")
    assert first()[:2] == ("seal_lost", 2)


@pytest.mark.parametrize("column", ["at", "entries", "digest", "contents", "hash", "previous"])
def test_a_changed_seal(told, column):
    value = {"at": "2017-01-01 00:00:00", "entries": 3, "contents": b"x"}.get(column, "0" * 64)
    sql(f"UPDATE audit_seal SET {column} = %s WHERE number = 2", value)
    assert first()[0] in ("seal_changed", "seal_removed")


def test_the_command_names_the_first_broken_entry(told):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "12 entries" in out.getvalue()
    assert "intact" in out.getvalue()
    assert Verification.objects.latest().intact
    sql("UPDATE audit_auditentry SET object_text = 'x' WHERE id = %s", told[4].pk)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", stdout=out)
    assert ended.value.code == 1
    assert f"{told[4].pk}" in out.getvalue()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_audit", json=True, stdout=out)
    said = json.loads(out.getvalue())
    assert said["intact"] is False
    assert said["first"]["entry_id"] == told[4].pk
    assert said["first"]["kind"] == "changed"
    assert "胶北街道" in said["first"]["object"]
    last = Verification.objects.latest()
    assert (last.intact, last.number, last.findings[0]["entry_id"]) == (False, 1, told[4].pk)


def test_an_empty_record_is_intact(db):
    assert verify().intact


def test_late_and_missing_keys_raise_no_alarm(told, city, cast):
    """Transactions end out of order and are rolled back: seals overlap, keys have gaps."""
    late = told[0].__class__(**{name: getattr(told[0], name) for name in COLUMNS})
    late.pk, late.previous = told[-1].pk + 5, told[8].hash
    late.hash = hash_of([getattr(late, name) for name in COLUMNS])
    later = told[0].__class__(**{name: getattr(late, name) for name in COLUMNS})
    later.pk = late.pk + 3
    later.hash = hash_of([getattr(later, name) for name in COLUMNS])
    AuditEntry.objects.bulk_create([later])  # drawn second, ends first
    seal_all(at=AT, size=2)
    AuditEntry.objects.bulk_create([late])
    assert verify().intact
    seal_all(at=AT)
    assert verify().intact
