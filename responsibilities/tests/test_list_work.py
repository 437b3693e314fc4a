"""Workbooks of more items than a request can take: read, written and undone in the background."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from audit.models import AuditEntry
from background.models import Work
from organizations.roles import Role
from responsibilities.models import ListImport, ResponsibilityItem
from tests import factories
from tests.watch import unsaid
from tests.working import work

HEAD = ["序号", "职责事项", "法律依据", "责任处室", "责任人岗位", "履职频次"]
ABOVE = ["市安监局责任清单"]
SHEET = [ABOVE, HEAD, *([n, f"第{n}项检查", "《甲法》第一条", "执法处", "处长", "每月"] for n in range(1, 11))]


@pytest.fixture(autouse=True)
def small(settings):
    settings.IMPORT_BACKGROUND_ROWS = 5


def read(desk, sheet=SHEET):
    """Uploads a workbook and lets it be read."""
    address = desk.send(sheet)["Location"]
    assert work() == 1
    batch = ListImport.objects.get()
    assert desk.client.get(address)["Location"] == reverse("duty_import_preview", args=[batch.pk])
    return batch


def press(desk, name, batch, **data):
    page = desk.client.post(reverse(name, args=[batch.pk]), data, follow=True).content.decode()
    batch.refresh_from_db()
    return page


def seen(desk, batch):
    return desk.see(batch).split('name="seen" value="')[1].split('"')[0]


def test_read_written_and_undone(desk, city):
    address = desk.send(SHEET)["Location"]
    page = desk.client.get(address).content.decode()
    assert "Waiting for the background process" in page and not ListImport.objects.exists()
    assert address in desk.client.get(reverse("duty_imports")).content.decode(), "left and found again"
    assert work() == 1
    assert not default_storage.listdir("to-be-read")[1]
    batch = ListImport.objects.get()
    page = press(desk, "duty_import_commit", batch, seen=seen(desk, batch))
    assert "Importing" in page and not ResponsibilityItem.objects.exists()
    assert "is being done with this import right now" in press(desk, "duty_import_commit", batch)
    press(desk, "duty_import_discard", batch)
    assert batch.state == "previewed" and work() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.outcome["created"], ResponsibilityItem.objects.count()) == ("committed", 10, 10)
    assert "Undoing the import" in press(desk, "duty_import_undo", batch)
    assert work() == 1
    batch.refresh_from_db()
    assert batch.state == "undone" and not ResponsibilityItem.objects.exists() and unsaid() == []


def test_a_column_is_named_and_one_too_many_is_put_back(desk, city):
    odd = [ABOVE, [*HEAD[:5], "多久一次"], *SHEET[2:]]
    batch = read(desk, odd)
    assert "Importing" not in desk.choose(batch, F="frequency") and work() == 1
    assert desk.see(batch).count("每月") >= 10
    desk.choose(batch, B="")
    assert work() == 1
    batch.refresh_from_db()
    assert batch.new == 0 and "no column was taken for Item" in desk.see(batch), "it can be named anew"


def test_what_cannot_be_read_is_said_in_the_language_of_who_looks(desk, city):
    address = desk.send([["甲", "乙"], *([n, n] for n in range(10))])["Location"]
    assert work() == 1
    assert "No sheet holds a list of powers or duties" in desk.client.get(address).content.decode()
    desk.client.cookies["django_language"] = "zh-hans"
    assert "No sheet holds" not in desk.client.get(address).content.decode()
    assert not ListImport.objects.exists() and not default_storage.listdir("to-be-read")[1]


def test_reading_and_writing_are_cancelled(desk, city):
    address = desk.send(SHEET)["Location"]
    page = desk.client.post(f"{address}stop/", follow=True).content.decode()
    assert "It was cancelled; nothing was written." in page and work() == 0
    assert AuditEntry.objects.filter(verb="list.import_give_up").count() == 1
    batch = read(desk)
    press(desk, "duty_import_commit", batch, seen=seen(desk, batch))
    assert "It was cancelled; nothing was written." in press(desk, "duty_import_stop", batch)
    assert work() == 0 and not ResponsibilityItem.objects.exists()


def test_refused_as_a_whole_and_overtaken(desk, city):
    batch = read(desk, [*SHEET, [11, "", "《甲法》第一条", "执法处", "处长", "每月"]])
    press(desk, "duty_import_commit", batch, seen=seen(desk, batch), whole="1")
    assert work() == 1
    assert "all or nothing was chosen, and 1 row is refused" in desk.see(batch)
    press(desk, "duty_import_commit", batch, seen="another")
    assert work() == 1
    assert "the lists have changed since the preview" in desk.see(batch)
    batch.refresh_from_db()
    assert batch.state == "previewed" and not ResponsibilityItem.objects.exists()


def test_nobody_else_sees_a_file_that_is_to_be_read(desk, city, cast, log_in):
    address = desk.send(SHEET)["Location"]
    assert desk.send(SHEET)["Location"] == address and Work.objects.count() == 1
    other = log_in(factories.user(city.office, Role.ADMIN, "other"))
    assert other.get(address).status_code == other.post(f"{address}stop/").status_code == 404
    assert log_in(cast.auditor).get(address).status_code == 403
