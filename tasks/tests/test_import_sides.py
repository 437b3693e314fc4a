"""Two lists beside each other on one sheet, from upload to undo: places are told so that one finds them."""

import io

import openpyxl
from django.urls import reverse

from audit.models import AuditEntry
from tasks.models import Task

from .import_world import sheet

HEAD = ["序号", "工作要点", "重点任务", "牵头单位", "完成时限"]
LEFT = [7, "一", "召开动员大会", "市安监局", "4月底"]


def beside(path, *rights, head=HEAD):
    """Rows of the right list; the left one has a single row."""
    rows = [[*(LEFT if not number else [""] * 5), "", *right] for number, right in enumerate(rights)]
    return sheet(path, *rows, head=[*HEAD, "", *head])


def test_both_are_read_and_the_page_says_where(office, tmp_path):
    batch = office.upload(beside(tmp_path / "a.xlsx", [8, "一", "签订责任书", "市公安局", "4月底"]))
    page = office.see(batch)
    assert (batch.new, batch.refused) == (2, 0)
    assert "On row 1 another list begins in column G, beside the first. It is read as well" in page
    assert '<td class="num">2</td>' in page and '<td class="num">2 · G</td>' in page
    assert "A · 序号" in page and "G · 序号" in page, "each column of both has its drop-down"
    office.press("import_commit", batch)
    assert list(Task.objects.values_list("number", "title")) == [("7", "召开动员大会"), ("8", "签订责任书")]
    made = AuditEntry.objects.of("tasks.task", [Task.objects.get(number="8").pk]).get()
    assert "2 · G" in office.client.get(reverse("task", args=[made.object_id])).content.decode(), "the record says it"
    again = office.upload(beside(tmp_path / "b.xlsx", [8, "一", "签订责任书", "市公安局", "5月底"]))
    assert (again.unchanged, again.changed) == (1, 1)
    office.press("import_commit", again)
    assert Task.objects.get(number="8").due_on.month == 5
    office.press("import_undo", again)
    assert Task.objects.get(number="8").due_on.month == 4


def test_a_problem_on_the_right_is_marked_in_its_own_cell(office, tmp_path):
    path = beside(
        tmp_path / "a.xlsx", [8, "一", "签订责任书", "市公安局", "4月底"], [8, "一", "开展督查", "没有的局", "5月底"]
    )
    batch = office.upload(path)
    assert (batch.new, batch.refused) == (2, 1)
    page = office.see(batch)
    assert "Row 3 · G, “牵头单位”:" in page
    assert "Number 8 stands on row 2 · G already" in page
    response = office.client.get(office.at("import_marked", batch))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    marked = book.worksheets[0]
    assert {cell.coordinate for line in marked for cell in line if cell.comment} == {"J3", "G3"}
    assert {line[0] for line in list(book.worksheets[-1].values)[1:]} == {3}
    export = office.client.get(office.at("import_preview", batch) + "?show=refused&format=csv")
    assert "3 · G" in b"".join(export.streaming_content).decode("utf-8-sig")


def test_a_column_of_the_right_list_is_corrected_by_itself(office, tmp_path):
    head = [*HEAD[:4], "情况"]
    batch = office.upload(beside(tmp_path / "a.xlsx", [8, "一", "签订责任书", "市公安局", "抓紧"], head=head))
    part = batch.layout["parts"][1]
    place = next(column["column"] for column in part["columns"] if column["label"] == "情况")
    office.press("import_columns", batch, **{f"c1-{place}": "note"})
    notes = [row.values["note"] for row in batch.rows.order_by("row")]
    assert notes == [None, "抓紧"]
