"""What a column was taken for, corrected and remembered; and the workbook with its problems marked."""

import io
import zipfile

import openpyxl
import pytest
from django.urls import reverse

from audit.models import AuditEntry
from lib.sheets.read import read_workbook
from tasks.models import ImportBatch, Task
from tests.watch import unsaid
from tests.working import work

from .import_world import ERRORS, row, sheet

HEAD = ["序号", "工作要点", "重点任务", "目标数量", "计量单位", "具体承接方", "配合单位", "完成时限", "情况"]


def odd(path, *rows):
    return sheet(path, *rows, head=HEAD)


def pick(batch, label):
    """The name of the drop-down over a column."""
    (found,) = (c["column"] for c in batch.layout["parts"][0]["columns"] if c["label"] == label)
    return f"c0-{found}"


class TestColumns:
    def test_the_head_shows_what_each_column_was_taken_for(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", row(1)))
        page = office.see(batch)
        assert "A · 序号" in page and 'name="c0-2"' in page
        assert '<option value="lead" selected>' in page
        assert "All columns of the sheet are read." in page

    def test_a_wrong_guess_is_corrected_and_remembered(self, office, tmp_path):
        batch = office.upload(odd(tmp_path / "a.xlsx", *(row(n, note="抓紧") for n in range(1, 4))))
        assert "Columns that are left out:" in office.see(batch) and "情况" in office.see(batch)
        page = office.press("import_columns", batch, **{pick(batch, "情况"): "note"})
        assert "was read anew with these columns" in page
        assert batch.rows.first().values["note"] == "抓紧"
        office.press("import_commit", batch)
        assert set(Task.objects.values_list("note", flat=True)) == {"抓紧"}
        later = office.upload(odd(tmp_path / "b.xlsx", row(9, note="另一份")))
        assert later.rows.first().values["note"] == "另一份", "the correction is remembered for this layout"

    def test_what_one_file_taught_stays_when_the_next_teaches_more(self, office, tmp_path):
        first = office.upload(odd(tmp_path / "a.xlsx", row(1, note="抓紧")))
        office.press("import_columns", first, **{pick(first, "情况"): "note"})
        second = office.upload(odd(tmp_path / "b.xlsx", row(2, note="加快")))
        office.press("import_columns", second, **{pick(second, "目标数量"): ""})
        for batch in (second, office.upload(odd(tmp_path / "c.xlsx", row(3, note="加快")))):
            fields = {c["label"]: c["field"] for c in batch.layout["parts"][0]["columns"]}
            assert (fields["情况"], fields["目标数量"]) == ("note", "")

    def test_a_field_moves_from_one_column_to_another(self, office, tmp_path):
        head = ["序号", "工作要点", "重点任务", "牵头单位", "责任单位", "完成时限"]
        rows = [[n, "一", f"任务{n}", "市安监局", "市公安局", "6月底前"] for n in (1, 2)]
        batch = office.upload(sheet(tmp_path / "a.xlsx", *rows, head=head))
        office.press("import_columns", batch, **{pick(batch, "责任单位"): "lead"})
        values = batch.rows.first().values
        assert values["lead"] == ["青岛市公安局"] and values["cooperating"] == []

    def test_corrections_that_contradict_each_other_shut_no_file_out(self, office, tmp_path):
        """One file taught that the task stands in one column, another that the first is none and so is the other."""
        first = office.upload(odd(tmp_path / "a.xlsx", row(1)))
        office.press("import_columns", first, **{pick(first, "情况"): "title"})
        assert {c["label"]: c["field"] for c in first.layout["parts"][0]["columns"]}["重点任务"] == ""
        second = office.upload(odd(tmp_path / "b.xlsx", row(2)))
        ImportBatch.objects.filter(pk=second.pk).update(
            columns={second.layout["parts"][0]["fingerprint"]: {pick(second, "情况")[3:]: ""}}
        )
        third = office.upload(odd(tmp_path / "c.xlsx", row(3)))
        assert (third.state, third.new) == ("previewed", 1)
        assert {c["label"]: c["field"] for c in third.layout["parts"][0]["columns"]}["重点任务"] == "title"

    def test_columns_that_make_no_list_are_not_taken(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", row(1)))
        page = office.press("import_columns", batch, **{pick(batch, "重点任务"): ""})
        assert "they were left as they were" in page
        assert batch.columns == {} and batch.state == "previewed" and batch.new == 1

    def test_nonsense_changes_nothing(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", row(1)))
        office.press("import_columns", batch, **{"c0-2": "salary", "c7-1": "lead", "x": "y"})
        assert batch.columns == {}

    def test_a_near_miss_is_offered(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", row(1, lead="市安监居")))
        page = office.see(batch)
        assert "No unit is called “市安监居”" in page and "Did you mean" not in page, "the buttons ask"
        assert "In every row of this file:" in page and "Read as 市安监局" in page
        refused = tmp_path / "refused.xlsx"
        refused.write_bytes(b"".join(office.client.get(office.at("import_refused", batch)).streaming_content))
        line = read_workbook(refused)[0].rows[-1]
        assert line[-1].startswith("Row 2, “牵头单位”: No unit is called") and "Did you mean 市安监局?" in line[-1]


class TestMarked:
    def fetch(self, office, batch):
        response = office.client.get(office.at("import_marked", batch))
        return b"".join(response.streaming_content)

    def test_every_problem_stands_at_its_cell_and_in_a_list(self, office, tmp_path):
        batch = office.upload(ERRORS)
        content = self.fetch(office, batch)
        book = openpyxl.load_workbook(io.BytesIO(content))
        was = openpyxl.load_workbook(ERRORS).worksheets[0]
        marked = book.worksheets[0]
        assert [c.value for c in marked[3]] == [c.value for c in was[3]]
        commented = {cell.coordinate: cell.comment.text for line in marked for cell in line if cell.comment}
        assert len(commented) == 10
        unit = next(text for text in commented.values() if "市应急管理局" in text)
        assert "No unit is called" in unit
        problems = list(book.worksheets[-1].values)
        assert len(problems) == 1 + 10 and problems[0][:3] == ("Row", "Column", "Value")
        day = next(line for line in problems if line[2] == "2017年2月30日")
        assert day[0] == 9 and "6月底前" in day[4]

    def test_it_can_be_uploaded_again(self, office, tmp_path):
        batch = office.upload(ERRORS)
        (tmp_path / "marked.xlsx").write_bytes(self.fetch(office, batch))
        again = office.upload(tmp_path / "marked.xlsx")
        assert (again.new, again.refused) == (batch.new, batch.refused)

    def test_text_never_becomes_a_formula(self, office, tmp_path):
        cells = row(1, title='=HYPERLINK("http://x","y")', deadline="2月30日", note="@SUM(1)")

        def fill(made, book):
            for column, value in enumerate(cells):
                made.write_string(1, column, str(value))

        batch = office.upload(sheet(tmp_path / "a.xlsx", fill=fill))
        content = self.fetch(office, batch)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets/" in name)
        (tmp_path / "m.xlsx").write_bytes(content)
        assert read_workbook(tmp_path / "m.xlsx")[0].rows[1][2] == cells[2]

    def test_without_its_file_there_is_nothing_to_mark(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", row(1)))
        office.press("import_discard", batch)
        assert office.client.get(office.at("import_marked", batch)).status_code == 404
        assert office.client.get(office.at("import_file", batch)).status_code == 404


class TestBackground:
    @pytest.fixture(autouse=True)
    def small(self, settings):
        settings.IMPORT_BACKGROUND_ROWS = 5

    def test_a_long_list_is_read_written_and_undone_in_the_background(self, office, tmp_path):
        path = sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 11)))
        batch = office.upload(path)
        assert batch.state == "reading" and not batch.rows.exists()
        page = office.see(batch)
        assert "Reading the file" in page and 'http-equiv="refresh"' in page and "hx-get=" in page
        assert "can be left" in page or "Waiting for the background process" in page
        assert work() == 1
        assert "Import 10 tasks" in office.see(batch)
        page = office.press("import_commit", batch)
        assert "Importing" in page and not Task.objects.exists()
        assert "is being done with this import right now" in office.press("import_discard", batch)
        assert "is being done with this import right now" in office.press("import_commit", batch)
        assert work() == 1
        batch.refresh_from_db()
        assert batch.state == "committed" and Task.objects.count() == 10 and batch.decided_by == office.admin
        assert "10 tasks created" in office.see(batch)
        office.press("import_undo", batch)
        assert work() == 1
        batch.refresh_from_db()
        assert batch.state == "undone" and not Task.objects.exists()
        assert unsaid() == []

    def test_it_is_cancelled_before_anything_is_written(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 11))))
        work()
        office.press("import_commit", batch)
        page = office.press("import_stop", batch)
        assert "It was cancelled; nothing was written" in page and batch.state == "previewed"
        assert work() == 0 and not Task.objects.exists()

    def test_cancelled_reading_leaves_nothing_to_check(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 11))))
        office.press("import_stop", batch)
        assert batch.state == "discarded"
        assert AuditEntry.objects.get(verb="import.discard").by == office.admin
        assert "was discarded" in office.see(batch)

    def test_a_plan_that_changed_is_said_and_judged_anew(self, office, tmp_path):
        office.upload(sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 11))))
        batch = ImportBatch.objects.get()
        work()
        office.press("import_commit", batch)
        work()
        second = office.upload(sheet(tmp_path / "b.xlsx", *(row(n, amount=n + 1) for n in range(1, 11))))
        work()
        office.press("import_commit", second)
        Task.objects.filter(number="3").update(target=99)
        work()
        second.refresh_from_db()
        assert second.state == "previewed"
        assert "the plan has changed since the preview" in office.see(second)

    def test_an_unreadable_file_says_why_and_can_be_read_again(self, office, tmp_path, monkeypatch):
        path = sheet(tmp_path / "a.xlsx", *([f"姓名{n}", n] for n in range(20)), head=["姓名", "电话"])
        batch = office.upload(path)
        work()
        batch.refresh_from_db()
        assert batch.state == "unreadable"
        page = office.see(batch)
        assert "No sheet has a header with" in page and "Read it again" in page
        office.client.cookies["django_language"] = "zh-hans"
        page = office.see(batch)
        assert "没有" in page and "No sheet has a header with" not in page
        entry = reverse("record_entry", args=[AuditEntry.objects.get(verb="import.unreadable").pk])
        page = office.client.get(entry).content.decode()
        assert "没有" in page and "No sheet has a header with" not in page
        office.client.cookies["django_language"] = "en"
        assert "No sheet has a header with" in office.client.get(entry).content.decode()
        ImportBatch.objects.filter(pk=batch.pk).update(unread={}, fault="as kept before")
        assert "as kept before" in office.see(batch)

    def test_the_bar_refreshes_the_page_when_the_work_is_done(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 11))))
        address = reverse("import_preview", kwargs={"year": 2017, "pk": batch.pk})
        assert b'id="work"' in office.client.get(address, headers={"HX-Request": "true"}).content
        work()
        assert office.client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
