"""The admin's pages for tasks: new, edit, refused input, stale forms."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from organizations.models import Organization, OrganizationGroup
from tasks import counts
from tasks.models import Assignment, Task, TaskUnit, WorkPoint
from tasks.states import AssignmentState, Cadence, UnitRole
from tests import factories

DAY = datetime.date
NEW = {
    "number": "7",
    "title": "重点企业安全体检",
    "requirement": "逐家体检",
    "cadence": "once",
    "starts_on": "2017-04-10",
    "due_on": "2017-10-31",
    "due_day": "",
    "due_month": "",
    "target": "450",
    "unit": "家",
    "lead": "市安监局",
    "cooperating": "各区市政府、市交通运输委",
    "note": "",
    "milestones-TOTAL_FORMS": "2",
    "milestones-INITIAL_FORMS": "0",
    "milestones-0-due_on": "2017-06-30",
    "milestones-0-title": "完成 200 家",
    "milestones-1-due_on": "",
    "milestones-1-title": "",
}


@pytest.fixture
def admin(cast, plan, log_in):
    client = log_in(cast.admin)
    client.cookies["django_language"] = "en"
    return client


def text(response):
    return response.content.decode()


def point(plan, number=1):
    return plan.work_points.get(number=number).pk


def create(client, plan, **changed):
    return client.post(f"/{plan.year}/tasks/new/", NEW | {"work_point": point(plan)} | changed)


def typed(client, task):
    """What the edit form of a task holds, as a browser would send it."""
    page = client.get(f"/tasks/{task.pk}/edit/")
    form, lines = page.context["form"], page.context["lines"]
    values = {name: form[name].value() for name in form.fields}
    values |= {f"milestones-{k}": lines.management_form[k].value() for k in lines.management_form.fields}
    for line in lines:
        values |= {line.add_prefix(name): line[name].value() for name in line.fields}
    return {name: "" if value is None else value for name, value in values.items() if value is not False}


def edit(client, task, **changed):
    return client.post(f"/tasks/{task.pk}/edit/", typed(client, task) | changed, follow=True)


def errors(response):
    return response.context["form"].errors


# ---------------------------------------------------------------- new


def test_a_new_task_makes_its_assignments(admin, plan, city):
    response = create(admin, plan)
    task = Task.objects.get()
    assert response["Location"] == f"/tasks/{task.pk}/"
    page = text(admin.get(response["Location"]))
    assert "Added: 7 重点企业安全体检. Assignments: 4 created, 0 adjusted, 0 cancelled." in page
    assert (task.target, task.unit, task.due_on, task.position) == (450, "家", DAY(2017, 10, 31), 1)
    assert {a.organization: a.role for a in task.assignments.all()} == {
        city.safety: "lead", city.transport: "cooperating", city.jiaozhou: "cooperating", city.pingdu: "cooperating",
    }  # fmt: skip
    assert task.units.filter(role=UnitRole.COOPERATING).first().group == city.districts
    assert [(m.due_on, m.title) for m in task.milestones.all()] == [(DAY(2017, 6, 30), "完成 200 家")]
    entry = AuditEntry.objects.get(verb="task.create")
    assert entry.after["cooperating"] == ["各区市政府", "青岛市交通运输委员会"]
    assert counts.differences(plan) == {}


def test_the_next_one_stands_ready(admin, plan):
    response = create(admin, plan, again="1", work_point=point(plan, 3))
    assert response["Location"] == "/2017/tasks/new/?point=3"
    page = admin.get(response["Location"])
    assert page.context["form"]["work_point"].value() == point(plan, 3)


def test_a_task_without_units_is_said_to_be_nobodys(admin, plan):
    response = create(admin, plan, lead="", cooperating="")
    assert "nobody has been given an assignment" in text(admin.get(response["Location"]))


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"title": ""}, "title", "required"),
        ({"lead": "没有的单位"}, "lead", "No unit of this city is called “没有的单位”"),
        ({"lead": "没有的单位、也没有的"}, "lead", "也没有的"),
        ({"cooperating": "济南安委会"}, "cooperating", "No unit of this city"),
        ({"cooperating": "市安监局"}, "cooperating", "already leads this task"),
        ({"due_on": "2017-04-01"}, "due_on", "before the start"),
        ({"due_on": "2071-10-31"}, "due_on", "Check the year"),
        ({"due_on": "2017-02-30"}, "due_on", "no day"),
        ({"target": "-1"}, "target", "negative"),
        ({"target": "many"}, "target", "number"),
        ({"work_point": "999999"}, "work_point", "does not belong to the plan"),
        ({"cadence": "daily"}, "cadence", "valid choice"),
        ({"cadence": "monthly"}, "due_on", "has no use for this"),
        ({"due_day": "15"}, "due_day", "has no use for this"),
        ({"cadence": "monthly", "due_on": "", "due_day": "32"}, "due_day", "31"),
    ],
)
def test_wrong_input_is_said_at_its_field_and_nothing_is_lost(changed, field, words, admin, cast, plan):
    response = create(admin, plan, **changed)
    assert response.status_code == 200
    assert list(errors(response)) == [field]
    assert words in " ".join(errors(response)[field])
    assert "重点企业安全体检" in text(response) or "title" in changed
    for name, value in changed.items():
        assert value in text(response) or name in ("work_point", "cadence"), "a list keeps no value it does not have"
    assert "完成 200 家" in text(response)
    assert not Task.objects.exists()
    assert not Assignment.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_dissolved_unit_is_refused(admin, plan, city):
    Organization.objects.filter(pk=city.transport.pk).update(is_active=False)
    response = create(admin, plan)
    assert "was dissolved" in errors(response)["cooperating"][0]


def test_a_work_point_of_another_plan_is_refused(admin, plan, city):
    other = factories.plan(city.commission, 2018)
    assert "work_point" in errors(create(admin, plan, work_point=point(other)))


def test_a_number_stands_once_in_a_work_point(admin, plan):
    create(admin, plan)
    assert "already has a task of this number" in errors(create(admin, plan, title="另一项"))["number"][0]
    assert create(admin, plan, work_point=point(plan, 2)).status_code == 302
    Task.objects.filter(work_point=point(plan)).update(withdrawn=True)
    assert create(admin, plan, title="另一项").status_code == 302, "a withdrawn task frees its number"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({"milestones-0-due_on": "2017-11-30"}, "after the deadline"),
        ({"milestones-0-due_on": "2017-04-01"}, "before the start"),
        ({"milestones-0-due_on": ""}, "Name the day"),
        ({"milestones-1-due_on": "2017-06-30"}, "two milestones on this day"),
        ({"milestones-TOTAL_FORMS": "x"}, "ManagementForm"),
    ],
)
def test_milestones_lie_on_the_way(lines, words, admin, plan):
    response = create(admin, plan, **lines)
    assert response.status_code == 200
    assert words in text(response)
    assert not Task.objects.exists()


# ---------------------------------------------------------------- edit


def test_a_change_of_units_and_deadline_adjusts_what_is_open(admin, plan, city):
    create(admin, plan)
    task = Task.objects.get()
    done = task.assignments.get(organization=city.jiaozhou)
    Assignment.objects.filter(pk=done.pk).update(state=AssignmentState.DONE, done_on=DAY(2017, 9, 1))
    counts.rebuild(plan)
    response = edit(admin, task, due_on="2017-11-30", cooperating="市交通运输委、胶北街道")
    assert "Assignments: 1 created, 2 adjusted, 1 cancelled." in text(response)
    rows = {a.organization: a for a in task.assignments.all()}
    assert rows[city.jiaozhou].due_on == DAY(2017, 10, 31), "what was done stays"
    assert rows[city.pingdu].state == AssignmentState.CANCELLED
    assert rows[city.town].due_on == rows[city.safety].due_on == DAY(2017, 11, 30)
    entry = AuditEntry.objects.get(verb="task.update")
    assert entry.before["due_on"] == "2017-10-31"
    assert entry.after["cooperating"] == ["青岛市交通运输委员会", "胶州市胶北街道办事处"]
    assert set(entry.after) == {"due_on", "cooperating"}
    assert counts.differences(plan) == {}


def test_a_unit_can_change_its_role(admin, plan, city):
    create(admin, plan, cooperating="市交通运输委")
    task = Task.objects.get()
    edit(admin, task, lead="市交通运输委", cooperating="市安监局")
    assert dict(task.assignments.values_list("organization__short_name", "role")) == {
        "市交通运输委": "lead",
        "市安监局": "cooperating",
    }


def test_saving_without_a_change_writes_nothing(admin, plan):
    create(admin, plan, requirement="一\r\n二")
    task = Task.objects.get()
    before = AuditEntry.objects.count()
    assert "Nothing was changed" in text(edit(admin, task))
    task.refresh_from_db()
    assert (task.version, task.requirement, AuditEntry.objects.count()) == (1, "一\n二", before)


def test_another_work_point_takes_the_assignments_along(admin, plan):
    create(admin, plan)
    task = Task.objects.get()
    edit(admin, task, work_point=point(plan, 4))
    assert set(task.assignments.values_list("work_point__number", flat=True)) == {4}
    assert counts.differences(plan) == {}


def test_a_once_task_can_become_monthly(admin, plan, city):
    create(admin, plan, cooperating="")
    task = Task.objects.get()
    edit(
        admin, task, cadence="monthly", due_on="", due_day="25", **{"milestones-0-due_on": "", "milestones-0-title": ""}
    )
    open_rows = task.assignments.standing()
    assert open_rows.count() == 9
    assert task.milestones.count() == 0


def test_a_stale_form_is_refused_and_keeps_what_was_typed(admin, plan, city):
    create(admin, plan)
    task = Task.objects.get()
    mine = typed(admin, task) | {"title": "我改的题目", "due_on": "2017-12-01"}
    edit(admin, task, due_on="2017-11-11", lead="市交通运输委", cooperating="")
    response = admin.post(f"/tasks/{task.pk}/edit/", mine)
    assert response.status_code == 200
    page = text(response)
    assert "Somebody changed this task while the form was open" in page
    assert "Deadline is now: 11 Nov 2017" in page
    assert "Lead unit is now: 青岛市交通运输委员会" in page
    assert "我改的题目" in page
    task.refresh_from_db()
    assert task.title == "重点企业安全体检"
    again = {name: response.context["form"][name].value() for name in ("version",)}
    assert admin.post(f"/tasks/{task.pk}/edit/", mine | again).status_code == 302
    task.refresh_from_db()
    assert (task.title, task.due_on) == ("我改的题目", DAY(2017, 12, 1))


def test_a_dissolved_unit_of_an_old_task_has_to_be_replaced(admin, plan, city):
    task = factories.task(plan, lead=city.transport)
    Organization.objects.filter(pk=city.transport.pk).update(is_active=False)
    response = edit(admin, task, title="新题目")
    assert "was dissolved" in errors(response)["lead"][0]
    assert edit(admin, task, lead="市安监局").redirect_chain


def test_a_group_of_another_city_is_unknown(admin, cast, plan):
    OrganizationGroup.objects.create(
        city=cast.outsider.organization, name="各县区政府", rule=OrganizationGroup.Rule.KIND, argument="district"
    )
    assert "No unit of this city" in errors(create(admin, plan, lead="各县区政府"))["lead"][0]


# ---------------------------------------------------------------- who may


PATHS = ["/2017/tasks/", "/2017/tasks/new/", "/2017/tasks/export/", "/tasks/{pk}/edit/"]


@pytest.mark.parametrize("path", PATHS)
def test_only_those_who_manage_the_plan(path, cast, plan, city, log_in):
    path = path.format(pk=factories.task(plan, lead=city.safety).pk)
    for who in ("head", "inspector", "enterprise", "auditor"):
        assert log_in(getattr(cast, who)).get(path).status_code == 403, who
    assert log_in(factories.user(city.jiaozhou, "admin")).get(path).status_code == 403
    assert log_in(cast.outsider).get(path).status_code == 404
    assert log_in(cast.admin).get(path).status_code == 200


@pytest.mark.parametrize("who", ["head", "auditor", "outsider"])
def test_nobody_else_writes(who, cast, plan, city, log_in):
    task = factories.task(plan, lead=city.safety)
    client = log_in(getattr(cast, who))
    expected = 404 if who == "outsider" else 403
    assert create(client, plan).status_code == expected
    assert client.post(f"/tasks/{task.pk}/edit/", NEW).status_code == expected
    assert client.post("/2017/tasks/bulk/", {"do": "withdraw", "pick": task.pk}).status_code == expected
    assert Task.objects.count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [1, 60])
def test_forms_in_a_constant_number_of_queries(size, language, admin, plan, city):
    admin.cookies["django_language"] = language
    units = [factories.organization(parent=city.commission) for _n in range(size)]
    task = factories.task(plan, lead=units, cooperating=city.districts)
    for unit in units:
        factories.assignment(task, unit)
    for path in ("/2017/tasks/new/", f"/tasks/{task.pk}/edit/"):
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(path).status_code == 200
        assert len(queries) <= 15, "\n".join(q["sql"][:90] + " … " + q["sql"][-90:] for q in queries)


def test_saving_costs_the_same_for_few_and_many_units(admin, plan, city):
    def cost(names):
        with CaptureQueriesContext(connection) as queries:
            create(admin, plan, number="", lead="、".join(names), cooperating="各区市政府")
        return len(queries)

    units = [factories.organization(parent=city.commission).name for _n in range(60)]
    create(admin, plan, number="")
    assert cost(units) - cost(units[:1]) <= 3, "SQLite inserts in batches; nothing is done unit by unit"
    assert WorkPoint.objects.count() == 10
    assert TaskUnit.objects.filter(role=UnitRole.LEAD).count() == 62
    assert Task.objects.filter(cadence=Cadence.ONCE).count() == 3
