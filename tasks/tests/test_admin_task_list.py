"""The admin's list of tasks: filters in the address, order, pages, export, and changes of many at once."""

import datetime
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from audit.models import AuditEntry
from lib import clock
from tasks import counts
from tasks.actions.fanout import fan_out
from tasks.models import Assignment, Milestone, ProgressEntry, Task, TaskUnit
from tasks.states import AssignmentState, Cadence
from tests import factories

DAY = datetime.date


@pytest.fixture
def admin(cast, plan, log_in):
    client = log_in(cast.admin)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def some(plan, city):
    """Four tasks that differ in everything that can be filtered, with their assignments."""
    made = [
        factories.task(plan, 1, city.safety, city.districts, number="1", title="安全体检", target=450, unit="家"),
        factories.task(plan, 2, city.districts, number="2", title="消防演练", cadence=Cadence.QUARTERLY),
        factories.task(plan, 2, (), city.transport, number="3", title="隧道检查", due_on=DAY(2017, 6, 30)),
        factories.task(plan, 3, number="4", title="宣传", is_proposed=True, requirement="进社区", due_on=None),
    ]
    factories.task(plan, 3, city.safety, number="5", title="已撤回", withdrawn=True)
    fan_out(tasks=made, by=None, at=clock.now(), today=clock.today())
    return made


def text(response):
    return response.content.decode()


def numbers(client, query=""):
    return [row.number for row in client.get(f"/2017/tasks/{query}").context["rows"]]


def bulk(client, do, tasks, **data):
    """Ticks, looks at the confirmation, and confirms."""
    asked = client.post("/2017/tasks/bulk/?point=2", {"do": do, "pick": [task.pk for task in tasks]})
    confirmed = {"do": do, "picked": asked.context["picked"], "confirmed": "1"} | data
    return client.post("/2017/tasks/bulk/?point=2", confirmed, follow=True)


# ---------------------------------------------------------------- list


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "1234"),
        ("?q=消防", "2"),
        ("?q=3", "3"),
        ("?q=社区", "4"),
        ("?q=市安监局", "1"),
        ("?point=2", "23"),
        ("?cadence=quarterly", "2"),
        ("?lead={safety}", "1"),
        ("?lead=g{districts}", "2"),
        ("?proposed=1", "4"),
        ("?proposed=0", "123"),
        ("?units=with", "123"),
        ("?units=without", "4"),
        ("?units=nolead", "34"),
        ("?due_from=2017-10-01", "12"),
        ("?due_to=2017-06-30", "23"),
        ("?due_from=2017-10-01&due_to=2017-10-31", "1"),
        ("?withdrawn=1", "5"),
        ("?withdrawn=all", "12345"),
        ("?sort=-plan", "4321"),
        ("?sort=title", "1432"),
        ("?sort=due", "3124"),
        ("?sort=-due", "1342"),
        ("?sort=target", "1234"),
        ("?sort=nonsense&point=99&lead=x&cadence=x&due_from=x&q=%00", "1234"),
        ("?point=2&q=无", ""),
    ],
)
def test_filters_and_order_live_in_the_address(query, expected, admin, some, city):
    query = query.format(safety=city.safety.pk, districts=city.districts.pk)
    found = "".join(numbers(admin, query))
    assert (sorted(found) == sorted(expected)) if "title" in query else found == expected


def test_what_was_not_understood_is_said(admin, some):
    page = text(admin.get("/2017/tasks/?lead=x&units=x"))
    assert "Not applied" in page
    assert "Lead unit、Units" in page


def test_a_row_says_how_its_assignments_stand(admin, some, city):
    row = some[0].assignments.get(organization=city.safety)
    Assignment.objects.filter(pk=row.pk).update(state=AssignmentState.DONE, done_on=DAY(2017, 9, 1))
    shown = admin.get("/2017/tasks/").context["rows"][0]
    assert (shown.tally.closed, shown.tally.total) == (1, 3)
    assert (shown.lead, shown.cooperating, shown.target) == ("市安监局", "各区市政府", "450 家")


def test_empty_lists_say_what_to_do(admin, plan):
    assert "Import a list from Excel" in text(admin.get("/2017/tasks/"))
    assert "No task fulfils all conditions" in text(admin.get("/2017/tasks/?q=无"))


@pytest.mark.parametrize("count", [1, 120])
def test_the_list_in_a_constant_number_of_queries(count, admin, plan, city):
    tasks = [factories.task(plan, lead=city.safety, cooperating=city.districts) for _n in range(count)]
    fan_out(tasks=tasks, by=None, at=clock.now(), today=clock.today())
    with CaptureQueriesContext(connection) as queries:
        page = admin.get("/2017/tasks/?q=任务&point=1&proposed=0")
    assert page.context["page"].paginator.count == count
    assert len(queries) <= 15, "\n".join(q["sql"][:120] for q in queries)
    if count > 50:
        assert len(admin.get("/2017/tasks/?page=3").context["rows"]) == 20


