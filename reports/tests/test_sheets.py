"""The accountability sheet: its rules by table and against an independent calculation, its pages, its workbook."""

import datetime
import io

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sheets.read import read_workbook
from organizations.roles import Role
from reports import sheet_period
from reports.sheet_data import sheets_of
from reports.sheet_rules import Outcome, Tally, Verdict, belongs, is_put_off, outcome, verdict
from reports.standing import Move, Standing, standing
from tasks.models import Evidence, TaskItem, Transition
from tests import factories
from tests.queries import LIMIT, taken

DAY = datetime.date
JUNE, JULY, SEPT = DAY(2017, 6, 30), DAY(2017, 7, 31), DAY(2017, 9, 20)


def step(target, on, due_on=JULY):
    return Move("x", target, due_on, DAY(2017, *on))


# (first deadline, log, day, state, deadline in force, handed in on)
STANDINGS = [
    (JULY, [], SEPT, "not_started", JULY, None),
    (JULY, [step("in_progress", (5, 1))], SEPT, "in_progress", JULY, None),
    (JULY, [step("submitted", (7, 20))], SEPT, "submitted", JULY, DAY(2017, 7, 20)),
    (JULY, [step("submitted", (7, 20)), step("done", (8, 9))], SEPT, "done", JULY, DAY(2017, 7, 20)),
    (JULY, [step("submitted", (7, 20)), step("done", (8, 9))], DAY(2017, 7, 25), "submitted", JULY, DAY(2017, 7, 20)),
    (JULY, [step("submitted", (7, 20)), step("sent_back", (7, 25))], SEPT, "sent_back", JULY, None),
    (JULY, [step("submitted", (7, 20)), step("sent_back", (7, 25)), step("submitted", (8, 2))], SEPT, "submitted", JULY,
     DAY(2017, 8, 2)),
    (JUNE, [step("in_progress", (6, 20), JULY)], SEPT, "in_progress", JULY, None),
    (JUNE, [step("in_progress", (6, 20), JULY)], DAY(2017, 6, 19), "not_started", JUNE, None),
    (JULY, [step("submitted", (7, 20)), step("done", (7, 21)), step("in_progress", (8, 1))], SEPT, "in_progress", JULY,
     None),
]  # fmt: skip


@pytest.mark.parametrize(("first", "log", "day", "state", "due", "handed"), STANDINGS)
def test_how_it_stood(first, log, day, state, due, handed):
    assert standing(first, log, day) == Standing(state, due, handed)


# (first deadline, state, deadline in force, handed in on, day, outcome, put off)
OUTCOMES = [
    (JULY, "not_started", JULY, None, JULY, Outcome.OPEN, False),  # the last day is still in time
    (JULY, "not_started", JULY, None, DAY(2017, 8, 1), Outcome.NOT_DONE, False),
    (JUNE, "in_progress", JULY, None, JULY, Outcome.OPEN, True),
    (JUNE, "in_progress", JULY, None, SEPT, Outcome.NOT_DONE, True),
    (JULY, "submitted", JULY, JULY, SEPT, Outcome.WAITING, False),  # waits on the reviewer's desk, not late
    (JULY, "submitted", JULY, DAY(2017, 8, 1), SEPT, Outcome.LATE, False),
    (JULY, "done", JULY, JULY, SEPT, Outcome.IN_TIME, False),
    (JULY, "done", JULY, DAY(2017, 8, 1), SEPT, Outcome.LATE, False),
    (JUNE, "done", JULY, JUNE, SEPT, Outcome.IN_TIME, True),  # put off, and done by the first deadline all the same
    (JUNE, "done", JULY, DAY(2017, 7, 1), SEPT, Outcome.EXTENDED, True),
    (JUNE, "done", JULY, DAY(2017, 8, 1), SEPT, Outcome.LATE, True),
    (JULY, "sent_back", JULY, None, SEPT, Outcome.NOT_DONE, False),
]


@pytest.mark.parametrize(("first", "state", "due", "handed", "day", "wanted", "put_off"), OUTCOMES)
def test_what_became_of_it(first, state, due, handed, day, wanted, put_off):
    now = Standing(state, due, handed)
    assert outcome(first, now, day) == wanted
    assert is_put_off(first, now) == put_off


