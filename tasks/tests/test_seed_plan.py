"""seed_plan: from an empty database to the plan with its assignments, once."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from audit.models import AuditEntry
from organizations.models import Organization
from tasks import counts
from tasks.models import Assignment, Plan, Task, TaskUnit
from tasks.seed import reader
from tasks.states import Cadence, UnitRole
from tests import factories

TINY = """
issuer = "青岛市安全生产委员会"
year = 2018
title = "青岛市2018年安全生产工作要点"
document_number = "青安〔2018〕1号"
issued_on = 2018-03-01
"""
POINT = """
[point]
number = 1
title = "健全责任体系"
short_title = "责任体系"
summary = "把责任落到人。"

[[task]]
number = "1"
title = "报送季度小结"
requirement = "每季度报送一次。"
lead = ["市安监局"]
cooperating = ["各区市政府"]
cadence = "quarterly"
"""


def seed(year=2017, **options):
    out = io.StringIO()
    call_command("seed_plan", str(year), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def seeded(db):
    seed()
    return Plan.objects.get(year=2017)


@pytest.fixture
def plan_2018(tmp_path, monkeypatch):
    folder = tmp_path / "plan_2018"
    folder.mkdir()
    (folder / "plan.toml").write_text(TINY)
    (folder / "point_01.toml").write_text(POINT)
    monkeypatch.setattr(reader, "HOME", tmp_path)
    return folder


def everything():
    """What a second run must not change."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Plan, Task, TaskUnit, Assignment, AuditEntry, Organization)
    ]


def test_an_empty_database_gets_units_points_tasks_and_assignments(seeded):
    assert seeded.issuer.name == "青岛市安全生产委员会"
    assert seeded.issued_on == datetime.date(2017, 4, 7)
    assert seeded.work_points.count() == 10
    assert seeded.tasks.count() > 200
    assert min(seeded.work_points.annotate(n=Count("tasks")).values_list("n", flat=True)) >= 10
    assert not seeded.tasks.exclude(units__role=UnitRole.LEAD).exists()
    assert Assignment.objects.of_plan(seeded).count() > 3000
    assert counts.differences(seeded) == {}


def test_figures_of_the_policy_reach_the_assignments(seeded):
    assessed = Assignment.objects.get(task__title__contains="职业病危害防治评估", role=UnitRole.LEAD)
    assert (assessed.target, assessed.task.unit, assessed.organization.short_name) == (450, "家", "市安监局")
    pupils = seeded.tasks.get(title__contains="应急体验")
    assert (pupils.target, pupils.unit) == (100_000, "人次")
    reports = seeded.tasks.get(title__contains="季度工作报告")
    assert reports.cadence == Cadence.QUARTERLY
    jiaozhou = reports.assignments.filter(organization__name="胶州市人民政府")
    assert sorted(jiaozhou.values_list("period", flat=True)) == ["2017Q2", "2017Q3", "2017Q4"]
    assert seeded.tasks.filter(is_proposed=False).count() == 0


def test_every_task_and_fan_out_stands_in_the_record(seeded):
    verbs = AuditEntry.objects.filter(scope=seeded.issuer)
    assert verbs.filter(verb="plan.create").count() == 1
    assert verbs.filter(verb="task.create").count() == seeded.tasks.count()
    assert verbs.filter(verb="assignment.fan_out").count() == seeded.tasks.count()


def test_a_second_run_changes_nothing(seeded):
    before = everything()
    assert "nothing was changed" in seed()
    assert everything() == before


def test_what_an_admin_changed_or_deleted_stays_so(seeded):
    changed, deleted = seeded.tasks.get(number="1"), seeded.tasks.get(number="2")
    Task.objects.filter(pk=changed.pk).update(title="改过的任务", number="1a")
    deleted.assignments.all().delete()
    deleted.delete()
    before = everything()
    seed()
    assert everything() == before


def test_missing_tasks_come_back_only_when_asked(seeded):
    Task.objects.filter(plan=seeded, number="1").update(title="改过的任务")
    gone = seeded.tasks.get(number="2")
    gone.assignments.all().delete()
    gone.delete()
    assert "1 tasks added" in seed(add_missing=True)
    assert seeded.tasks.get(number="2").assignments.exists()
    assert seeded.tasks.get(number="1").title == "改过的任务"
    assert counts.differences(seeded) == {}


def test_units_that_are_there_stay_and_a_missing_one_is_named(city):
    with pytest.raises(CommandError, match=r"青岛市人民政府办公厅.*import_organizations"):
        seed()
    assert Organization.objects.count() == 8
    assert not Plan.objects.exists()


def test_a_year_without_files_is_refused(db):
    with pytest.raises(CommandError, match="No plan for 2018"):
        seed(2018)
    assert not Organization.objects.exists()


def test_a_plan_of_another_year_stands_beside(city, plan, plan_2018):
    factories.task(plan, lead=city.safety)
    before = list(Task.objects.filter(plan=plan).values_list())
    assert "1 tasks added, 12 assignments" in seed(2018)
    made = Plan.objects.get(year=2018)
    assert sorted(set(Assignment.objects.of_plan(made).values_list("period", flat=True))) == [
        "2018Q1", "2018Q2", "2018Q3", "2018Q4",
    ]  # fmt: skip
    assert list(Task.objects.filter(plan=plan).values_list()) == before


def test_a_wrong_file_is_named_and_nothing_is_written(city, plan_2018):
    (plan_2018 / "point_01.toml").write_text(POINT.replace("quarterly", "sometimes"))
    with pytest.raises(CommandError, match=r"point_01\.toml, task 1: unknown cadence sometimes"):
        seed(2018)
    assert not Plan.objects.exists()