def test_the_export_holds_exactly_the_filtered_rows(admin, some):
    response = admin.get("/2017/tasks/export/?units=with&sort=-plan")
    content = b"".join(response.streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[3:]] == ["3", "2", "1"]
    assert rows[3][10] == DAY(2017, 6, 30)
    assert rows[4][8:11] == ["Quarterly", "", "End of each quarter"]
    assert rows[5][4:8] == [450, "家", "市安监局", "各区市政府"]
    assert "Units: with units" in rows[1][0]


# ---------------------------------------------------------------- many at once


def test_nothing_is_written_before_it_is_confirmed(admin, some):
    page = admin.post("/2017/tasks/bulk/", {"do": "withdraw", "pick": [task.pk for task in some[:2]]})
    assert "Withdraw 2 tasks?" in text(page)
    assert "Open assignments are cancelled" in text(page)
    assert "1 安全体检" in text(page)
    assert Task.objects.current().count() == 4


def test_deadlines_move_by_days_or_to_a_day(admin, some, plan):
    response = bulk(admin, "deadline", some, days="-14")
    assert response.redirect_chain == [("/2017/tasks/?point=2", 302)]
    assert "2 tasks were changed. Assignments: 0 created, 4 adjusted, 0 cancelled." in text(response)
    assert [task.due_on for task in Task.objects.current()] == [DAY(2017, 10, 17), None, DAY(2017, 6, 16), None]
    assert set(some[0].assignments.values_list("due_on", flat=True)) == {DAY(2017, 10, 17)}
    bulk(admin, "deadline", some, due_on="2017-11-30")
    assert [task.due_on for task in Task.objects.current()] == [DAY(2017, 11, 30), None, *[DAY(2017, 11, 30)] * 2]
    assert counts.differences(plan) == {}
    assert AuditEntry.objects.filter(verb="task.update").count() == 5


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "either a day or a number"),
        ({"days": "3", "due_on": "2017-10-01"}, "either a day or a number"),
        ({"days": "900"}, "366"),
        ({"days": "x"}, "whole number"),
        ({"due_on": "1917-10-01"}, "Check the year"),
        ({"due_on": "2017-05-01"}, "before the start of: 1 安全体检"),
        ({"due_on": "2017-07-01"}, "before a milestone of: 3 隧道检查"),
    ],
)
def test_a_deadline_that_does_not_fit_one_changes_none(data, words, admin, some):
    Task.objects.filter(pk=some[0].pk).update(starts_on=DAY(2017, 6, 1))
    Milestone.objects.create(task=some[2], due_on=DAY(2017, 8, 1))
    response = bulk(admin, "deadline", some, **data)
    assert words in text(response)
    for value in data.values():
        assert value in text(response)
    assert not AuditEntry.objects.filter(verb="task.update").exists()


def test_recurring_tasks_are_left_out_and_said_to_be(admin, some):
    page = admin.post("/2017/tasks/bulk/", {"do": "deadline", "pick": [task.pk for task in some]})
    assert "1 recurring task is left out" in text(page)
    assert len(page.context["concerned"]) == 3


def test_another_cadence(admin, some, plan):
    response = bulk(admin, "cadence", some[:2], cadence="monthly", due_day="25")
    assert "2 tasks were changed" in text(response)
    assert some[0].assignments.standing().count() == 27
    assert some[0].assignments.filter(state=AssignmentState.CANCELLED).count() == 3
    assert counts.differences(plan) == {}
    wrong = bulk(admin, "cadence", some[:2], cadence="yearlong", due_day="25")
    assert "has no use for this" in text(wrong)


@pytest.mark.parametrize(
    ("role", "how", "units", "lead", "cooperating"),
    [
        ("lead", "replace", "市交通运输委", "市交通运输委", "各区市政府"),
        ("lead", "add", "市交通运输委", "市安监局、市交通运输委", "各区市政府"),
        ("cooperating", "add", "市交通运输委、市安监局", "市安监局", "各区市政府、市交通运输委"),
        ("cooperating", "remove", "各区市政府", "市安监局", ""),
        ("lead", "replace", "各区（市）政府", "各区市政府", ""),
    ],
)
def test_units_of_many(role, how, units, lead, cooperating, admin, some, plan):
    bulk(admin, "units", [some[0]], role=role, how=how, units=units)
    named = list(TaskUnit.objects.filter(task=some[0]))
    found = {name: "、".join(u.label for u in named if u.role == name) for name in ("lead", "cooperating")}
    assert found == {"lead": lead, "cooperating": cooperating}
    assert counts.differences(plan) == {}


@pytest.mark.parametrize("units", ["", "没有的单位", "济南安委会"])
def test_unknown_units_change_nothing(units, admin, some):
    response = bulk(admin, "units", some, role="lead", how="replace", units=units)
    assert response.context["form"].errors["units"]
    assert units in text(response)
    assert not AuditEntry.objects.filter(verb="task.update").exists()


