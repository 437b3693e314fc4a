"""Lists of more units than a request can take: read, written and undone in the background."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from audit.models import AuditEntry
from background.models import Work
from organizations.models import Organization, UnitImport
from organizations.roles import Role
from tests import factories
from tests.watch import unsaid
from tests.working import work

from .unit_desk import UNITS, unit

ROWS = [unit(number, f"青岛市测试{number}局", f"测{number}局") for number in range(1, 11)]


@pytest.fixture(autouse=True)
def small(settings):
    settings.IMPORT_BACKGROUND_ROWS = 5


def read(desk, head=UNITS, *rows):
    """Uploads a list and lets it be read."""
    address = desk.send(head, *(rows or ROWS))["Location"]
    assert work() == 1
    assert desk.client.get(address)["Location"]
    return UnitImport.objects.get()


def test_read_written_and_undone(desk, city):
    address = desk.send(UNITS, *ROWS)["Location"]
    page = desk.client.get(address).content.decode()
    assert "Waiting for the background process" in page and "hx-get=" in page and not UnitImport.objects.exists()
    assert f'href="{reverse("organization_list")}" aria-current="page"' in page, "the navigation knows where one is"
    assert address in desk.client.get(reverse("units_import_list")).content.decode(), "left and found again"
    assert work() == 1
    batch = UnitImport.objects.get()
    assert desk.client.get(address)["Location"] == reverse("unit_import", args=[batch.pk])
    assert not default_storage.listdir("to-be-read")[1], "the file is kept with its import only"
    assert "Import 10 units" in desk.see(batch)
    page = desk.press("unit_import_commit", batch, whole="0")
    assert "Importing" in page and not Organization.objects.filter(name="青岛市测试1局").exists()
    assert "is being done with this import right now" in desk.press("unit_import_commit", batch)
    desk.press("unit_import_discard", batch)
    assert batch.state == "previewed"
    assert work() == 1
    batch.refresh_from_db()
    assert batch.state == "committed" and Organization.objects.filter(name__startswith="青岛市测试").count() == 10
    assert "Undoing the import" in desk.press("unit_import_undo", batch)
    assert work() == 1
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert not Organization.objects.filter(name__startswith="青岛市测试", is_active=True).exists()
    verbs = list(
        AuditEntry.objects.filter(verb__startswith="unit_import.").order_by("pk").values_list("verb", flat=True)
    )
    assert (
        verbs == [f"unit_import.{act}" for act in ("receive", "preview", "order", "commit", "order", "undo")]
        and unsaid() == []
    )


def test_a_column_is_named_and_one_too_many_is_put_back(desk, city):
    head = [*UNITS[:7], "情况"]
    batch = read(desk, head, *([*row[:7], "甲"] for row in ROWS))
    desk.press("unit_import_columns", batch, c7="note")
    assert work() == 1
    batch.refresh_from_db()
    assert batch.rows.first().after["note"] == "甲"
    desk.press("unit_import_columns", batch, **{f"c{place}": "" for place in range(8)})
    assert work() == 1
    batch.refresh_from_db()
    assert batch.rows.first().after["note"] == "甲"
    page = desk.see(batch)
    assert "With these columns the list cannot be read" in page and "missing: 单位全称" in page


def test_what_cannot_be_read_is_said_in_the_language_of_who_looks(desk, city):
    address = desk.send(["甲", "乙"], *([n, n] for n in range(10)))["Location"]
    assert work() == 1
    assert "No sheet has a table with the columns that are needed" in desk.client.get(address).content.decode()
    desk.client.cookies["django_language"] = "zh-hans"
    assert "没有找到" in desk.client.get(address).content.decode()
    assert not UnitImport.objects.exists() and not default_storage.listdir("to-be-read")[1]


def test_reading_is_cancelled(desk, city):
    address = desk.send(UNITS, *ROWS)["Location"]
    page = desk.client.post(f"{address}stop/", follow=True).content.decode()
    assert "It was cancelled; nothing was written." in page
    assert work() == 0 and not UnitImport.objects.exists()
    assert not default_storage.listdir("to-be-read")[1]
    assert AuditEntry.objects.filter(verb="unit_import.give_up").count() == 1
    assert "It was finished before" in desk.client.post(f"{address}stop/", follow=True).content.decode()


def test_writing_is_cancelled(desk, city):
    batch = read(desk)
    desk.press("unit_import_commit", batch)
    page = desk.press("unit_import_stop", batch)
    assert "It was cancelled; nothing was written." in page and batch.state == "previewed"
    assert work() == 0 and not Organization.objects.filter(name="青岛市测试1局").exists()


def test_the_same_file_twice_is_read_once(desk, city):
    assert desk.send(UNITS, *ROWS)["Location"] == desk.send(UNITS, *ROWS)["Location"]
    assert Work.objects.count() == 1 and len(default_storage.listdir("to-be-read")[1]) == 1


def test_units_that_changed_meanwhile_are_compared_anew(desk, city):
    batch = read(desk)
    desk.press("unit_import_commit", batch)
    Organization.objects.create(name="青岛市测试1局", kind="department", parent=city.commission)
    assert work() == 1
    batch.refresh_from_db()
    assert batch.state == "previewed" and "the units have changed since the preview" in desk.see(batch)


def test_nobody_else_sees_a_file_that_is_to_be_read(desk, city, cast, log_in):
    address = desk.send(UNITS, *ROWS)["Location"]
    other = log_in(factories.user(city.office, Role.ADMIN, "other"))
    assert other.get(address).status_code == other.post(f"{address}stop/").status_code == 404
    assert log_in(cast.inspector).get(address).status_code == 403
