"""manage.py import_tasks: what it prints, how it ends, what it writes."""

import json

import pytest
from django.core.management import CommandError, call_command

from tasks.models import Assignment, ImportBatch, Task
from tests import factories

from .import_world import CLASSIC, ERRORS, SAMPLES, UPDATE, build, row, sheet


@pytest.fixture
def plan(db, settings, tmp_path):
    return build()[0]


def run(capsys, *arguments):
    """(exit status, standard output, standard error)."""
    try:
        call_command("import_tasks", *(str(argument) for argument in arguments), "--year", "2017")
        status = 0
    except SystemExit as end:
        status = end.code
    except CommandError as error:
        return error.returncode, capsys.readouterr().out, str(error)
    said = capsys.readouterr()
    return status, said.out, said.err


def expected(name):
    return json.loads((SAMPLES / "expected" / f"{name}.json").read_text())


def test_a_dry_run_prints_the_rows_and_writes_nothing(plan, capsys):
    status, out, err = run(capsys, CLASSIC, "--json", "--dry-run")
    assert status == 0
    assert json.loads(out) == expected("tasks-classic")
    assert "nothing written" in err
    assert not Task.objects.exists() and not ImportBatch.objects.exists()


def test_an_import_creates_tasks_and_assignments(plan, capsys):
    status, out, err = run(capsys, CLASSIC)
    assert (status, out) == (0, "")
    assert "62 tasks created" in err
    assert Task.objects.count() == 62 and Assignment.objects.count() > 62


def test_the_difference_to_the_plan(plan, capsys):
    run(capsys, CLASSIC)
    status, out, _err = run(capsys, UPDATE, "--json", "--diff", "--dry-run")
    assert status == 0
    assert json.loads(out) == expected("tasks-update")
    run(capsys, UPDATE)
    _status, out, _err = run(capsys, UPDATE, "--diff", "--dry-run")
    again = json.loads(out)
    assert (again["created"], again["updated"], len(again["unchanged"])) == ([], [], 63)


def test_refused_rows_end_with_1_and_the_others_are_imported(plan, capsys):
    status, out, err = run(capsys, ERRORS, "--json")
    assert status == 1
    assert json.loads(out) == expected("tasks-errors")
    assert "row 6, 责任单位:" in err
    assert Task.objects.count() == 15


def test_an_unreadable_file_ends_with_2(plan, capsys, tmp_path):
    for path in (tmp_path / "none.xlsx", SAMPLES / "organizations.xlsx"):
        status, out, err = run(capsys, path, "--json")
        assert (status, out) == (2, "")
        assert path.name in err


def test_a_missing_plan_is_named(db, capsys, tmp_path):
    status, _out, err = run(capsys, sheet(tmp_path / "a.xlsx", row()))
    assert status == 2 and "seed_plan 2017" in err


def test_several_commissions_need_a_choice(plan, capsys, tmp_path):
    path = sheet(tmp_path / "a.xlsx", row())
    factories.plan(factories.organization("济南市安全生产委员会", "commission", short_name="济南安委会"))
    status, _out, err = run(capsys, path)
    assert status == 2 and "--commission" in err
    assert run(capsys, path, "--commission", plan.issuer.name)[0] == 0
    assert Task.objects.get().plan == plan
