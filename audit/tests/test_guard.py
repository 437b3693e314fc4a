"""The database refuses to change or remove what was recorded, whoever asks."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from audit import guard
from audit.models import AuditEntry, Seal, Unsealed
from audit.record import record
from audit.seals import seal_all
from audit.verify import verify

AT = datetime.datetime(2017, 9, 20, 9, tzinfo=datetime.UTC)


@pytest.fixture
def entry(city, cast):
    record("organization.update", city.town, by=cast.admin, at=AT, before={"note": ""}, after={"note": "新"})
    return AuditEntry.objects.get()


def refused(statement):
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET verb = 'nothing'",
        "DELETE FROM audit_auditentry",
        "UPDATE audit_seal SET entries = 0",
        "DELETE FROM audit_seal",
        "UPDATE audit_unsealed SET hash = ''",
    ],
)
def test_no_statement_changes_or_removes_a_row(statement, entry, city, cast):
    seal_all(at=AT)
    record("organization.update", city.town, by=cast.admin, at=AT, after={"note": "新"})
    words = refused(statement)
    assert "append-only" in words
    assert statement.split()[1 if statement.startswith("U") else 2] in words
    assert verify().intact


def test_the_orm_is_refused_as_well(entry):
    entry.verb = "other"
    for act in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()


@pytest.mark.sqlite  # PostgreSQL has no REPLACE
def test_a_row_cannot_be_replaced(entry):
    words = refused(
        "INSERT OR REPLACE INTO audit_auditentry (id, at, verb, object_type, object_text, request_id, address, "
        f"previous, hash) VALUES ({entry.pk}, '2017-09-20', 'x', '', '', '', '', '', '')"
    )
    assert "append-only" in words


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["audit_auditentry", "audit_seal", "audit_unsealed"])
def test_no_table_is_truncated(table, entry):
    connection.check_constraints()
    assert "append-only" in refused(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE")


def test_an_entry_leaves_the_list_only_when_a_seal_holds_it(entry):
    assert "no seal holds" in refused("DELETE FROM audit_unsealed")
    assert seal_all(at=AT) == 1
    assert not Unsealed.objects.exists()
    assert Seal.objects.get().entries == 1


def test_a_missing_trigger_is_found(entry):
    assert verify().intact
    off = "DROP TRIGGER audit_keep ON audit_seal" if connection.vendor == "postgresql" else "DROP TRIGGER audit_note"
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1")
        cursor.execute(off)
    found = verify()
    assert [one.kind for one in found.findings] == ["guard"]
    assert "audit_keep" in found.findings[0].other or "audit_note" in found.findings[0].other
    guard.remove(connection)
    guard.install(connection)
    assert verify().intact
