"""Lists of units that stand beside each other on a sheet, as when a long one is set in two columns."""

import io

import openpyxl
from django.urls import reverse

from organizations.models import Organization

from .unit_desk import FIRMS, UNITS, unit

FINANCE = unit(1, "青岛市财政局", "市财政局", note="左")
AUDIT = unit(2, "青岛市审计局", "市审计局", note="右")


def test_both_are_read_and_each_row_says_where_it_stands(desk, city):
    batch = desk.upload([*UNITS, "", *UNITS], [*FINANCE, "", *AUDIT], [""] * 9 + unit(3, "青岛市测试处", kind="怪"))
    page = desk.see(batch)
    assert (batch.new, batch.refused) == (2, 1)
    assert "2 · J" in page and "Row 3 · J, “类型”:" in page
    assert "Beside the first list another begins in column J." in page
    assert "B · 单位全称" in page and "K · 单位全称" in page
    marked = desk.client.get(reverse("unit_import_file", args=[batch.pk]) + "?marked=1")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(marked.streaming_content)))
    assert {c.coordinate for line in book.worksheets[0] for c in line if c.comment} == {"N3"}
    desk.press("unit_import_commit", batch)
    names = Organization.objects.filter(note__in=["左", "右"]).order_by("position").values_list("name", flat=True)
    assert list(names) == ["青岛市财政局", "青岛市审计局"], "the left list comes first"


def test_the_same_unit_on_both_sides_is_refused_with_its_place(desk, city):
    batch = desk.upload([*UNITS, *UNITS], [*FINANCE, *AUDIT], [*unit(3, "青岛市审计局"), *unit(4, "青岛市财政局")])
    page = desk.see(batch)
    assert batch.refused == 2 and "stands in row 2 already" in page


def test_a_column_that_only_one_of_them_has_is_said_of_its_rows_only(desk, city):
    Organization.objects.create(
        name="青岛市财政局", kind=Organization.Kind.DEPARTMENT, parent=city.commission, note="旧"
    )
    short = UNITS[:7]
    batch = desk.upload([*short, "", *UNITS], [*FINANCE[:7], "", *AUDIT])
    desk.press("unit_import_commit", batch)
    notes = dict(Organization.objects.filter(name__in=["青岛市财政局", "青岛市审计局"]).values_list("name", "note"))
    assert notes == {"青岛市财政局": "旧", "青岛市审计局": "右"}


def test_a_column_on_the_right_is_named_by_a_person(desk, city):
    odd = [*UNITS[:7], "情况"]
    batch = desk.upload([*UNITS, "", *odd], [*FINANCE, "", *AUDIT])
    assert "Q · 情况" in desk.see(batch)
    desk.press("unit_import_columns", batch, c16="note")
    desk.press("unit_import_commit", batch)
    assert Organization.objects.get(name="青岛市审计局").note == "右"
    assert Organization.objects.get(name="青岛市财政局").note == "左", "the list on the left keeps its own column"


def test_a_choice_on_one_side_is_none_on_the_other(desk, city):
    batch = desk.upload([*UNITS, *UNITS], [*FINANCE, *AUDIT])
    desk.press("unit_import_columns", batch, c2="", c10="note", c15="")
    left, right = batch.rows.order_by("row")
    assert (left.after.get("short_name"), left.after["note"]) == ("", "左") or "short_name" not in left.after
    assert left.after["note"] == "左" and right.after["note"] == "市审计局"


def test_enterprises_in_two_columns(desk, city):
    one, two = ([n, f"青岛第{n}化工有限公司", "胶州市政府", "胶北街道", "化工", "市安监局", 10 * n] for n in (1, 2))
    batch = desk.upload([*FIRMS, *FIRMS], [*one, *two], kind="enterprises")
    assert (batch.new, batch.refused) == (2, 0), desk.see(batch)
    desk.press("unit_import_commit", batch)
    assert Organization.objects.filter(name__startswith="青岛第", kind=Organization.Kind.ENTERPRISE).count() == 2
