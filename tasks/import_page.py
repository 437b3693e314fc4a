"""The pages of the import: strings prepared once per row, before → after per field."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lib import formats
from lib.marks import plain
from lib.sheets import places
from lib.sheets.write import CHUNK, Column, Sheet
from organizations.models import Organization
from tasks.imports import faults
from tasks.imports.headers import FIELDS
from tasks.imports.resource import LABELS
from tasks.imports.snapshot import CADENCE_OF
from tasks.models import Assignment, ImportBatch, ImportRow, Task
from tasks.states import UNIT_ACTS, Cadence

LONGEST = 80
Verdict = ImportRow.Verdict
SIGNAL_OF: dict[str, str] = {
    Verdict.NEW: "sent", Verdict.CHANGED: "soon", Verdict.UNCHANGED: "none", Verdict.REFUSED: "over",
    Verdict.ABSENT: "none",
}  # fmt: skip
MARK_OF: dict[str, str] = {
    Verdict.NEW: "＋", Verdict.CHANGED: "≠", Verdict.UNCHANGED: "＝", Verdict.REFUSED: "✕", Verdict.ABSENT: "－",
}  # fmt: skip
# Column of the page → the fields of a staged row it shows, and the cells of a refused one.
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "number": (("number",), ("number",)),
    "work_point": (("work_point",), ("work_point",)),
    "title": (("title",), ("title",)),
    "target": (("target",), ("amount", "unit")),
    "lead": (("lead", "lead_groups"), ("lead",)),
    "cooperating": (("cooperating", "groups"), ("responsible", "cooperating")),
    "deadline": (("starts_on", "deadline"), ("start", "deadline")),
    "note": (("note",), ("note",)),
}


class Why(NamedTuple):
    """What is wrong with one cell."""

    where: str
    text: str
    written: str = ""
    near: tuple[str, ...] = ()  # names that the written one may mean
    bare: str = ""  # the text without them, for beside their buttons

    @property
    def line(self) -> str:
        """All of it, for a cell of a sheet."""
        return _("%(where)s %(text)s") % {"where": self.where, "text": self.text}


class Shown(NamedTuple):
    """A row of the preview; `cells` stand in the order of COLUMNS."""

    row: int | str | None
    verdict: str
    signal: str
    mark: str
    label: str
    cells: list[SafeString]
    whys: list[Why]
    href: str


def heads() -> list[str]:
    """The page's words for its columns."""
    words = {
        "number": _("Number"), "work_point": _("Work point"), "title": _("Task"), "target": _("Target"),
        "lead": _("Lead unit"), "cooperating": _("Cooperating unit"), "deadline": _("Deadline"), "note": _("Note"),
    }  # fmt: skip
    return [words[column] for column in COLUMNS]


def shown_rows(rows: Sequence[ImportRow], batch: ImportBatch) -> list[Shown]:
    """Rows of one page; short names of units are looked up once for all of them."""
    writer = _Writer(_short_names(rows), batch)
    made = [row.row for row in rows if row.verdict == Verdict.NEW]
    if made and batch.state == ImportBatch.State.COMMITTED:  # what was new then is a task now
        found = Task.objects.filter(origin=batch, origin_row__in=made).values_list("origin_row", "pk")
        writer.tasks = {row: pk for row, pk in found if row is not None}
    return [writer.row(row) for row in rows]


class Absent(NamedTuple):
    """A task that the sheet leaves out, and what is known of its work."""

    pk: int
    task: int | None
    number: str
    title: str
    units: str
    open: int
    closed: int
    withdraw: bool


