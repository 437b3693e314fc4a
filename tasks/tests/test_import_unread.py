"""Why a file cannot be read is said in the language of the person who reads it, whoever brought the file in."""

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from audit.models import AuditEntry
from lib.sheets import read
from organizations.roles import Role
from tasks.actions import imports
from tests import factories
from tests.working import work

from .import_world import row, sheet
from .office_desk import Office

FAILED = {"en": "Reading the file failed several times.", "zh-hans": "多次读取失败。"}
LEFT = {"en": "With these columns the list cannot be read", "zh-hans": "按所选列无法读取清单"}
NO_TASKS = {"en": "The header has no column for the task", "zh-hans": "表头缺少任务列或单位列"}
DIED = {
    "broken": {"en": "The workbook is damaged.", "zh-hans": "工作簿已损坏。"},
    "memory": {"en": "The workbook needs too much memory", "zh-hans": "工作簿占用内存过大"},
}
# A reader that begins as a good one does, and ends before it has said everything.
FRAME = """
import os, pickle, sys
known = {"merges": [], "hidden_rows": [], "hidden_columns": [], "percents": [], "broken": {}}
pickle.dump(("sheet", "任务", True, known), sys.stdout.buffer)
sys.stdout.flush()
"""
DEATHS = {"broken": "sys.exit(3)", "memory": "os.kill(os.getpid(), 9)"}


@pytest.fixture(params=[("zh-hans", "en"), ("en", "zh-hans")], ids=["chinese-first", "english-first"])
def two(request, office, log_in, settings):
    """Two desks of the office: one brings the file in, the other speaks another language."""
    settings.IMPORT_BACKGROUND_ROWS = 5
    mine, other = request.param
    reader = Office(office.plan, factories.user(office.plan.issuer, Role.ADMIN, "reader"), log_in)
    office.language, reader.language = mine, other
    for desk in (office, reader):
        desk.client.cookies["django_language"] = desk.language
    return office, reader


def read_by(desks, words, batch):
    """Each of them sees the sentence in the own language, and not in the other's."""
    for desk, other in (desks, desks[::-1]):
        page = desk.see(batch)
        assert words[desk.language] in page and words[other.language] not in page


def long_list(folder):
    return sheet(folder / "a.xlsx", *(row(number) for number in range(1, 11)))


def break_reading(monkeypatch):
    def fail(**_values):
        raise RuntimeError("the machine is out of order")

    monkeypatch.setattr(imports, "read", fail)


def test_reading_that_failed_for_good(two, tmp_path, monkeypatch):
    batch = two[0].upload(long_list(tmp_path))
    break_reading(monkeypatch)
    while work(later=60):
        pass
    batch.refresh_from_db()
    assert (batch.state, batch.unread["code"]) == ("unreadable", "failed")
    read_by(two, FAILED, batch)
    entry = AuditEntry.objects.get(verb="import.unreadable")
    assert (entry.after["unread"]["code"], entry.by) == ("failed", two[0].admin)


@pytest.mark.parametrize("cause", DEATHS)
def test_a_reader_that_ended_before_it_had_said_everything(cause, two, tmp_path, monkeypatch):
    batch = two[0].upload(long_list(tmp_path))
    script = tmp_path / "child.py"
    script.write_text(FRAME + DEATHS[cause])
    monkeypatch.setattr(read, "_CHILD", script)
    assert work() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.unread["code"], batch.unread["details"]) == ("unreadable", cause, {})
    read_by(two, DIED[cause], batch)
    entry = reverse("record_entry", args=[AuditEntry.objects.get(verb="import.unreadable").pk])
    for desk, other in (two, two[::-1]):
        page = desk.client.get(entry).content.decode()
        assert DIED[cause][desk.language] in page and DIED[cause][other.language] not in page


def without_task(batch):
    """The drop-down over the task column, saying that it is none."""
    (place,) = (one["column"] for one in batch.layout["parts"][0]["columns"] if one["field"] == "title")
    return {f"c0-{place}": ""}


@pytest.fixture
def previewed(two, tmp_path):
    batch = two[0].upload(long_list(tmp_path))
    assert work() == 1
    batch.refresh_from_db()
    assert batch.state == "previewed"
    return batch


def test_columns_with_which_a_long_list_cannot_be_read(two, previewed):
    two[0].press("import_columns", previewed, **without_task(previewed))
    assert work() == 1
    previewed.refresh_from_db()
    assert (previewed.state, previewed.columns) == ("previewed", {})
    read_by(two, LEFT, previewed)
    read_by(two, NO_TASKS, previewed)


def test_columns_with_which_reading_failed_for_good(two, previewed, monkeypatch):
    """The rows stay those of before, the columns too, and the page says so."""
    two[0].press("import_columns", previewed, **without_task(previewed))
    assert previewed.columns
    break_reading(monkeypatch)
    while work(later=60):
        pass
    previewed.refresh_from_db()
    assert (previewed.state, previewed.columns, previewed.new) == ("previewed", {}, 10)
    read_by(two, LEFT, previewed)
    read_by(two, FAILED, previewed)


def test_reading_anew_that_failed_for_good(two, previewed, monkeypatch):
    two[0].press("import_again", previewed)
    break_reading(monkeypatch)
    while work(later=60):
        pass
    read_by(two, FAILED, previewed)


def test_columns_with_which_reading_was_cancelled(two, previewed):
    two[0].press("import_columns", previewed, **without_task(previewed))
    two[0].press("import_stop", previewed)
    assert (previewed.state, previewed.columns) == ("previewed", {})


def test_columns_with_which_a_short_list_cannot_be_read(two, tmp_path):
    """The answer comes at once, to who asked."""
    batch = two[0].upload(sheet(tmp_path / "a.xlsx", row(1)))
    for desk, other in (two, two[::-1]):
        with translation.override(other.language):  # whatever this process spoke before
            page = desk.press("import_columns", batch, **without_task(batch))
        assert LEFT[desk.language] in page and NO_TASKS[desk.language] in page
        assert LEFT[other.language] not in page and NO_TASKS[other.language] not in page
        assert batch.columns == {}


def test_a_kept_file_that_is_spoilt_meanwhile_is_said_on_the_page_it_was_asked_from(office, tmp_path):
    batch = office.upload(sheet(tmp_path / "a.xlsx", row(1, lead="市安监居"), row(2)))
    Path(batch.file.path).write_bytes(b"")
    page = office.at("import_preview", batch)
    came_from = {"headers": {"referer": f"http://testserver{page}?show=all"}}
    name = {"written": "市安监居", "name": "市安监局"}
    for answer in (
        lambda: office.client.get(office.at("import_marked", batch), **came_from),
        lambda: office.client.post(office.at("import_names", batch), name, **came_from),
    ):
        assert answer()["Location"] == f"{page}?show=all"
        assert "The kept file cannot be read now, and nothing was changed. The file is empty." in office.see(batch)
    batch.refresh_from_db()
    assert batch.names == {} and (batch.new, batch.refused) == (1, 1)
    away = office.client.get(office.at("import_marked", batch), headers={"referer": "https://elsewhere.example/x"})
    assert away["Location"] == "/"
