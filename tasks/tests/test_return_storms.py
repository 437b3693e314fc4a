"""Returns that arrive at once: the same one twenty times, and two with their rows in opposite orders."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from audit.models import AuditEntry
from lib import clock
from lib.sheets.read import read_workbook
from tasks.actions import return_batches as returns
from tasks.actions import return_staging
from tasks.models import Assignment, ProgressEntry, ProgressReturn
from tests import factories

from .import_world import sheet

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

HEAD = ["序号", "重点任务", "进展情况", "完成数量"]
NUMBERS = range(1, 4)


@pytest.fixture(autouse=True)
def read_once(monkeypatch):
    """It is the database that is tried here: each content is read by a child process once."""
    kept = {}

    def read(path):
        content = Path(path).read_bytes()
        if content not in kept:
            kept[content] = read_workbook(path)
        return kept[content]

    monkeypatch.setattr(return_staging, "read_workbook", read)


@pytest.fixture
def owed(plan, city, settings, tmp_path):
    made = {}
    for number in NUMBERS:
        task = factories.task(plan, number=str(number), title=f"任务{number}", lead=city.safety, target=100, unit="家")
        made[number] = factories.assignment(task, city.safety)
    return made


def rows(add, numbers=NUMBERS):
    return [[number, f"任务{number}", f"又查 {add} 家", add] for number in numbers]


def at_once(work, items):
    def one(item):
        try:
            return work(item)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(one, items))


def test_the_same_return_twenty_times_at_once_is_logged_once(owed, cast, city, log_in, tmp_path):
    content = sheet(tmp_path / "a.xlsx", *rows(7), head=HEAD).read_bytes()

    def desk(client):
        upload = SimpleUploadedFile("a.xlsx", content)
        shown = client.post("/2017/returns/", {"file": [upload]})["Location"]
        return client.post(shown + "commit/", follow=True).status_code

    assert at_once(desk, [log_in(cast.inspector) for _ in range(20)]) == [200] * 20
    assert ProgressEntry.objects.count() == len(NUMBERS)
    assert set(Assignment.objects.values_list("quantity", "percent")) == {(7, 7)}
    assert AuditEntry.objects.filter(verb="assignment.progress").count() == len(NUMBERS)
    assert ProgressReturn.objects.filter(state="committed", outcome__added=len(NUMBERS)).count() == 1


def test_by_command_ten_times_at_once(owed, plan, city, tmp_path):
    path = sheet(tmp_path / "a.xlsx", *rows(7), head=HEAD)

    def run(_number):
        today = clock.today()
        batch = returns.preview(
            plan=plan, path=path, name="a.xlsx", by=None, at=clock.now(), today=today, only=city.safety
        )
        return returns.settle(batch=batch, by=None, at=clock.now(), today=today)

    done = at_once(run, range(10))
    assert sum(batch.state == "committed" and batch.added for batch in done) == len(NUMBERS)
    assert ProgressEntry.objects.count() == len(NUMBERS)


def test_rows_in_opposite_orders_wait_for_each_other(owed, plan, city, tmp_path):
    paths = [
        sheet(tmp_path / "a.xlsx", *rows(5), head=HEAD),
        sheet(tmp_path / "b.xlsx", *rows(9, NUMBERS[::-1]), head=HEAD),
    ] * 3

    def run(path):
        today = clock.today()
        batch = returns.preview(
            plan=plan, path=path, name=path.name, by=None, at=clock.now(), today=today, only=city.safety
        )
        returns.settle(batch=batch, by=None, at=clock.now(), today=today)

    at_once(run, paths)
    quantities = set(Assignment.objects.values_list("quantity", flat=True))
    assert quantities == {9}
    totals = {entry.total for entry in ProgressEntry.objects.all()}
    assert totals in ({5, 9}, {9})