def absent_rows(rows: Sequence[ImportRow]) -> list[Absent]:
    """Rows of one page, with how many assignments would be cancelled and how many stay."""
    keys = [row.task_id for row in rows if row.task_id]
    found = Assignment.objects.filter(task__in=keys).standing().values_list("task").annotate(
        open=Count("pk", filter=Q(state__in=UNIT_ACTS)), closed=Count("pk", filter=~Q(state__in=UNIT_ACTS))
    ).order_by()  # fmt: skip
    numbers = {task: (waiting, closed) for task, waiting, closed in found}
    short = _short_names(rows)
    between = _(", ")
    return [
        Absent(
            row.pk, row.task_id, row.values.get("number") or "", row.values["title"],
            between.join(short.get(name, name) for name in row.values.get("lead", [])),
            *numbers.get(row.task_id or 0, (0, 0)), row.withdraw,
        )
        for row in rows
    ]  # fmt: skip


def _short_names(rows: Iterable[ImportRow]) -> dict[str, str]:
    names: set[str] = set()
    for row in rows:
        for values in (row.values, *(change for change in row.changes.values())):
            for field in ("lead", "cooperating", "from", "to"):
                found = values.get(field)
                if isinstance(found, list):
                    names.update(found)
    pairs = Organization.objects.filter(name__in=names).values_list("name", "short_name") if names else []
    return {name: short for name, short in pairs if short}


class _Writer:
    """Writes the values of one batch."""

    def __init__(self, short: dict[str, str], batch: ImportBatch) -> None:
        self.short = short
        self.batch = batch
        self.year = batch.plan.year
        self.tasks: dict[int, int] = {}

    def row(self, row: ImportRow) -> Shown:
        refused = row.verdict == Verdict.REFUSED
        cells = [self._raw(row, raw) if refused else self._cell(row, fields) for fields, raw in COLUMNS.values()]
        task = row.task_id or self.tasks.get(row.row or 0)
        href = reverse("task", args=[task]) if task else ""
        label = str(Verdict(row.verdict).label)
        signal, mark = SIGNAL_OF[row.verdict], MARK_OF[row.verdict]
        return Shown(shown_row(row), row.verdict, signal, mark, label, cells, list(whys(row)), href)

    def _raw(self, row: ImportRow, fields: Sequence[str]) -> SafeString:
        """The cells as they stand, the wrong ones waved."""
        bad = {error["_"]["field"]: error["value"] for error in row.errors}
        parts = []
        for field in fields:
            text = row.values["cells"].get(field, "")
            if field == "work_point" and row.values["key"][0]:
                text = formats.ordinal(row.values["key"][0])
            if field in bad:
                parts.append(_waved(_cut(text), bad[field]))
            elif text:
                parts.append(escape(_cut(text)))
        return format_html_join(" ", "{}", ((part,) for part in parts))

    def _cell(self, row: ImportRow, fields: Sequence[str]) -> SafeString:
        parts = []
        for field in fields:
            change = row.changes.get(field)
            now = self._text(field, row.values.get(field), row.values)
            if change is None:
                parts.append(escape(now))
            elif isinstance(change["to"], list):
                parts.append(self._listed(change["from"] or [], change["to"]))
            else:
                before = self._text(field, change["from"], row.values) or _("(empty)")
                parts.append(format_html("<del>{}</del><ins>{}</ins>", before, now or _("(empty)")))
        between = _(", ") if "cooperating" in fields or "lead" in fields else " "
        return format_html_join(between, "{}", ((part,) for part in parts if part))

    def _listed(self, old: list[str], new: list[str]) -> SafeString:
        """Units: those that leave struck through, those that come marked."""
        gone = [self.short.get(name, name) for name in old if name not in new]
        struck = format_html_join("", "<del>{}</del>", ((name,) for name in gone))
        parts = [format_html("{}" if name in old else "<ins>{}</ins>", self.short.get(name, name)) for name in new]
        return format_html("{}{}", struck, format_html_join(_(", "), "{}", ((part,) for part in parts)))

    def _text(self, field: str, value: Any, values: dict[str, Any]) -> str:
        if value is None or value == []:
            return ""
        match field:
            case "work_point":
                return formats.ordinal(value)
            case "target":
                return formats.amount(value["value"], value["unit"])
            case "deadline":
                return self._deadline(value)
            case "starts_on":
                return _("from %(day)s,") % {"day": formats.short_day(datetime.date.fromisoformat(value), self.year)}
        if not isinstance(value, list):
            return str(value)
        leads = values.get("lead_groups", []) if field == "groups" else []  # those stand with the leads
        names: list[str] = [name for name in value if name not in leads]
        return _(", ").join([self.short.get(name, name) for name in names])

    def _deadline(self, deadline: dict[str, Any]) -> str:
        days = [formats.short_day(datetime.date.fromisoformat(day), self.year) for day in deadline["dates"]]
        if deadline["kind"] == "date":
            return _(", ").join(days)
        label = str(Cadence(CADENCE_OF[deadline["kind"]]).label)
        return f"{label} · {days[0]} …" if deadline["kind"] in {"monthly", "quarterly"} and days else label