def test_when_the_period_has_ended_its_last_day_is_over():
    due_then = Standing("in_progress", JUNE, None)
    assert outcome(JUNE, due_then, JUNE) == Outcome.OPEN
    assert outcome(JUNE, due_then, JUNE, has_ended=True) == Outcome.NOT_DONE
    assert outcome(JULY, Standing("in_progress", JULY, None), JUNE, has_ended=True) == Outcome.OPEN
    assert outcome(JUNE, Standing("submitted", JUNE, JUNE), JUNE, has_ended=True) == Outcome.WAITING


VERDICTS = [
    (Tally(), 0, Verdict.NO_RECORD),
    (Tally(in_time=3), 0, Verdict.NO_RECORD),
    (Tally(), 2, Verdict.IDLE),
    (Tally(in_time=2, extended=1), 1, Verdict.DISCHARGED),
    (Tally(in_time=2, open=1), 1, Verdict.PERFORMING),
    (Tally(in_time=2, waiting=1), 1, Verdict.PERFORMING),
    (Tally(in_time=2, late=1, open=1), 1, Verdict.BEHIND),
    (Tally(in_time=9, late=1, not_done=1), 1, Verdict.NEGLECTED),
    (Tally(not_done=1, open=4), 1, Verdict.NEGLECTED),
]


@pytest.mark.parametrize(("tally", "linked", "wanted"), VERDICTS)
def test_verdicts(tally, linked, wanted):
    assert verdict(tally, linked) == wanted


def test_to_which_period_it_belongs():
    q2, q3 = (DAY(2017, 4, 1), JUNE), (DAY(2017, 7, 1), DAY(2017, 9, 30))
    moved = Standing("in_progress", JULY, None)  # first due in June, put off to July: on both sheets
    assert belongs(JUNE, moved, *q2)
    assert belongs(JUNE, moved, *q3)
    assert not belongs(JUNE, Standing("in_progress", JUNE, None), *q3)
    assert not belongs(JUNE, Standing("cancelled", JUNE, None), *q2)
    assert not belongs(None, Standing("in_progress", None, None), *q2)


days = st.dates(DAY(2017, 1, 1), DAY(2017, 12, 31))
STATES = ["in_progress", "submitted", "sent_back", "done", "not_started"]
logs = st.lists(
    st.builds(
        Move,
        st.just("x"),
        st.sampled_from(["in_progress", "submitted", "sent_back", "done", "not_started"]),
        days,
        days,
    ),
    max_size=8,
).map(lambda steps: sorted(steps, key=lambda one: one.on))


def naive(first, steps, day, over):
    """The same by going through the calendar, one day after the other."""
    state, due, handed = "not_started", first, None
    today = DAY(2017, 1, 1)
    while today <= day:
        for one in steps:
            if one.on == today:
                inside = one.target == "submitted" or one.target == "done"
                if inside and handed is None:
                    handed = today
                if not inside:
                    handed = None
                state, due = one.target, one.due_on
        today += datetime.timedelta(days=1)
    if handed is None:
        return "not_done" if day > due or (over and day == due) else "open"
    if handed > due:
        return "late"
    if state == "submitted":
        return "waiting"
    return "in_time" if handed <= first else "extended"


@settings(max_examples=150, deadline=None)
@given(first=days, steps=logs, day=days, over=st.booleans())
def test_against_a_walk_through_the_calendar(first, steps, day, over):
    now = standing(first, steps, day)
    assert str(outcome(first, now, day, over)) == naive(first, steps, day, over)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(list(Outcome)), max_size=12), st.integers(0, 3))
def test_a_verdict_never_hides_what_is_late(outcomes, linked):
    tally = Tally(**{str(key): outcomes.count(key) for key in Outcome})
    found = verdict(tally, linked)
    assert tally.total == len(outcomes)
    if linked and Outcome.NOT_DONE in outcomes:
        assert found == Verdict.NEGLECTED
    if found == Verdict.DISCHARGED:
        assert set(outcomes) <= {Outcome.IN_TIME, Outcome.EXTENDED}
        assert outcomes


