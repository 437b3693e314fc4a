"""Drafting, editing, signing, deciding, amending: who may, what is kept, what is refused."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from reports.actions import drafts, steps
from reports.actions.claim import StaleReportError
from reports.actions.compile import compile_quarter
from reports.frozen import digest, is_intact
from reports.models import QuarterlyReport
from reports.quarters import Quarter
from tasks.models import ProgressEntry, Transition
from tests import factories

D = datetime.date
Q2 = Quarter(2017, 2)
AT = timezone.make_aware(datetime.datetime(2017, 7, 5, 9))
IN_TIME, TODAY = D(2017, 7, 5), D(2017, 9, 20)
WORDS = {
    "document_number": "胶政安报〔2017〕2号",
    "narrative": {"1": "已召开会议。"},
    "problems": "",
    "next_steps": "继续检查。",
}


@pytest.fixture
def world(city, cast, plan):
    """Four units with work; Jiaozhou with an inspector beside the head of the cast."""
    for unit in (city.safety, city.jiaozhou, city.pingdu, city.town, city.plant, city.office):
        row = factories.assignment(factories.task(plan, lead=unit, due_on=D(2017, 6, 20)), unit)
        if unit == city.jiaozhou:
            author = factories.user(unit, username="jiaozhou")
            entry = {"happened_on": D(2017, 6, 1), "percent": 40, "what": "检查了企业", "problems": "人手不足",
                     "next_steps": "开展复查", "created_at": AT.replace(month=6)}  # fmt: skip
            ProgressEntry.objects.create(plan=plan, assignment=row, author=author, **entry)
            cast.jiaozhou = author
    cast.pingdu_head = factories.user(city.pingdu, "head", "pingdu")
    return plan


def compiled(plan, today=TODAY):
    return compile_quarter(plan=plan, quarter=Q2, by=None, at=AT, today=today)


def report_of(unit):
    return QuarterlyReport.objects.current().for_page().get(organization=unit, quarter=2)


def signed(report, by, today=IN_TIME):
    return steps.sign(report=report, by=by, at=AT, today=today, revision=report.revision, seen=digest(report.figures))


# ---------------------------------------------------------------- compiling
def test_every_public_unit_with_assignments_and_the_city_get_a_draft(world, city):
    outcome = compiled(world)
    units = set(QuarterlyReport.objects.values_list("organization__short_name", flat=True))
    assert units == {"市安监局", "胶州市政府", "平度市政府", "胶北街道", "市安委办", "市安委会"}
    assert outcome == (6, 0, 0)
    assert compiled(world) == (0, 0, 6)
    report = report_of(city.jiaozhou)
    assert report.figures["total"]["over"] == 1
    assert "6月1日，检查了企业。" in report.narrative["1"]
    assert (report.problems, report.next_steps) != ("", "")
    assert report.due_on == D(2017, 7, 10)
    assert report_of(city.commission).due_on == D(2017, 7, 25)
    assert AuditEntry.objects.filter(verb="report.draft").count() == 6


def test_an_enterprise_that_is_a_member_reports_itself(world, city):
    city.plant.is_member = True
    city.plant.save()
    compiled(world)
    assert report_of(city.plant).figures["total"]["total"] == 1


def test_a_quarter_that_has_not_ended_is_refused(world):
    with pytest.raises(ValidationError, match="尚未结束"):
        compiled(world, today=D(2017, 6, 30))
    with pytest.raises(ValidationError, match="早于工作要点"):
        compile_quarter(plan=world, quarter=Quarter(2017, 1), by=None, at=AT, today=TODAY)
    assert not QuarterlyReport.objects.exists()
    assert compiled(world, today=D(2017, 7, 1)).created == 6


def test_again_the_figures_of_drafts_are_refreshed_and_words_kept(world, city, cast):
    compiled(world)
    report = report_of(city.jiaozhou)
    drafts.save(report=report, by=cast.jiaozhou, at=AT, revision=report.revision, **WORDS)
    _with_text(city.pingdu)
    frozen = signed(report_of(city.pingdu), cast.pingdu_head).figures
    factories.assignment(factories.task(world, lead=city.jiaozhou, due_on=D(2017, 6, 1)), city.jiaozhou)
    factories.assignment(factories.task(world, lead=city.pingdu, due_on=D(2017, 6, 1)), city.pingdu)
    assert compiled(world).refreshed == 2  # Jiaozhou's and the city's
    now = report_of(city.jiaozhou)
    assert now.figures["total"]["over"] == 2
    assert now.narrative == WORDS["narrative"]
    assert now.revision == report.revision + 1  # that of the words alone
    assert {"where": "total", "name": "", "span": "total", "key": "over", "old": 1, "new": 2} in now.figure_changes
    assert report_of(city.pingdu).figures == frozen


def _with_text(unit):
    return QuarterlyReport.objects.filter(organization=unit).update(narrative={"1": "已完成。"})


# ---------------------------------------------------------------- words
def test_the_unit_edits_words_and_a_stale_form_keeps_what_was_typed(world, city, cast, log_in):
    compiled(world)
    report = report_of(city.jiaozhou)
    figures = report.figures
    client = log_in(cast.jiaozhou)
    address = reverse("report_edit", kwargs={"pk": report.pk})
    sent = {"revision": report.revision, "document_number": "甲", "point_1": "写好的文字", "problems": "无",
            "next_steps": "", "figures": "{}", "state": "accepted"}  # fmt: skip
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent | {"point_1": "迟到的文字"}).status_code == 200
    body = client.post(address, sent | {"point_1": "迟到的文字"}).content.decode()
    assert "迟到的文字" in body
    assert "写好的文字" in body
    now = report_of(city.jiaozhou)
    assert (now.narrative, now.problems, now.figures, now.state) == ({"1": "写好的文字"}, "无", figures, "drafted")
    assert now.drafted_by == cast.jiaozhou


def test_too_long_a_text_is_refused_and_kept(world, city, cast, log_in):
    compiled(world)
    report = report_of(city.jiaozhou)
    long = "长" * 10_001
    address = reverse("report_edit", kwargs={"pk": report.pk})
    body = log_in(cast.jiaozhou).post(address, {"revision": report.revision, "point_1": long}).content.decode()
    assert long in body
    assert report_of(city.jiaozhou).revision == report.revision


def test_the_text_can_be_compiled_anew(world, city, cast):
    compiled(world)
    report = report_of(city.jiaozhou)
    drafts.save(report=report, by=cast.jiaozhou, at=AT, revision=report.revision, **WORDS)
    report = report_of(city.jiaozhou)
    drafts.refill(report=report, by=cast.jiaozhou, at=AT, revision=report.revision)
    assert "检查了企业" in report_of(city.jiaozhou).narrative["1"]


# ---------------------------------------------------------------- signing
def test_a_signature_freezes_with_its_hash_in_the_record(world, city, cast):
    compiled(world)
    report = signed(report_of(city.jiaozhou), cast.head)
    assert (report.state, report.handed_in_on, report.is_late()) == ("signed", IN_TIME, False)
    assert is_intact(report_of(city.jiaozhou))
    entry = AuditEntry.objects.get(verb="report.sign")
    assert entry.after["sha256"] == report.sha256
    QuarterlyReport.objects.filter(pk=report.pk).update(problems="被改动")
    assert not is_intact(report_of(city.jiaozhou))


def test_figures_that_changed_since_they_were_read_are_not_signed(world, city, cast, log_in):
    compiled(world)
    report = report_of(city.jiaozhou)
    client = log_in(cast.head)
    address = reverse("report_sign", kwargs={"pk": report.pk})
    page = client.get(address)
    sent = {"revision": report.revision, "seen": page.context["form"].initial["seen"]}
    # A step that was recorded late, as an import of the unit's paper records does.
    row = report.plan.assignments.get(organization=city.jiaozhou)
    for verb, source, target in (("submit", "not_started", "submitted"), ("approve", "submitted", "done")):
        Transition.objects.create(plan=report.plan, assignment=row, verb=verb, source=source, target=target,
                                  due_on=row.due_on, on=D(2017, 6, 19), at=AT)  # fmt: skip
    answer = client.post(address, sent)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "数据有变化" in body
    assert "<del>1</del>" in body and "<ins>0</ins>" in body
    refused = AuditEntry.objects.get(verb="report.refused")
    assert (refused.by, refused.after["step"]) == (cast.head, "sign")
    now = report_of(city.jiaozhou)
    assert (now.state, now.figures["total"]["over"], now.figures["total"]["done"]) == ("drafted", 0, 1)
    assert client.post(address, sent).status_code == 200  # the old page again: still not
    seen = digest(now.figures)
    assert client.post(address, sent | {"seen": seen}).status_code == 302
    assert report_of(city.jiaozhou).state == "signed"


def test_words_that_changed_since_they_were_read_are_not_signed(world, city, cast):
    compiled(world)
    report = report_of(city.jiaozhou)
    drafts.save(report=report, by=cast.jiaozhou, at=AT, revision=report.revision, **WORDS)
    with pytest.raises(StaleReportError):
        signed(report, cast.head)


def test_a_report_without_words_is_not_signed(world, city, cast):
    compiled(world)
    QuarterlyReport.objects.filter(organization=city.pingdu).update(narrative={})
    with pytest.raises(ValidationError, match="尚无文字"):
        signed(report_of(city.pingdu), cast.pingdu_head)


def test_a_report_of_a_quarter_that_runs_is_not_signed(world, city, cast):
    report = factories.report(world, city.jiaozhou, quarter=3)
    with pytest.raises(ValidationError, match="尚未结束"):
        steps.sign(report=report, by=cast.head, at=AT, today=D(2017, 9, 30), revision=1, seen=digest(report.figures))


# ---------------------------------------------------------------- deciding
def test_accept_return_and_the_clock(world, city, cast):
    compiled(world)
    report = signed(report_of(city.jiaozhou), cast.head)
    with pytest.raises(ValidationError, match="请写明"):
        steps.give_back(report=report, by=cast.admin, at=AT, remarks=" ")
    back = steps.give_back(report=report, by=cast.admin, at=AT, remarks="请补充数据来源")
    assert (back.state, back.handed_in_on, back.is_overdue(TODAY)) == ("returned", None, True)
    assert is_intact(report_of(city.jiaozhou))
    again = steps.amend(report=back, by=cast.jiaozhou, at=AT, reason="")
    assert (again.version, again.state, again.reason, again.previous) == (2, "drafted", "请补充数据来源", back)
    second = signed(report_of(city.jiaozhou), cast.head, today=D(2017, 7, 12))
    assert second.is_late()
    accepted = steps.accept(report=second, by=cast.admin, at=AT)
    assert accepted.state == "accepted"
    third = steps.amend(report=accepted, by=cast.jiaozhou, at=AT, reason="更正一处")
    assert (third.handed_in_on, third.is_amendment, third.is_overdue(TODAY)) == (D(2017, 7, 12), True, False)
    assert QuarterlyReport.objects.filter(organization=city.jiaozhou).count() == 3
    with pytest.raises(StaleReportError):
        steps.amend(report=accepted, by=cast.jiaozhou, at=AT, reason="又一次")


def test_of_two_decisions_one_wins(world, city, cast):
    compiled(world)
    report = signed(report_of(city.jiaozhou), cast.head)
    stale = report_of(city.jiaozhou)
    steps.accept(report=report, by=cast.admin, at=AT)
    with pytest.raises(StaleReportError, match="已接收"):
        steps.give_back(report=stale, by=cast.admin, at=AT, remarks="迟了")
    assert report_of(city.jiaozhou).remarks == ""


def test_nobody_decides_on_the_own_signature(world, city, cast):
    compiled(world)
    _with_text(city.office)
    report = signed(report_of(city.office), cast.admin)
    with pytest.raises(ValidationError, match="本人签发"), transaction.atomic():
        steps.accept(report=report, by=cast.admin, at=AT)
    assert steps.accept(report=report, by=factories.user(city.office, "head"), at=AT).state == "accepted"


def test_the_city_is_compiled_from_accepted_reports(world, city, cast):
    compiled(world)
    steps.accept(report=signed(report_of(city.jiaozhou), cast.head), by=cast.admin, at=AT)
    _with_text(city.pingdu)
    signed(report_of(city.pingdu), cast.pingdu_head)
    compiled(world)
    whole = report_of(city.commission)
    assert "胶州市政府：" in whole.narrative["1"]
    assert "平度市政府" not in whole.narrative["1"]
    assert whole.problems.startswith("胶州市政府：")
    assert {line["name"]: line["report"] for line in whole.figures["units"]}["胶州市政府"] == "accepted"
    assert whole.figures["total"]["total"] == 6
    assert whole.figures["others"]["number"] == 1  # the enterprise
    seen = digest(whole.figures)
    steps.accept(report=report_of(city.pingdu), by=cast.admin, at=AT)
    with pytest.raises(steps.FiguresChangedError) as refused:
        steps.sign(report=whole, by=cast.admin, at=AT, today=TODAY, revision=whole.revision, seen=seen)
    assert {"where": "unit", "name": "平度市政府", "span": "", "key": "report", "old": "signed", "new": "accepted"} in (
        refused.value.changes
    )
    done = signed(report_of(city.commission), cast.admin, today=TODAY)
    assert done.state == "signed"
    assert steps.amend(report=done, by=cast.admin, at=AT, reason="补充").version == 2


# ---------------------------------------------------------------- who
@pytest.mark.parametrize(
    ("who", "step", "status"),
    [
        ("inspector", "edit", 404), ("enterprise", "edit", 404), ("outsider", "edit", 404),
        ("auditor", "edit", 403), ("admin", "edit", 403), ("jiaozhou", "edit", 200), ("head", "edit", 200),
        ("jiaozhou", "sign", 403), ("admin", "sign", 403), ("auditor", "sign", 403), ("head", "sign", 200),
        ("head", "accept", 403), ("auditor", "accept", 403), ("jiaozhou", "return", 403),
        ("admin", "amend", 403), ("auditor", "amend", 403),
    ],
)  # fmt: skip
def test_each_step_is_open_to_its_role_only(who, step, status, world, city, cast, log_in):
    compiled(world)
    report = report_of(city.jiaozhou)
    address = reverse(f"report_{step}", kwargs={"pk": report.pk})
    assert log_in(getattr(cast, who)).get(address).status_code == status


def test_a_unit_sees_its_own_and_those_below(world, city, cast):
    compiled(world)
    seen = QuarterlyReport.objects.visible_to
    assert {one.organization for one in seen(cast.head)} == {city.jiaozhou, city.town}
    assert seen(cast.admin).count() == seen(cast.auditor).count() == 6
    assert {one.organization for one in seen(cast.inspector)} == {city.safety}
    assert not seen(cast.outsider).exists()


def test_a_step_that_is_closed_says_so(world, city, cast, log_in):
    compiled(world)
    report = signed(report_of(city.jiaozhou), cast.head)
    answer = log_in(cast.head).get(reverse("report_sign", kwargs={"pk": report.pk}), follow=True)
    assert "已报送" in answer.content.decode()
    client = log_in(cast.admin)
    words = {"words": "这是我的意见", "revision": report.revision}
    steps.accept(report=report, by=cast.admin, at=AT)
    body = client.post(reverse("report_return", kwargs={"pk": report.pk}), words).content.decode()
    assert "这是我的意见" in body and "已接收" in body
