"""The page of one report as strings: facts, figures, texts, versions, what may be done."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lib import formats

from . import figure_words, rights
from .city import missing
from .figures import on_time_rate
from .frozen import is_intact
from .list_page import next_step, status
from .models import QuarterlyReport, ReportDocument
from .states import ReportState

if TYPE_CHECKING:
    from organizations.models import User

STEPS = ("edit", "sign", "accept", "return", "amend")


class Fact(NamedTuple):
    """A line of the facts."""

    label: str
    value: str


class Section(NamedTuple):
    """A text with its heading."""

    key: str
    heading: str
    figures: str
    text: str


class Version(NamedTuple):
    """One of the versions of a report."""

    pk: int
    label: str
    signal: str
    state: str
    when: str
    current: bool
    compare: str


class RankLine(NamedTuple):
    """A unit in the city's ranking."""

    rank: int
    name: str
    rate: str
    report: str
    signal: str
    due: str
    done: str
    late: str
    waiting: str
    over: str


def title_of(report: QuarterlyReport) -> str:
    """What the page and the document are called."""
    unit = report.plan.issuer.name if report.is_city else report.organization.name
    return _("%(unit)s: work safety report for %(quarter)s") % {"unit": unit, "quarter": report.period.label}


def sections(report: QuarterlyReport) -> list[Section]:
    """The texts in their order: work points of the figures or with words, problems, next steps."""
    points = {str(point["number"]): point for point in report.figures.get("points", [])}
    numbers = sorted(points.keys() | report.narrative.keys(), key=int)
    found = []
    for number in numbers:
        point = points.get(number)
        title = f"{formats.ordinal(int(number))} {point['title']}" if point else formats.ordinal(int(number))
        found.append(Section(f"point_{number}", title, _brief(point), report.narrative.get(number, "")))
    found.append(Section("problems", _("Problems"), "", report.problems))
    found.append(Section("next_steps", _("Next steps"), "", report.next_steps))
    return found


def _brief(point: dict[str, Any] | None) -> str:
    """A point's numbers in one line, above its text."""
    if point is None:
        return ""
    names = figure_words.names()
    total = point["total"]
    parts = [f"{names[key]} {formats.number(total[key])}" for key in ("due", "done", "late", "waiting", "over")]
    return _(", ").join(parts)


