"""Lists as the offices print them: one sheet a unit, both lists one below the other, categories merged.

What is written here is read again by `imports.read` without a difference; a test holds the two together.
Text goes through write_string, which can never become a formula.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import xlsxwriter

from lib.sheets.write import Column
from lib.sheets.write import Sheet as FlatSheet
from organizations.models import Organization

from .content import bases_text, values_of
from .models import ResponsibilityItem, ResponsibilityList
from .states import ListKind

HEADS = ("序号", "职责事项", "职责类别", "法律依据", "责任处室", "责任人岗位", "履职方式", "履职频次", "追责情形")
WIDTHS = (6, 30, 10, 44, 14, 11, 20, 10, 26)
ORDER = ("number", "title", "category", "legal_bases", "office", "post", "means", "frequency", "liability")
NUMERALS = "一二三四"
_FORBIDDEN_IN_NAME = str.maketrans("[]:*?/\\'", "        ")


class Part(NamedTuple):
    """A list with its items, in order, with their legal bases."""

    one: ResponsibilityList
    items: Sequence[ResponsibilityItem]


def annex(unit: Organization, parts: Sequence[Part], note: str) -> bytes:
    """The lists of one unit as a workbook."""
    return annexes([(unit, parts)], note)


def annexes(units: Sequence[tuple[Organization, Sequence[Part]]], note: str) -> bytes:
    """The lists of several units, one sheet each. `note` stands below every table."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    styles = _styles(book)
    names: set[str] = set()
    for unit, parts in units:
        _sheet(book, _name(unit.label, names), unit, parts, note, styles)
    book.close()
    return buffer.getvalue()


def flat(parts: Sequence[Part], title: str) -> FlatSheet:
    """The same as one plain table, for CSV: unit and list stand in columns of their own, and it is read again too."""
    columns = [Column("单位", 24), Column("清单类型", 10), *map(Column, HEADS, WIDTHS)]
    rows = (
        [part.one.organization.name, _kind(part.one), *(_text(values_of(item), name) for name in ORDER)]
        for part in parts
        for item in part.items
    )
    return FlatSheet(title, columns, rows)


def _text(values: dict[str, Any], name: str) -> str:
    return bases_text(values[name]) if name == "legal_bases" else str(values[name])


def _styles(book: xlsxwriter.Workbook) -> dict[str, Any]:
    edge = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_name": "仿宋", "font_size": 10}
    return {
        "title": book.add_format(
            {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter", "font_name": "黑体"}
        ),
        "below": book.add_format({"align": "center", "font_name": "楷体"}),
        "head": book.add_format(edge | {"bold": True, "align": "center", "bg_color": "#EDF1F3", "font_name": "黑体"}),
        "section": book.add_format(edge | {"bold": True, "font_name": "黑体"}),
        "cell": book.add_format(edge),
        "middle": book.add_format(edge | {"align": "center"}),
        "foot": book.add_format({"text_wrap": True, "valign": "top", "font_name": "仿宋", "font_size": 10}),
    }


def _name(label: str, taken: set[str]) -> str:
    name = base = label.translate(_FORBIDDEN_IN_NAME).strip()[:28] or "Sheet1"
    serial = 2
    while name.lower() in taken:
        name, serial = f"{base}{serial}", serial + 1
    taken.add(name.lower())
    return name


def _sheet(
    book: xlsxwriter.Workbook, name: str, unit: Organization, parts: Sequence[Part], note: str, styles: dict[str, Any]
) -> None:
    sheet = book.add_worksheet(name)
    last = len(HEADS) - 1
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    _merged(sheet, 0, 0, 0, last, f"{unit.name}安全生产{_both(parts)}", styles["title"])
    sheet.set_row(0, 30)
    _merged(sheet, 1, 0, 1, last, _issued(parts), styles["below"])
    for column, head in enumerate(HEADS):
        sheet.write_string(2, column, head, styles["head"])
    row = 3
    for serial, part in enumerate(parts):
        _merged(sheet, row, 0, row, last, f"{NUMERALS[serial]}、{_kind(part.one)}", styles["section"])
        row = _items(sheet, row + 1, part.items, styles)
    _merged(sheet, row, 0, row, last, f"注：{note}", styles["foot"])
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("第 &P 页，共 &N 页")


def _items(sheet: Any, row: int, items: Sequence[ResponsibilityItem], styles: dict[str, Any]) -> int:
    """Writes the items from `row` on, equal categories merged; returns the row below."""
    for category, run in groupby(items, key=lambda item: item.category):
        members = list(run)
        for offset, item in enumerate(members):
            _row(sheet, row + offset, values_of(item), styles)
        if category and len(members) > 1:
            _merged(sheet, row, 2, row + len(members) - 1, 2, category, styles["middle"])
        row += len(members)
    return row


def _row(sheet: Any, row: int, values: dict[str, Any], styles: dict[str, Any]) -> None:
    for column, name in enumerate(ORDER):
        value = _text(values, name)
        style = styles["middle" if name in {"number", "category", "office", "post", "frequency"} else "cell"]
        if name == "number" and value.isascii() and value.isdigit() and str(int(value)) == value and len(value) < 10:
            sheet.write_number(row, column, int(value), style)
        elif value:
            sheet.write_string(row, column, value, style)
        else:
            sheet.write_blank(row, column, None, style)


def _merged(sheet: Any, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
    """Merged cells with a text that stays a text."""
    sheet.merge_range(top, left, bottom, right, "", style)
    sheet.write_string(top, left, text, style)


def _kind(one: ResponsibilityList) -> str:
    return "权力清单" if one.kind == ListKind.POWERS else "责任清单"


def _both(parts: Sequence[Part]) -> str:
    return "和".join(dict.fromkeys(_kind(part.one) for part in parts)) or "权力清单和责任清单"


def _issued(parts: Sequence[Part]) -> str:
    """（2017年9月公布）; of drafts the year alone."""
    days = [part.one.published_on for part in parts]
    if days and all(days):
        latest, year = max(day for day in days if day), parts[0].one.year
        ahead = "" if latest.year == year else f"{year}年，"  # the year that stands first is the lists'
        return f"（{ahead}{latest.year}年{latest.month}月公布）"
    return f"（{parts[0].one.year}年，尚未公布）" if parts else ""