def shown_row(row: ImportRow) -> int | str | None:
    """Where the row stands in the sheet; None for a task that the sheet leaves out."""
    return None if row.row is None else places.shown(row.row)


def _cut(text: str) -> str:
    """A cell of a refused row, which may be of any length."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _waved(text: str, value: str | None) -> SafeString:
    """The wrong cell; of a list of names only the wrong one."""
    before, found, after = text.partition(value) if value else ("", "", "")
    if not found:
        return format_html('<span class="bad">{}</span>', text or _("(empty)"))
    return format_html('{}<span class="bad">{}</span>{}', before, found, after)


def whys(row: ImportRow) -> Iterable[Why]:
    """Row, column, what is wrong, what to do."""
    for error in row.errors:
        details = {key: value for key, value in error["_"].items() if key != "field"}
        where = _("Row %(row)s, “%(column)s”:") % {"row": shown_row(row), "column": error["column"]}
        text = faults.message(error["code"], error["value"], details)
        near = tuple(details.pop("near", None) or ())
        yield Why(where, text, error["value"] or "", near, faults.message(error["code"], error["value"], details))


def refused_columns(batch: ImportBatch) -> list[Column]:
    """Heads of the workbook with the refused rows: the sheet's own words, then the reasons."""
    labels = batch.layout["labels"]
    wide = {"title": 46, "lead": 24, "responsible": 30, "cooperating": 30, "work_point": 24, "note": 20}
    found = [Column(_("Row"), 7)]
    found += [Column(labels.get(field) or LABELS[field], wide.get(field, 12)) for field in FIELDS if field in labels]
    return [*found, Column(_("What is wrong and what to do"), 70)]


def refused_rows(batch: ImportBatch, rows: Iterable[ImportRow]) -> Iterable[list[Any]]:
    """The refused rows as they stand, with the reasons."""
    for row in rows:
        cells = [row.values["cells"].get(field, "") for field in FIELDS if field in batch.layout["labels"]]
        yield [shown_row(row), *cells, "\n".join(why.line for why in whys(row))]


def rows_sheet(batch: ImportBatch, rows: QuerySet[ImportRow]) -> Sheet:
    """The rows of a preview as they are shown, with what is wrong beside each."""
    columns = [Column(_("Row"), 7), Column(_("Verdict"), 12)]
    columns += [Column(head, 40 if key == "title" else 22) for key, head in zip(COLUMNS, heads(), strict=True)]

    def cells() -> Iterator[list[Any]]:
        found = rows.iterator(chunk_size=CHUNK)
        while chunk := list(islice(found, CHUNK)):
            for one in shown_rows(chunk, batch):
                why = "\n".join(why.line for why in one.whys)
                yield [one.row, one.label, *map(plain, one.cells), why]

    return Sheet(_("Preview"), [*columns, Column(_("What is wrong and what to do"), 70)], cells(), batch.name)


def template_columns() -> list[Column]:
    """The empty sheet that the page offers."""
    widths = (6, 30, 46, 10, 10, 24, 36, 18, 24)
    fields = ("number", "work_point", "title", "amount", "unit", "lead", "responsible", "deadline", "note")
    return [Column(LABELS[field], width) for field, width in zip(fields, widths, strict=True)]