def test_proposals_are_confirmed(admin, some):
    assert "1 task was changed" in text(bulk(admin, "confirm", some))
    assert not Task.objects.filter(is_proposed=True).exists()
    bulk(admin, "propose", some)
    assert Task.objects.filter(is_proposed=True).count() == 4


def test_withdrawn_and_restored(admin, some, city, plan):
    done = some[0].assignments.get(organization=city.safety)
    Assignment.objects.filter(pk=done.pk).update(state=AssignmentState.DONE, done_on=DAY(2017, 9, 1))
    response = bulk(admin, "withdraw", some[:1])
    assert "1 task was withdrawn. Assignments: 0 created, 0 adjusted, 2 cancelled." in text(response)
    assert numbers(admin) == ["2", "3", "4"]
    assert some[0].assignments.standing().get() == done
    assert "1 task was restored" in text(bulk(admin, "restore", some[:1]))
    assert some[0].assignments.standing().count() == 3
    assert counts.differences(plan) == {}


def test_a_withdrawn_number_that_was_given_away_is_not_restored(admin, some, plan):
    bulk(admin, "withdraw", some[:1])
    factories.task(plan, 1, number="1")
    assert "Another task has this number now" in text(bulk(admin, "restore", some[:1]))
    assert not Task.objects.current().filter(pk=some[0].pk).exists()


def test_only_what_nobody_worked_on_is_deleted(admin, some, city, cast, plan):
    row = some[0].assignments.get(organization=city.safety)
    ProgressEntry.objects.create(
        plan=plan, assignment=row, author=cast.inspector, created_at=clock.now(), happened_on=DAY(2017, 9, 1),
        quantity=3, percent=1, what="体检 3 家",
    )  # fmt: skip
    page = admin.post("/2017/tasks/bulk/", {"do": "delete", "pick": [task.pk for task in some]})
    assert "1 task is left out, because work has been done" in text(page)
    forced = {"do": "delete", "picked": str(some[0].pk), "confirmed": "1"}
    admin.post("/2017/tasks/bulk/", forced)
    assert Task.objects.filter(pk=some[0].pk).exists()
    assert "3 tasks were deleted" in text(bulk(admin, "delete", some))
    assert numbers(admin) == ["1"]
    assert counts.differences(plan) == {}
    assert AuditEntry.objects.filter(verb="task.delete").count() == 3


def test_all_of_the_filtered_list(admin, plan, city):
    tasks = [factories.task(plan, 2) for _n in range(60)] + [factories.task(plan, 3)]
    page = admin.post("/2017/tasks/bulk/?point=2", {"do": "units", "all": "1", "pick": tasks[0].pk})
    assert len(page.context["concerned"]) == 60
    data = {"do": "units", "picked": page.context["picked"], "confirmed": "1"}
    admin.post("/2017/tasks/bulk/?point=2", data | {"role": "lead", "how": "add", "units": "市安监局"})
    assert Assignment.objects.filter(organization=city.safety).count() == 60


@pytest.mark.parametrize(
    "data", [{}, {"do": "withdraw"}, {"do": "explode", "pick": "1"}, {"do": "delete", "pick": "²"}]
)
def test_nothing_chosen_is_said(data, admin, plan):
    assert "No task was chosen" in text(admin.post("/2017/tasks/bulk/", data, follow=True))


def test_tasks_of_another_plan_or_city_are_never_touched(admin, some, cast, city):
    other = factories.task(factories.plan(city.commission, 2018), lead=city.safety)
    foreign = factories.task(factories.plan(cast.outsider.organization), lead=cast.outsider.organization)
    page = admin.post("/2017/tasks/bulk/", {"do": "withdraw", "pick": [other.pk, foreign.pk]}, follow=True)
    assert "No task was chosen" in text(page)
    assert not Task.objects.filter(pk__in=[other.pk, foreign.pk], withdrawn=True).exists()


@pytest.mark.parametrize("do", ["deadline", "units", "withdraw"])
def test_bulk_in_a_constant_number_of_queries(do, admin, plan, city):
    data = {"deadline": {"days": "7"}, "units": {"role": "lead", "how": "add", "units": "市交通运输委"}}.get(do, {})

    def cost(count):
        tasks = [factories.task(plan, lead=city.safety, cooperating=city.districts) for _n in range(count)]
        fan_out(tasks=tasks, by=None, at=clock.now(), today=clock.today())
        picked = ",".join(str(task.pk) for task in tasks)
        with CaptureQueriesContext(connection) as queries:
            admin.post("/2017/tasks/bulk/", {"do": do, "picked": picked, "confirmed": "1"} | data)
        return len(queries)

    assert cost(40) <= cost(1) + 3


def test_a_choice_is_shown_in_both_languages(admin, some):
    admin.cookies["django_language"] = "zh-hans"
    page = text(admin.post("/2017/tasks/bulk/", {"do": "withdraw", "pick": some[0].pk}))
    assert "撤销 1 项任务？" in page
