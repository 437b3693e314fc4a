"""The admin's pages for plans and work points."""

import datetime

import pytest

from audit.models import AuditEntry
from lib import clock
from tasks import counts
from tasks.actions.fanout import fan_out
from tasks.models import Plan
from tasks.states import AssignmentState, Cadence
from tests import factories

NEXT = {
    "year": "2018",
    "title": "2018年安全生产工作要点",
    "document_number": "青安〔2018〕1号",
    "issued_on": "2018-03-01",
}


@pytest.fixture
def admin(cast, plan, log_in):
    client = log_in(cast.admin)
    client.cookies["django_language"] = "en"
    return client


def text(response):
    return response.content.decode()


def errors(response):
    return response.context["form"].errors


def typed(client, path):
    form = client.get(path).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


# ---------------------------------------------------------------- the list


def test_the_list_counts_and_names_the_state(admin, plan, city):
    task = factories.task(plan, lead=city.safety)
    factories.assignment(task, city.safety, state=AssignmentState.DONE)
    factories.assignment(task, city.jiaozhou)
    factories.task(plan, withdrawn=True)
    factories.plan(city.commission, 2016)
    factories.plan(city.commission, 2018, points=0)
    rows = {row.year: row for row in admin.get("/plans/").context["rows"]}
    assert list(rows) == [2018, 2017, 2016]
    assert (rows[2017].points, rows[2017].tasks, rows[2017].assignments, rows[2017].percent) == (10, 1, 2, 50)
    assert [rows[year].state for year in rows] == ["In preparation", "In force", "Year over"]


def test_everybody_of_the_city_reads_the_list_and_only_their_own_counts(cast, plan, city, log_in):
    task = factories.task(plan, lead=city.safety)
    factories.assignment(task, city.safety)
    factories.assignment(factories.task(plan, lead=city.pingdu), city.pingdu)
    page = log_in(cast.head).get("/plans/")
    assert page.context["rows"][0].assignments == 0
    assert "/plans/new/" not in text(page)
    assert log_in(cast.auditor).get("/plans/").context["rows"][0].assignments == 2
    assert log_in(cast.outsider).get("/plans/").context["rows"] == []


@pytest.mark.parametrize("years", [1, 12])
def test_the_list_in_a_constant_number_of_queries(years, admin, city, django_assert_max_num_queries):
    for year in range(2005, 2005 + years):
        factories.task(factories.plan(city.commission, year, points=1))
    with django_assert_max_num_queries(15):
        admin.get("/plans/")


# ---------------------------------------------------------------- a plan


def test_next_years_plan_stands_beside_this_years(admin, plan):
    page = admin.get("/plans/new/")
    form = page.context["form"]
    assert (form["year"].value(), form["title"].value()) == (2018, "2018年安全生产工作要点")
    response = admin.post("/plans/new/", NEXT | {"points_of": plan.pk}, follow=True)
    assert response.redirect_chain == [("/2018/plan/", 302)]
    made = Plan.objects.get(year=2018)
    assert list(made.work_points.values_list("number", "title")) == list(
        plan.work_points.values_list("number", "title")
    )
    assert plan.work_points.count() == 10
    assert AuditEntry.objects.filter(verb="work_point.create").count() == 10
    assert AuditEntry.objects.get(verb="plan.create").after["issued_on"] == "2018-03-01"


def test_a_plan_may_begin_empty(admin):
    admin.post("/plans/new/", NEXT)
    assert Plan.objects.get(year=2018).work_points.count() == 0


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"year": "2017"}, "year", "already a plan of this year"),
        ({"year": "99"}, "year", "2000"),
        ({"year": "x"}, "year", "whole number"),
        ({"title": ""}, "title", "required"),
        ({"issued_on": "2019-01-01"}, "issued_on", "issued in 2018 or the year before"),
        ({"issued_on": "soon"}, "issued_on", "no day"),
        ({"points_of": "999999"}, "points_of", "no such plan in this city"),
    ],
)
def test_a_wrong_plan_is_refused_at_its_field(changed, field, words, admin):
    response = admin.post("/plans/new/", NEXT | changed)
    assert words in errors(response)[field][0]
    assert "青安〔2018〕1号" in text(response)
    assert Plan.objects.count() == 1


