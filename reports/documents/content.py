"""What a report's document says, in the order of an office document; how it looks is decided by each form.

Title, document number, 一 to 六, signature block. Everything is data: no markup, whatever a user typed.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from django.utils import timezone, translation

from lib import formats
from reports import figure_words
from reports.city import missing
from reports.figures import done_rate, on_time_rate
from reports.models import QuarterlyReport

LANGUAGE = "zh-hans"
NUMERALS = "一二三四五六七八九十"


class Table(NamedTuple):
    """Heads, rows as texts, widths in parts of the line, and which columns are numbers."""

    heads: list[str]
    rows: list[list[str]]
    widths: list[int]
    numbers: list[bool]


class Section(NamedTuple):
    """A numbered part: paragraphs, then tables. `level` 1: 一、 2: （一）."""

    heading: str
    level: int
    paragraphs: list[str]
    tables: list[Table]


class Content(NamedTuple):
    """The whole document."""

    title: list[str]
    number: str
    unit: str
    addressee: str
    sections: list[Section]
    closing: str
    signer: str
    signed_on: str
    note: str
    is_draft: bool


def content_of(report: QuarterlyReport) -> Content:
    """The document's content; needs for_page()."""
    with translation.override(LANGUAGE):
        return _content(report)


def _content(report: QuarterlyReport) -> Content:
    unit = report.plan.issuer.name if report.is_city else report.organization.name
    signed_on = timezone.localdate(report.signed_at) if report.signed_at else None
    parts = [_overview(report), *_points(report)]
    if report.is_city:
        parts += _ranking(report.figures)
    parts.append(_targets(report.figures))
    if not report.is_city:
        parts.append(_overdue(report.figures))
    parts.append(Section("存在的问题", 1, _lines(report.problems) or ["无。"], []))
    parts.append(Section("下一步工作", 1, _lines(report.next_steps) or ["无。"], []))
    note = f"第{report.version}版"
    if report.sha256:
        note += f"　校验码（SHA-256）：{report.sha256}"
    return Content(
        [unit, f"关于{report.period.label}安全生产工作情况的报告"], report.document_number, unit,
        "" if report.is_city else f"{report.plan.issuer.name}：", _numbered(parts), "特此报告。",
        f"签发人：{report.signed_by.real_name}" if report.signed_by else "", formats.day(signed_on), note,
        not report.is_frozen,
    )  # fmt: skip


def _numbered(parts: list[Section]) -> list[Section]:
    """一、二、… for the first level, （一）（二）… below it."""
    found, first, second = [], 0, 0
    for part in parts:
        if part.level == 1:
            first, second = first + 1, 0
            heading = f"{_numeral(first)}、{part.heading}"
        else:
            second += 1
            heading = f"（{_numeral(second)}）{part.heading}"
        found.append(part._replace(heading=heading))
    return found


def _numeral(number: int) -> str:
    return NUMERALS[number - 1] if number <= 10 else str(number)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _day(iso: str) -> str:
    return formats.day(datetime.date.fromisoformat(iso)) if iso else ""


def _sentence(counts: dict[str, int]) -> str:
    """The counts of what fell due, as a sentence goes on."""
    text = f"到期{counts['due']}项，其中按期完成{counts['done']}项、逾期完成{counts['late']}项"
    text += f"、已报审待销号{counts['waiting']}项、逾期未完成{counts['over']}项"
    return text + (f"；批准延期{counts['extended']}项" if counts["extended"] else "")


def _overview(report: QuarterlyReport) -> Section:
    """总体情况: two sentences and the counts by work point."""
    figures = report.figures
    total, quarter = figures["total"], figures["quarter"]
    whose = "全市" if report.is_city else "我单位"
    day = _day(figures["as_of"])
    paragraphs = [
        f"截至{day}，{whose}承担的{report.plan.year}年安全生产工作要点分工任务共{total['total']}项，累计{_sentence(total)}；"
        f"提前完成{total['ahead']}项，未到期{total['running']}项。"
        f"按期率{figure_words.percent(on_time_rate(total))}，完成率{figure_words.percent(done_rate(total))}。",
        f"{report.period.label}{_sentence(quarter)}。",
    ]
    tables = [
        _counts(figures, "quarter", f"{report.period.label}到期情况"),
        _counts(figures, "total", f"截至{day}累计情况"),
    ]
    return Section("总体情况", 1, paragraphs, tables)


