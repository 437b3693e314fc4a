"""What was recorded reads back as it was hashed, whatever was in it, on both databases."""

import datetime
import json
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.canonical import COLUMNS, clean, hash_of, moment, plain, text_of
from audit.models import AuditEntry
from audit.record import Act, Deed, record, record_deeds

AT = datetime.datetime(2017, 9, 20, 9, 5, 0, 7, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
odd = st.sampled_from([Decimal("0.10"), Decimal("-0"), 1e100, "\0", "\ud800"])
text = st.text(st.characters(exclude_categories=()))
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(), st.floats(), st.dates(), st.datetimes(), text, odd
)
keys = st.text(max_size=5) | st.integers()
values = st.recursive(
    scalars, lambda one: st.lists(one, max_size=3) | st.dictionaries(keys, one, max_size=3), max_leaves=6
)
moments = st.datetimes(datetime.datetime(1990, 1, 1), datetime.datetime(2090, 1, 1), timezones=st.timezones())


def standing(entry):
    return tuple(getattr(entry, name) for name in COLUMNS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.none() | st.dictionaries(st.text(max_size=8), values, max_size=3),
    after=st.none() | st.dictionaries(st.text(max_size=8), values, max_size=3),
    at=moments,
)
def test_an_entry_reads_back_as_it_was_hashed(city, cast, before, after, at):
    from django.db import transaction

    with transaction.atomic():
        record("organization.update", city.town, by=cast.admin, at=at, before=before, after=after)
        entry = AuditEntry.objects.latest("id")
        assert hash_of(standing(entry)) == entry.hash
        assert entry.before == plain(before)
        assert json.loads(text_of(standing(entry)))[11] == plain(before)
        transaction.set_rollback(True)


def test_the_canonical_line(city, cast):
    record("organization.update", city.town, by=cast.admin, at=AT, before={"b": Decimal("0.10"), "a": None},
           after={"d": datetime.date(2017, 9, 30), "ü": "“中”\n"})  # fmt: skip
    entry = AuditEntry.objects.get()
    root, town = city.commission.pk, city.town.pk
    assert text_of(standing(entry)) == (
        f'["qdsafety-record-1",{entry.pk},{root},"2017-09-20T01:05:00.000007Z",{cast.admin.pk},{city.office.pk},{town},'
        f'"organization.update","organizations.organization",{town},"胶北街道",{{"a":null,"b":"0.10"}},'
        '{"d":"2017-09-30","ü":"“中”\\n"},"","",""]'
    )


def test_what_no_database_holds_is_replaced():
    assert clean("a\0b\ud800c") == "a\ufffdb\ufffdc"
    assert plain({1: float("nan"), "x": {2, 1}, "y": 2**60}) == {"1": "nan", "x": [1, 2], "y": str(2**60)}
    assert moment(datetime.datetime(2017, 1, 1, tzinfo=datetime.UTC)) == "2017-01-01T00:00:00.000000Z"


def test_each_entry_names_the_latest_before_it_on_its_object(city, cast):
    for turn in range(3):
        record_deeds(
            [Deed(Act("organization.update", unit, None, {"note": str(turn)}), cast.admin, AT)
             for unit in (city.town, city.plant, city.town)], scope_id=city.commission.pk,
        )  # fmt: skip
    for unit, number in ((city.town, 6), (city.plant, 3)):
        chain = list(AuditEntry.objects.filter(object_id=unit.pk).order_by("id"))
        assert len(chain) == number
        assert [entry.previous for entry in chain] == ["", *(entry.hash for entry in chain[:-1])]


@pytest.mark.parametrize("number", [1, 3, 1200])
def test_many_cost_as_many_queries_as_few(city, cast, number, django_assert_max_num_queries):
    from django.db import connection

    allowed = 4 if connection.vendor == "postgresql" else 4 + number // 60
    with django_assert_max_num_queries(allowed):
        record_deeds(
            (
                Deed(Act("organization.update", city.town, None, {"note": str(n)}), cast.admin, AT)
                for n in range(number)
            ),
            scope_id=city.commission.pk,
        )
    assert AuditEntry.objects.count() == number


def test_an_outsider_computes_the_hashes_from_the_documentation(city, cast, tmp_path):
    """The snippet of docs/record.md, run by a plain Python on a copy of the table in SQLite."""
    import re
    import sqlite3
    from pathlib import Path

    record("organization.update", city.town, by=cast.admin, at=AT, before={"note": ""}, after={"note": "新", "n": 3})
    record("user.password", cast.head, by=cast.head, at=AT)
    document = (Path(__file__).resolve().parents[2] / "docs" / "record.md").read_text()
    [snippet] = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    copy = sqlite3.connect(tmp_path / "db.sqlite3")
    copy.execute(f"CREATE TABLE audit_auditentry ({', '.join([*COLUMNS, 'hash'])})")
    for entry in AuditEntry.objects.all():
        row = {name: getattr(entry, name) for name in (*COLUMNS, "hash")}
        row["at"] = f"{entry.at.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S.%f}"
        row |= {name: json.dumps(row[name]) for name in ("before", "after")}
        copy.execute(f"INSERT INTO audit_auditentry VALUES ({', '.join('?' * len(row))})", list(row.values()))
    copy.commit()

    def said():
        return subprocess.run(
            [sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    assert said() == ""
    copy.execute("UPDATE audit_auditentry SET object_text = 'x' WHERE verb = 'user.password'")
    copy.commit()
    assert said().startswith("broken:")