def test_the_work_points_of_another_city_are_not_lent(admin, cast):
    foreign = factories.plan(cast.outsider.organization)
    assert "points_of" in errors(admin.post("/plans/new/", NEXT | {"points_of": foreign.pk}))


def test_another_day_of_issue_fans_out_anew(admin, plan, city):
    task = factories.task(plan, lead=city.safety, cadence=Cadence.QUARTERLY)
    fan_out(tasks=[task], by=None, at=clock.now(), today=clock.today())
    assert task.assignments.count() == 3
    response = admin.post("/2017/edit/", typed(admin, "/2017/edit/") | {"issued_on": "2017-01-10"}, follow=True)
    assert "The plan was saved. Assignments: 1 created" in text(response)
    assert task.assignments.count() == 4
    assert counts.differences(plan) == {}
    entry = AuditEntry.objects.get(verb="plan.update")
    assert (entry.before, entry.after) == ({"issued_on": "2017-04-07"}, {"issued_on": "2017-01-10"})


def test_the_year_of_a_plan_does_not_change(admin, plan):
    admin.post("/2017/edit/", typed(admin, "/2017/edit/") | {"year": "2019", "title": "新标题"})
    plan.refresh_from_db()
    assert (plan.year, plan.title, plan.issued_on) == (2017, "新标题", datetime.date(2017, 4, 7))


@pytest.mark.parametrize("path", ["/2017/edit/", "/2017/points/1/edit/"])
def test_a_stale_form_is_refused(path, admin, plan):
    mine = typed(admin, path) | {"title": "我的标题"}
    admin.post(path, typed(admin, path) | {"title": "别人的标题"})
    response = admin.post(path, mine)
    assert "Somebody changed this while the form was open" in text(response)
    assert "别人的标题" in text(response)
    assert "我的标题" in text(response)
    seen = response.context["form"]["seen"].value()
    assert admin.post(path, mine | {"seen": seen}).status_code == 302


# ---------------------------------------------------------------- work points


def test_a_work_point_is_added_and_renumbered(admin, plan):
    form = admin.get("/2017/points/new/").context["form"]
    assert form["number"].value() == 11
    data = {"number": "11", "title": "第十一项", "short_title": "十一", "summary": "一\r\n二"}
    assert admin.post("/2017/points/new/", data)["Location"] == "/2017/points/11/"
    assert plan.work_points.get(number=11).summary == "一\n二"
    changed = typed(admin, "/2017/points/11/edit/") | {"number": "12"}
    assert admin.post("/2017/points/11/edit/", changed)["Location"] == "/2017/points/12/"
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")] == ["work_point.create", "work_point.update"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": "1"}, "number"),
        ({"number": "0"}, "number"),
        ({"title": ""}, "title"),
        ({"short_title": "长" * 13}, "short_title"),
    ],
)
def test_a_wrong_work_point_is_refused(changed, field, admin, plan):
    response = admin.post("/2017/points/new/", {"number": "11", "title": "题", "short_title": ""} | changed)
    assert list(errors(response)) == [field]
    assert plan.work_points.count() == 10


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("path", ["/2017/edit/", "/2017/points/new/", "/2017/points/1/edit/"])
def test_only_those_who_manage_the_plan(path, cast, plan, log_in, django_assert_max_num_queries):
    for who in ("head", "inspector", "enterprise", "auditor"):
        assert log_in(getattr(cast, who)).get(path).status_code == 403
        assert log_in(getattr(cast, who)).post(path, NEXT).status_code == 403
    assert log_in(cast.outsider).get(path).status_code == 404
    client = log_in(cast.admin)
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200


def test_only_managers_make_plans(cast, plan, log_in):
    assert log_in(cast.auditor).post("/plans/new/", NEXT).status_code == 403
    log_in(cast.outsider).post("/plans/new/", NEXT)
    assert Plan.objects.get(year=2018).issuer == cast.outsider.organization, "another city has its own"


def test_unknown_plans_and_points_are_not_there(admin):
    for path in ("/2018/edit/", "/2018/tasks/", "/2018/tasks/new/", "/2017/points/11/edit/", "/tasks/999999/edit/"):
        assert admin.get(path).status_code == 404