class ReportPage:
    """Everything that the template shows, each read once."""

    def __init__(self, report: QuarterlyReport, user: User, today: datetime.date) -> None:
        self.report, self.user, self.today = report, user, today
        self.title = title_of(report)
        self.signal, self.state = status(report, today)
        self.next_step = next_step(report)
        self.may = {verb: rights.open_to(user, report, verb) for verb in STEPS}
        self.may["give_back"] = self.may["return"]

    @property
    def rows_base(self) -> str:
        """The address of the rows behind a figure."""
        return reverse("report_rows", kwargs={"pk": self.report.pk})

    @cached_property
    def strip(self) -> list[figure_words.Total]:
        """The totals."""
        return figure_words.strip(self.report.figures, self.rows_base)

    @cached_property
    def tables(self) -> list[dict[str, Any]]:
        """The figures of the quarter and since the plan began."""
        figures = self.report.figures
        return [
            {"heading": heading, "heads": figure_words.heads(span), "lines": figure_words.table(figures, span, base)}
            for span, heading, base in (
                ("quarter", self.report.period.label, self.rows_base),
                ("total", _("Since the plan began, until %(day)s") % {"day": self.as_of}, self.rows_base),
            )
        ]

    @property
    def as_of(self) -> str:
        """The day whose close the figures describe."""
        return formats.day(datetime.date.fromisoformat(self.report.figures["as_of"]))

    @cached_property
    def quantities(self) -> list[figure_words.Quantity]:
        """Targets."""
        return figure_words.quantities(self.report.figures)

    @cached_property
    def overdue(self) -> list[dict[str, Any]]:
        """What was overdue on that day."""
        return [
            {
                "href": reverse("assignment", kwargs={"pk": row["assignment"]}),
                "number": row["number"],
                "title": row["title"],
                "point": formats.ordinal(row["point"]),
                "due": formats.day(datetime.date.fromisoformat(row["due_on"])) if row["due_on"] else "",
                "days": formats.number(row["days"]),
            }
            for row in self.report.figures.get("overdue", [])
        ]

    @cached_property
    def sections(self) -> list[Section]:
        """The texts."""
        return sections(self.report)

    @cached_property
    def ranking(self) -> list[RankLine]:
        """The units of the city's report, best first."""
        found = []
        for line in self.report.figures.get("units", []):
            total = line["total"]
            numbers = {key: formats.number(total[key]) for key in ("due", "done", "late", "waiting", "over")}
            rate = figure_words.percent(on_time_rate(total))
            state = figure_words.report_state(line["report"])
            found.append(RankLine(line["rank"], line["name"], rate, state, _unit_signal(line), **numbers))
        return found

    @property
    def rank_heads(self) -> list[str]:
        """The heads of the ranking's numbers."""
        names = figure_words.names()
        return [names[key] for key in ("due", "done", "late", "waiting", "over")]

    @cached_property
    def missing(self) -> list[str]:
        """Units whose report was not accepted when the city's was compiled."""
        return [
            f"{line['name']}（{figure_words.report_state(line['report'])}）" for line in missing(self.report.figures)
        ]

    @cached_property
    def others(self) -> dict[str, Any] | None:
        """What stands for the units that do not report themselves."""
        found = self.report.figures.get("others")
        if not found or not found["number"]:
            return None
        total = {key: formats.number(value) for key, value in found["total"].items()}
        return total | {"number": formats.number(found["number"])}

    @cached_property
    def changes(self) -> list[figure_words.Change]:
        """What the last refreshing changed in the figures of a draft."""
        drafted = self.report.state == ReportState.DRAFTED
        return figure_words.change_lines(self.report.figure_changes) if drafted else []

    @cached_property
    def facts(self) -> list[Fact]:
        """Who did what, when."""
        report = self.report
        pairs = [
            (_("Document number"), report.document_number),
            (_("Version"), f"v{report.version}"),
            (_("Report due"), formats.day(report.due_on)),
            (_("Handed in on"), formats.day(report.handed_in_on)),
            (_("Figures as of"), self.as_of),
            (_("Compiled"), _when(report.compiled_at)),
            (_("Drafted"), _who(report.drafted_by, report.drafted_at)),
            (_("Signed"), _who(report.signed_by, report.signed_at)),
            (_("Decided"), _who(report.decided_by, report.decided_at)),
            (_("Reason of the amendment"), report.reason),
        ]
        return [Fact(label, value) for label, value in pairs if value]

    @property
    def intact(self) -> bool | None:
        """Whether a signed version still has its hash; None for a draft."""
        return is_intact(self.report) if self.report.is_frozen else None

    @property
    def version_keys(self) -> list[int]:
        """The primary keys of all versions: what the record tells the whole story of."""
        return [row.pk for row in self._versions]

    @property
    def first(self) -> QuarterlyReport:
        """The first version, by whose key people are told about all of them."""
        return self._versions[-1]

    @property
    def latest(self) -> int:
        """The version that counts now, for those who came to an earlier one."""
        return self._versions[0].pk

    @cached_property
    def versions(self) -> list[Version]:
        """All versions, latest first; only where there is more than one."""
        return [self._version(row) for row in self._versions] if len(self._versions) > 1 else []

    @cached_property
    def _versions(self) -> list[QuarterlyReport]:
        same = QuarterlyReport.objects.visible_to(self.user).of_plan(self.report.plan)
        rows = same.filter(organization=self.report.organization, quarter=self.report.quarter).for_list()
        return list(rows.select_related("organization", "plan__issuer").order_by("-version"))

    def _version(self, row: QuarterlyReport) -> Version:
        signal, state = status(row, self.today)
        when = formats.short_day(timezone.localdate(row.signed_at), row.plan.year) if row.signed_at else ""
        compare = reverse("report_compare", kwargs={"pk": row.pk}) if row.previous_id else ""
        return Version(row.pk, f"v{row.version}", signal, state, when, row.pk == self.report.pk, compare)

    @property
    def documents(self) -> list[tuple[str, str]]:
        """(label, address) of the document in each form."""
        return [
            (str(label), reverse("report_document", kwargs={"pk": self.report.pk, "kind": kind}))
            for kind, label in ReportDocument.Kind.choices
        ]


def _unit_signal(line: dict[str, Any]) -> str:
    match line["report"]:
        case ReportState.ACCEPTED:
            return "late" if line["late"] else "done"
        case ReportState.SIGNED:
            return "sent"
        case ReportState.RETURNED:
            return "back"
    return "none"


def _when(moment: datetime.datetime | None) -> str:
    return formats.moment(timezone.localtime(moment)) if moment else ""


def _who(person: Any, moment: datetime.datetime | None) -> str:
    if person is None:
        return ""
    return f"{person.real_name}（{person.post_and_unit}） {_when(moment)}".strip()


def step_words(verb: str, report: QuarterlyReport) -> dict[str, str]:
    """Heading, explanation and button of a step."""
    unit = report.organization.label
    match verb:
        case "sign":
            return {
                "heading": _("Sign the report"),
                "help": _(
                    "Text and figures are frozen with a hash in the record, and the report is handed in. What turns "
                    "out wrong later is corrected by an amendment, as a new version beside this one."
                ),
                "button": pgettext("button", "Sign and hand in"),
                "done": _("Signed and handed in: %(unit)s, %(quarter)s."),
            }
        case "accept":
            return {
                "heading": _("Accept the report"),
                "help": _("The report of %(unit)s then counts for the city's report.") % {"unit": unit},
                "button": pgettext("button", "Accept the report"),
                "done": _("Accepted: %(unit)s, %(quarter)s."),
            }
        case "return":
            return {
                "heading": _("Return the report"),
                "help": _(
                    "The signed version stays as it is; the unit corrects it in a new one. The duty to report is open "
                    "again, with its first due day."
                ),
                "button": pgettext("button", "Return the report"),
                "done": _("Returned: %(unit)s, %(quarter)s."),
            }
    return {
        "heading": _("Amend the report"),
        "help": _(
            "A new version begins with the text of this one and with figures counted anew. This version stays on "
            "record; an accepted one keeps counting until the new one is accepted."
        ),
        "button": pgettext("button", "Begin a new version"),
        "done": _("A new version was begun: %(unit)s, %(quarter)s."),
    }