def _counts(figures: dict[str, Any], span: str, head: str) -> Table:
    lines = figure_words.table(figures, span, "")
    heads = [head, *figure_words.heads(span), "按期率"]
    rows = [[line.label, *(cell.value for cell in line.cells), line.rate] for line in [*lines[1:], lines[0]]]
    number = len(heads) - 1
    return Table(heads, rows, [30 if span == "quarter" else 24, *[8] * (number - 1), 10], [False, *[True] * number])


def _points(report: QuarterlyReport) -> list[Section]:
    """各工作要点落实情况: a numbered part per work point."""
    points = {str(point["number"]): point for point in report.figures["points"]}
    found = [Section("各项工作要点落实情况", 1, [], [])]
    for number in sorted(points.keys() | report.narrative.keys(), key=int):
        point = points.get(number)
        text = _lines(report.narrative.get(number, ""))
        first = [f"累计{_sentence(point['total'])}。"] if point else []
        found.append(Section(point["title"] if point else f"工作要点{number}", 2, first + text, []))
    return found


def _targets(figures: dict[str, Any]) -> Section:
    """量化目标: one row per task with a target."""
    rows = [
        [row.number, row.title, row.target, row.done, row.added, row.words] for row in figure_words.quantities(figures)
    ]
    if not rows:
        return Section("量化目标完成情况", 1, ["无量化目标。"], [])
    heads = ["序号", "重点任务", "目标", "累计完成", "本季度完成", "完成比例"]
    return Section("量化目标完成情况", 1, [], [Table(heads, rows, [8, 44, 14, 12, 12, 10], [True, False, *[True] * 4])])


def _overdue(figures: dict[str, Any]) -> Section:
    """逾期事项: what was open after its deadline, longest first."""
    rows = [[row["number"], row["title"], _day(row["due_on"]), str(row["days"])] for row in figures.get("overdue", [])]
    if not rows:
        return Section("逾期未完成事项", 1, ["无。"], [])
    heads = ["序号", "重点任务", "完成时限", "逾期天数"]
    table = Table(heads, rows, [8, 58, 20, 14], [True, False, True, True])
    return Section("逾期未完成事项", 1, [], [table])


def _ranking(figures: dict[str, Any]) -> list[Section]:
    """各单位完成情况 and who is missing."""
    rows = []
    for line in figures["units"]:
        total = line["total"]
        numbers = [str(total[key]) for key in ("due", "done", "late", "waiting", "over")]
        state = figure_words.report_state(line["report"]) + ("（逾期报送）" if line["late"] else "")
        rows.append([str(line["rank"]), line["name"], *numbers, figure_words.percent(on_time_rate(total)), state])
    heads = ["名次", "单位", "到期", "按期", "逾期完成", "待销号", "逾期", "按期率", "季度报告"]
    widths = [7, 23, 8, 8, 10, 9, 8, 10, 17]
    table = Table(heads, rows, widths, [True, False, *[True] * 6, False])
    absent = missing(figures)
    names = "、".join(f"{line['name']}（{figure_words.report_state(line['report'])}）" for line in absent)
    who = (
        f"以下{len(absent)}个单位的季度报告未报送或尚未接收：{names}。" if absent else "各单位季度报告均已报送并接收。"
    )
    found = [Section("各单位完成情况", 1, ["按按期率、完成率、逾期项数排序。"], [table])]
    others = figures["others"]
    if others["number"]:
        found[0].paragraphs.append(f"未单独报送的{others['number']}个单位累计{_sentence(others['total'])}。")
    return [*found, Section("季度报告报送情况", 1, [who], [])]
