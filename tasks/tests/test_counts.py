"""The dashboard's summary is exact after every kind of write, and a check says so where it is not."""

import datetime
import itertools
import threading
import uuid

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.db.models import OuterRef, Subquery, Sum

from background.schedule import discover
from organizations.models import Organization, OrganizationAlias
from tasks import counts, jobs
from tasks.actions import tidy
from tasks.branches import branch_case, branch_of
from tasks.models import Assignment, AssignmentCount, BranchCount, ImportBatch
from tasks.states import AssignmentState
from tests import factories
from tests.factories import TODAY

State = AssignmentState
DAY = datetime.timedelta(days=1)
DATES = [None, TODAY - DAY, TODAY, datetime.date(2016, 12, 30), datetime.date(2018, 2, 1)]
SLOT = datetime.datetime(2017, 9, 20, 2, 30, tzinfo=datetime.UTC)


@pytest.fixture
def task(plan, city):
    return factories.task(plan, lead=city.safety)


def kept(plan) -> dict:
    return {
        counts.Key(*row[:-1]): row[-1]
        for row in AssignmentCount.objects.filter(plan=plan).values_list(*counts.Key._fields, "number")
    }


@pytest.fixture
def every_kind(task, city):
    """Each state with each deadline and day of submission, written past the summary."""
    kinds = itertools.product(State.values, DATES, DATES)
    return Assignment.objects.bulk_create(
        Assignment(
            plan=task.plan, work_point=task.work_point, task=task, organization=city.safety, role="lead",
            period=f"p{number}", starts_on=TODAY, due_on=due_on, done_on=done_on, state=state,
        )
        for number, (state, due_on, done_on) in enumerate(kinds)
    )  # fmt: skip


class TestRebuild:
    def test_sql_counts_what_python_counts(self, plan, every_kind):
        counts.rebuild(plan)
        assert counts.differences(plan) == {}
        in_python: dict = {}
        for row in every_kind:
            key = counts.key_of(row, plan.year)
            if key is not None:
                in_python[key] = in_python.get(key, 0) + 1
        assert kept(plan) == in_python

    def test_leaves_other_plans_alone(self, plan, city, task):
        factories.assignment(task, city.safety)
        other = factories.plan(city.commission, 2018)
        factories.assignment(factories.task(other, lead=city.safety), city.safety)
        before = kept(plan)
        counts.rebuild(other)
        assert kept(plan) == before
        assert sum(kept(other).values()) == 1

    def test_a_plan_without_assignments(self, plan):
        counts.rebuild(plan)
        assert kept(plan) == {}

    def test_takes_the_same_queries_for_one_row_and_many(self, plan, task, city, django_assert_max_num_queries):
        for unit in (city.safety, city.transport, city.town):
            factories.assignment(task, unit)
        with django_assert_max_num_queries(8):
            counts.rebuild(plan)
        with django_assert_max_num_queries(5):
            counts.differences(plan)


class TestChanged:
    def test_moves_one(self, plan, task, city):
        row = factories.assignment(task, city.safety, due_on=TODAY)
        before = counts.key_of(row, 2017)
        row.state, row.done_on = State.DONE, TODAY + DAY
        row.save()
        counts.changed(before=before, after=row)
        assert counts.differences(plan) == {}
        assert {key.lot: number for key, number in kept(plan).items()} == {"unit": 0, "late": 1}

    def test_nothing_to_move_is_no_query(self, task, city, django_assert_num_queries):
        row = factories.assignment(task, city.safety)
        with django_assert_num_queries(0):
            counts.changed(before=counts.key_of(row, 2017), after=row)

    def test_cancelling_and_reviving(self, plan, task, city):
        row = factories.assignment(task, city.safety)
        before = counts.key_of(row, 2017)
        row.state = State.CANCELLED
        row.save()
        counts.changed(before=before, after=row)
        assert set(kept(plan).values()) == {0}
        row.state = State.NOT_STARTED
        row.save()
        counts.changed(before=None, after=row)
        assert counts.differences(plan) == {}

    def test_many_at_once(self, plan, city, django_assert_max_num_queries):
        tasks = [factories.task(plan, lead=city.safety, point=n % 3 + 1) for n in range(9)]
        rows = [factories.assignment(task, unit) for task in tasks for unit in (city.safety, city.transport)]
        before = [counts.key_of(row, 2017) for row in rows]
        for number, row in enumerate(rows):
            row.due_on = TODAY + number % 2 * DAY
            row.state = State.CANCELLED if number == 0 else row.state
        Assignment.objects.bulk_update(rows, ["due_on", "state"])
        with django_assert_max_num_queries(4):
            counts.changed_many(zip(before, rows, strict=True))
        assert counts.differences(plan) == {}

    def test_rows_that_came_to_nothing_are_dropped(self, plan, task, city):
        row = factories.assignment(task, city.safety)
        counts.changed(before=counts.key_of(row, 2017), after=None)
        assert counts.drop_empty(plan) == 2  # by organization and by branch