PERIODS = [
    ("", "2017Q3", DAY(2017, 7, 1), SEPT, False),
    ("period=2017Q2", "2017Q2", DAY(2017, 4, 1), JUNE, False),
    ("period=2017", "2017", DAY(2017, 1, 1), SEPT, False),
    ("from=2017-05-01&to=2017-05-31", "", DAY(2017, 5, 1), DAY(2017, 5, 31), False),
    ("from=2017-05-31&to=2017-05-01", "2017Q3", DAY(2017, 7, 1), SEPT, True),
    ("from=2017-02-30&to=2017-05-01", "2017Q3", DAY(2017, 7, 1), SEPT, True),
    ("period=nonsense", "2017Q3", DAY(2017, 7, 1), SEPT, True),
]


@pytest.mark.parametrize(("query", "key", "first", "as_of", "wrong"), PERIODS)
def test_periods(query, key, first, as_of, wrong):
    found = sheet_period.read(QueryDict(query), SEPT)
    assert (found.key, found.starts_on, found.as_of, found.wrong) == (key, first, as_of, wrong)


def log(one, *steps):
    """Puts the log of an assignment down: (state, month, day, deadline)."""
    source = "not_started"
    for target, month, day, due_on in steps:
        Transition.objects.create(
            plan=one.plan, assignment=one, verb="submit", source=source, target=target, due_on=due_on,
            on=DAY(2017, month, day), at=timezone.now(),
        )  # fmt: skip
        source = target


@pytest.fixture
def work(city, cast, plan):
    """Three duties: one with a late and a timely assignment, one in order, one without any task."""
    listed = factories.duty_list(city.safety, "粉尘防爆", "应急预案", "无人问津", state="published")
    dust, drill, _none = (item.duty for item in listed.items.order_by("position"))
    tasks = [factories.task(plan, lead=city.safety, title=f"任务{n}", due_on=JULY) for n in (1, 2, 3)]
    late, fine, drilled = (factories.assignment(task, city.safety) for task in tasks)
    log(fine, ("submitted", 7, 20, JULY), ("done", 7, 25, JULY))
    log(drilled, ("submitted", 7, 30, JULY), ("done", 8, 2, JULY))
    proof = factories.evidence(drilled, cast.inspector)
    Evidence.objects.filter(pk=proof.pk).update(uploaded_at=timezone.make_aware(datetime.datetime(2017, 7, 30, 9)))
    for task, duty in ((tasks[0], dust), (tasks[1], dust), (tasks[2], drill)):
        TaskItem.objects.create(task=task, duty=duty, state="confirmed", by=cast.admin, at=timezone.now())
    TaskItem.objects.create(task=tasks[2], duty=dust, state="suggested")
    return {"late": late, "list": listed}


def test_the_sheet_of_a_unit(work, city, cast, log_in):
    [sheet] = sheets_of([city.safety], sheet_period.read(QueryDict("period=2017Q3"), SEPT))
    assert [(line.item.title, line.linked, line.tally.total, line.verdict) for line in sheet.lines] == [
        ("粉尘防爆", 2, 2, Verdict.NEGLECTED), ("应急预案", 1, 1, Verdict.DISCHARGED),
        ("无人问津", 0, 0, Verdict.NO_RECORD),
    ]  # fmt: skip
    assert sheet.lines[1].tally.proofs == 1
    page = log_in(cast.inspector).get(reverse("sheet", args=[city.safety.pk]), {"period": "2017Q3"}).content.decode()
    for word in ("失职", "尽职", "无履职记录", "粉尘防爆", "按首次时限"):
        assert word in page, word


def test_before_its_deadline_nothing_was_neglected(work, city):
    [sheet] = sheets_of([city.safety], sheet_period.read(QueryDict("period=2017Q2"), SEPT))
    assert [line.verdict for line in sheet.lines] == [Verdict.IDLE, Verdict.IDLE, Verdict.NO_RECORD]
    [sheet] = sheets_of([city.safety], sheet_period.read(QueryDict("from=2017-07-01&to=2017-07-31"), SEPT))
    assert [line.verdict for line in sheet.lines] == [Verdict.NEGLECTED, Verdict.PERFORMING, Verdict.NO_RECORD]
    [sheet] = sheets_of([city.safety], sheet_period.read(QueryDict("from=2017-07-01&to=2017-07-31"), JULY))
    assert sheet.lines[0].verdict == Verdict.PERFORMING  # the last day itself is still in time


