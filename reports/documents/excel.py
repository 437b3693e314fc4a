"""The figures and the words of a report as a workbook; texts can never become formulas (lib.sheets.write)."""

from __future__ import annotations

import io
from typing import Any

from django.utils import translation

from lib.sheets.write import Column, Sheet, write_sheets
from reports import figure_words
from reports.figures import on_time_rate
from reports.models import QuarterlyReport

from .content import LANGUAGE, content_of

QUARTER, TOTAL = figure_words.QUARTER, figure_words.TOTAL


def excel(report: QuarterlyReport) -> bytes:
    """The file's octets: figures by work point, targets, overdue or ranking, words."""
    with translation.override(LANGUAGE):
        buffer = io.BytesIO()
        write_sheets(buffer, _sheets(report))
        return buffer.getvalue()


def _sheets(report: QuarterlyReport) -> list[Sheet]:
    figures = report.figures
    content = content_of(report)
    note = f"{content.unit}　{report.period.label}　{content.number}　{content.note}"
    label = figure_words.names()
    found = []
    for title, span, keys in ((report.period.label, "quarter", QUARTER), ("累计", "total", TOTAL)):
        columns = [Column("工作要点", 30), *(Column(label[key], 12) for key in keys), Column("按期率（%）", 12)]
        points = [[f"{point['number']} {point['title']}", point[span]] for point in figures["points"]]
        rows = [
            [name, *(counts[key] for key in keys), on_time_rate(counts)]
            for name, counts in [*points, ["合计", figures[span]]]
        ]
        found.append(Sheet(title, columns, rows, note))
    found.append(_targets(figures, note))
    found.append(_ranking(figures, note) if report.is_city else _overdue(figures, note))
    words = [[section.heading, "\n".join(section.paragraphs)] for section in content.sections if section.paragraphs]
    found.append(Sheet("文字", [Column("部分", 30), Column("内容", 110)], words, note))
    return found


def _targets(figures: dict[str, Any], note: str) -> Sheet:
    heads = [("序号", 8), ("重点任务", 50), ("目标", 12), ("累计完成", 12), ("本季度完成", 12), ("计量单位", 10)]
    rows = [
        [row["number"], row["title"], float(row["target"]), float(row["done"]), float(row["added"]), row["unit"]]
        for row in figures["quantities"]
    ]
    return Sheet("量化目标", [Column(*head) for head in heads], rows, note)


def _overdue(figures: dict[str, Any], note: str) -> Sheet:
    heads = [("序号", 8), ("重点任务", 60), ("完成时限", 14), ("逾期天数", 10)]
    rows = [[row["number"], row["title"], row["due_on"], row["days"]] for row in figures.get("overdue", [])]
    return Sheet("逾期未完成", [Column(*head) for head in heads], rows, note)


def _ranking(figures: dict[str, Any], note: str) -> Sheet:
    keys = ("due", "done", "late", "waiting", "over", "extended")
    label = figure_words.names()
    heads = [("名次", 8), ("单位", 30), *((label[key], 12) for key in keys), ("按期率（%）", 12), ("季度报告", 16)]
    columns = [Column(*head) for head in [*heads, ("报送日期", 14)]]
    rows = [
        [line["rank"], line["name"], *(line["total"][key] for key in keys), on_time_rate(line["total"]),
         figure_words.report_state(line["report"]), line["handed_in_on"]]
        for line in figures["units"]
    ]  # fmt: skip
    return Sheet("各单位", columns, rows, note)