class TestBranches:
    """The plant stands under the town, the town under Jiaozhou, Jiaozhou directly below the commission."""

    def by_branch(self, plan) -> dict:
        found = BranchCount.objects.filter(plan=plan).values_list("branch__short_name").annotate(n=Sum("number"))
        return {name: number for name, number in found if number}

    def owe(self, plan, city):
        task = factories.task(plan, lead=city.safety)
        for unit in (city.commission, city.office, city.safety, city.jiaozhou, city.town, city.plant):
            factories.assignment(task, unit)

    def test_sums_what_is_below(self, plan, city):
        self.owe(plan, city)
        right = {"市安委会": 1, "市安委办": 1, "市安监局": 1, "胶州市政府": 3}
        assert self.by_branch(plan) == right
        counts.rebuild(plan)
        assert self.by_branch(plan) == right
        assert plan.counted_tree == counts.tree_now(plan)

    def test_python_and_sql_find_the_same_branch(self, city):
        for unit in Organization.objects.all():
            OrganizationAlias.objects.create(organization=unit, name=f"又名{unit.pk}")
        for unit in Organization.objects.annotate(found=branch_case_of_units()):
            assert unit.found == branch_of(unit.path)

    def test_a_unit_that_moves_is_noticed_and_followed(self, plan, city):
        self.owe(plan, city)
        counts.rebuild(plan)
        city.town.parent = city.pingdu
        city.town.save()
        assert plan.counted_tree != counts.tree_now(plan)
        assert jobs.follow_tree(slot=SLOT) == "1 plans counted anew"
        assert self.by_branch(plan)["平度市政府"] == 2
        assert counts.differences(plan) == {}
        assert jobs.follow_tree(slot=SLOT) == "0 plans counted anew"

    def test_a_change_inside_a_branch_is_no_news(self, plan, city):
        counts.rebuild(plan)
        city.plant.parent = city.jiaozhou
        city.plant.save()
        assert plan.counted_tree == counts.tree_now(plan)

    def test_differences_sees_a_wrong_branch(self, plan, city):
        self.owe(plan, city)
        BranchCount.objects.filter(branch=city.safety).update(number=5)
        [(key, numbers)] = counts.differences(plan).items()
        assert (key.level, key.branch_id, numbers) == ("branch", city.safety.pk, (5, 1))


def branch_case_of_units():
    """The same expression for a query of organizations themselves."""
    one = OrganizationAlias.objects.filter(organization=OuterRef("pk")).annotate(b=branch_case()).values("b")[:1]
    return Subquery(one)


class TestCheck:
    @pytest.fixture
    def wrong(self, plan, task, city):
        factories.assignment(task, city.safety)
        AssignmentCount.objects.update(number=7)
        return plan

    def test_says_where_and_fails(self, wrong, capsys):
        with pytest.raises(SystemExit) as error:
            call_command("check_counts")
        assert error.value.code == 1
        out = capsys.readouterr().out
        assert "2017: wrong in 1 rows" in out
        assert "the summary says 7, there are 1" in out
        assert counts.differences(wrong) != {}

    def test_repairs(self, wrong, capsys):
        call_command("check_counts", "--repair")
        assert "counted anew" in capsys.readouterr().out
        assert counts.differences(wrong) == {}
        call_command("check_counts")
        assert "2017: right" in capsys.readouterr().out

    def test_looks_at_one_year_only(self, wrong):
        call_command("check_counts", "--year", "2018")

    def test_the_nightly_job_logs_and_repairs(self, wrong, caplog):
        said = discover().jobs["tasks.check_counts"].work(slot=SLOT)
        assert said == "1 plans, 1 rows were wrong and were counted anew"
        assert "says 7, there are 1" in caplog.text
        assert counts.differences(wrong) == {}
        assert jobs.check_counts(slot=SLOT) == "1 plans, 0 rows were wrong"


class TestOldPreviews:
    def make(self, plan, cast, days, **fields):
        at = SLOT - days * DAY
        given = {"state": ImportBatch.State.PREVIEWED} | fields
        sha256 = uuid.uuid4().hex * 2
        return ImportBatch.objects.create(plan=plan, name="x.xlsx", sha256=sha256, by=cast.admin, at=at, **given)

    def test_only_what_nobody_wants_any_more_goes(self, plan, cast):
        state = ImportBatch.State
        stays = {
            self.make(plan, cast, 29).pk,
            self.make(plan, cast, 400, state=state.COMMITTED, decided_at=SLOT - 400 * DAY).pk,
            self.make(plan, cast, 400, state=state.DISCARDED, decided_at=SLOT - DAY).pk,
        }
        self.make(plan, cast, 31)
        self.make(plan, cast, 400, state=state.DISCARDED, decided_at=SLOT - 31 * DAY)
        assert tidy.remove_old_previews(at=SLOT) == 2
        assert set(ImportBatch.objects.values_list("pk", flat=True)) == stays
        assert tidy.remove_old_previews(at=SLOT) == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_full_count_waits_for_a_change_that_is_not_committed(plan, task, city):
    row = factories.assignment(task, city.safety, due_on=TODAY)
    changed, counted = threading.Event(), threading.Event()

    def change():
        try:
            with transaction.atomic():
                mine = Assignment.objects.select_related("plan").get(pk=row.pk)
                before = counts.key_of(mine, 2017)
                mine.state = State.CANCELLED
                mine.save()
                counts.changed(before=before, after=mine)
                changed.set()
                assert not counted.wait(0.5), "the full count did not wait"
        finally:
            connections.close_all()

    thread = threading.Thread(target=change)
    thread.start()
    changed.wait()
    counts.rebuild(plan)
    counted.set()
    thread.join()
    assert counts.differences(plan) == {}
