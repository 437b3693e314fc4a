"""Lists that stand beside each other on a sheet: 权力清单 left, 责任清单 right, or one list in two columns."""

import io

import openpyxl
from django.urls import reverse

from responsibilities.models import ResponsibilityItem

HEAD = ["序号", "职责事项", "法律依据", "责任处室", "责任人岗位", "履职频次"]
ABOVE = ["市安监局权力清单和责任清单"]


def row(number, title, often="每月"):
    return [number, title, "《甲法》第一条", "执法处", "处长", often]


def write(desk, batch):
    digest = desk.see(batch).split('name="seen" value="')[1].split('"')[0]
    desk.client.post(reverse("duty_import_commit", args=[batch.pk]), {"seen": digest})


def kinds():
    return dict(ResponsibilityItem.objects.values_list("title", "list__kind"))


def test_powers_left_and_duties_right(desk, city):
    batch = desk.upload([
        ABOVE,
        ["权力清单", *[""] * 6, "责任清单"],
        [*HEAD, "", *HEAD],
        [*row(1, "行政许可"), "", *row(1, "日常检查", "每季度")],
        [*[""] * 6, "", *row(2, "宣传教育")],
    ])  # fmt: skip
    page = desk.see(batch)
    assert (batch.new, batch.refused) == (3, 0), page
    assert "Beside the first list another begins in column H." in page
    assert "4 · H" in page and "5 · H" in page
    write(desk, batch)
    assert kinds() == {"行政许可": "powers", "日常检查": "duties", "宣传教育": "duties"}


def test_a_column_of_kinds_tells_them_apart(desk, city):
    head = ["清单类别", *HEAD]
    batch = desk.upload([
        ABOVE,
        [*head, "", *head],
        ["权力清单", *row(1, "行政许可"), "", "责任清单", *row(1, "日常检查", "每季度")],
        [*[""] * 7, "", "责任清单", *row(2, "宣传教育", "常年累月" * 60)],
    ])  # fmt: skip
    page = desk.see(batch)
    assert (batch.new, batch.refused) == (2, 1), page
    assert "4 · I" in page
    marked = desk.client.get(reverse("duty_import_file", args=[batch.pk]) + "?marked=1")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(marked.streaming_content)))
    assert {c.coordinate for line in book.worksheets[0] for c in line if c.comment} == {"O4"}
    write(desk, batch)
    assert kinds() == {"行政许可": "powers", "日常检查": "duties"}


def test_one_list_in_two_columns_keeps_its_section(desk, city):
    batch = desk.upload([
        ["市安监局"],
        [*HEAD, *HEAD],
        ["一、责任清单", *[""] * 5, *row(2, "宣传教育")],
        [*row(1, "日常检查"), *row(3, "事故调查")],
    ])  # fmt: skip
    assert (batch.new, batch.refused) == (3, 0), desk.see(batch)
