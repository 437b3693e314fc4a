"""Real threads on PostgreSQL: nobody waits for the record, nothing breaks, no false alarm."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from audit.models import AuditEntry, Seal, Unsealed
from audit.record import Act, record, record_many
from audit.seals import seal_all
from audit.verify import verify

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT = datetime.datetime(2017, 9, 20, 9, tzinfo=datetime.UTC)


def in_threads(*works):
    def run(work):
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [one.result(timeout=60) for one in [pool.submit(run, work) for work in works]]


def test_many_writers_on_the_same_objects_in_opposite_orders(city, cast):
    """Each transaction records on both; with locked heads these would block each other for good."""
    units = [city.town, city.plant]

    def write(order):
        for turn in range(25):
            with transaction.atomic():
                for unit in order:
                    record("organization.update", unit, by=cast.admin, at=AT, after={"note": str(turn)})

    in_threads(*(lambda order=order: write(order) for order in (units, units[::-1]) * 4))
    assert AuditEntry.objects.count() == 8 * 25 * 2
    outcome = verify()
    assert (outcome.entries, outcome.findings) == (400, [])
    seal_all(at=AT, size=100)
    assert verify().intact


def test_a_writer_does_not_wait_for_another(city, cast):
    """One transaction stays open after its entry; another records on the same object and commits meanwhile."""
    written, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            record("organization.update", city.town, by=cast.admin, at=AT, after={"note": "slow"})
            written.set()
            assert go_on.wait(20), "the other one waited"

    def quick():
        assert written.wait(20)
        with transaction.atomic():
            record_many([Act("organization.update", unit, None, {"note": "quick"}) for unit in (city.town, city.plant)],
                        by=cast.admin, at=AT)  # fmt: skip
        seal_all(at=AT)
        go_on.set()

    in_threads(slow, quick)
    first, *_rest = AuditEntry.objects.order_by("id")
    assert first.after == {"note": "slow"}, "drawn first, committed last"
    assert (Seal.objects.get().entries, Unsealed.objects.get().entry_id) == (2, first.pk)
    assert verify().intact, "two branches are no fault, and a late entry no insertion"
    seal_all(at=AT)
    assert verify().intact
    assert {entry.previous for entry in AuditEntry.objects.all()} == {""}


def test_sealing_and_verifying_while_everybody_writes(city, cast):
    done = threading.Event()
    alarms = []

    def write(unit):
        for turn in range(40):
            with transaction.atomic():
                record("organization.update", unit, by=cast.admin, at=AT, after={"note": str(turn)})
                if turn % 7 == 6:
                    transaction.set_rollback(True)

    def seal():
        while not done.is_set():
            seal_all(at=AT, size=7)

    def check():
        while not done.is_set():
            alarms.extend(verify().findings)

    def all_writers():
        try:
            in_threads(*(lambda unit=unit: write(unit) for unit in (city.town, city.plant, city.jiaozhou, city.town)))
        finally:
            done.set()

    in_threads(all_writers, seal, seal, check)
    assert alarms == []
    seal_all(at=AT)
    outcome = verify()
    assert (outcome.findings, outcome.entries) == ([], 4 * (40 - 5))
    assert not Unsealed.objects.exists()
    assert sum(Seal.objects.values_list("entries", flat=True)) == outcome.entries