def test_what_the_plan_asks_later_is_not_on_a_past_sheet(work, city):
    later = factories.assignment(work["late"].task, city.safety, period="2017H2", due_on=JULY, added_on=DAY(2017, 8, 1))
    for last, number in ((JULY, 2), (DAY(2017, 8, 1), 3)):
        period = sheet_period.read(QueryDict(f"from=2017-07-01&to={last}"), SEPT)
        [sheet] = sheets_of([city.safety], period)
        assert len(sheet.lines[0].rows) == number, later


def test_every_figure_leads_to_its_rows(work, city, cast, log_in):
    client, address = log_in(cast.inspector), reverse("sheet_rows", args=[city.safety.pk])
    dust = work["list"].items.get(title="粉尘防爆").pk
    known = {"period": "2017Q3", "item": dust}
    assert client.get(address, known).content.decode().count("<tr><td") == 2
    found = client.get(address, known | {"outcome": "not_done"}).content.decode()
    assert found.count("<tr><td") == 1
    assert f"/assignments/{work['late'].pk}/" in found
    assert client.get(address, known | {"outcome": "extended"}).content.decode().count("<tr><td") == 0


def test_the_workbook_says_the_same(work, city, cast, log_in, tmp_path):
    answer = log_in(cast.admin).get(reverse("sheet", args=[city.safety.pk]), {"period": "2017Q3", "format": "xlsx"})
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    sheet, assignments, rules = read_workbook(path)
    assert [(row[2], row[5], row[6], row[-1]) for row in sheet.rows[3:]] == [
        ("粉尘防爆", 2.0, 2.0, "失职"), ("应急预案", 1.0, 1.0, "尽职"), ("无人问津", 0.0, 0.0, "无履职记录"),
    ]  # fmt: skip
    assert len(assignments.rows) == 3 + 3
    assert rules.rows[3][0] == "无履职记录"
    assert io.BytesIO(path.read_bytes()).read(2) == b"PK"


def test_who_may_read_a_sheet(work, city, cast, log_in):
    address = reverse("sheet", args=[city.safety.pk])
    allowed = {cast.admin: 200, cast.auditor: 200, cast.inspector: 200, cast.head: 404, cast.outsider: 404}
    for person, status in allowed.items():
        assert log_in(person).get(address).status_code == status, person.username
        assert log_in(person).get(reverse("sheet_rows", args=[city.safety.pk])).status_code == status
    town = factories.duty_list(city.town, "镇街职责", state="published")
    head = log_in(cast.head)  # of the district above the town
    assert head.get(reverse("sheet", args=[town.organization_id])).status_code == 200
    overview = head.get(reverse("sheet_list")).content.decode()
    assert "胶北街道" in overview
    assert "市安监局" not in overview


@pytest.mark.parametrize("who", ["admin", "head"])
def test_no_page_takes_more_queries_for_more_rows(who, work, city, cast, plan, log_in):
    client = log_in(cast.admin if who == "admin" else factories.user(city.safety, Role.HEAD))
    pages = [reverse(name, args=[city.safety.pk]) + "?period=2017" for name in ("sheet", "sheet_rows")]
    pages += [reverse("sheet_list") + query for query in ("?period=2017", "?period=2017Q3&q=市")]
    few = [taken(client, page) for page in pages]
    for _ in range(8):
        unit = factories.organization(parent=city.safety)
        for owner, listed in ((unit, factories.duty_list(unit, state="published")), (city.safety, work["list"])):
            one = factories.assignment(factories.task(plan, lead=owner, due_on=JULY), owner)
            log(one, ("submitted", 7, 20, JULY))
            factories.evidence(one, cast.inspector)
            TaskItem.objects.create(task=one.task, duty=listed.items.first().duty, state="confirmed")
    many = [taken(client, page) for page in pages]
    assert [(page, number) for page, old, number in zip(pages, few, many, strict=True) if number > old] == []
    assert max(few) <= LIMIT, few
