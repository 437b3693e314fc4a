"""The sample workbook is read as expected/ says, through the command and into drafts; other files are refused."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from organizations.models import Organization
from responsibilities.models import LegalBasis, ResponsibilityItem, ResponsibilityList
from tests import factories

SAMPLES = Path(settings.BASE_DIR) / "samples"
FILE = SAMPLES / "responsibility-list.xlsx"
EXPECTED = json.loads((SAMPLES / "expected" / "responsibility-list.json").read_text())


@pytest.fixture
def departments(city):
    """The third department of the sample; the other two stand in the city."""
    make = factories.organization
    return make("青岛市城乡建设委员会", short_name="市城乡建设委", parent=city.commission, position=20)


def run(*arguments):
    """(exit status, standard output, standard error)."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_responsibilities", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


def test_every_row_is_read_as_expected(departments):
    status, out, _err = run(FILE, "--dry-run", "--json")
    assert status == 0
    assert json.loads(out) == EXPECTED
    assert ResponsibilityList.objects.count() == 0


def test_a_draft_for_each_unit_and_kind(departments, city):
    assert run(FILE)[0] == 0
    lists = ResponsibilityList.objects.order_by("organization__position", "kind")
    assert [(one.organization.label, one.kind, one.year, one.version, one.state) for one in lists] == [
        (name, kind, 2017, 1, "draft")
        for name in ("市安监局", "市交通运输委", "市城乡建设委")
        for kind in ("duties", "powers")
    ]
    assert [one.items.count() for one in lists] == [9, 8, 6, 9, 6, 9]
    item = ResponsibilityItem.objects.get(title__startswith="对发生生产安全事故负有责任")
    assert (item.category, item.office, item.post, item.means) == ("行政处罚", "事故调查处", "处长", "立案查处")
    assert [(b.law, b.version, b.articles) for b in item.bases.all()] == [
        ("中华人民共和国安全生产法", "2014", ["第一百零九条"]),
        ("生产安全事故报告和调查处理条例", "", ["第三十七条"]),
    ]


def test_the_second_time_nothing_changes(departments):
    run(FILE)
    before = list(ResponsibilityItem.objects.values_list("pk", "words")), list(LegalBasis.objects.values_list("pk"))
    status, _out, err = run(FILE)
    assert status == 0
    assert "0 new, 0 changed, 47 unchanged, 0 refused" in err
    assert before == (
        list(ResponsibilityItem.objects.values_list("pk", "words")), list(LegalBasis.objects.values_list("pk")),
    )  # fmt: skip
    assert ResponsibilityList.objects.count() == 6


def test_the_year_can_be_given(departments):
    assert run(FILE, "--year", "2018")[0] == 0
    assert set(ResponsibilityList.objects.values_list("year", flat=True)) == {2018}


def test_a_unit_that_nobody_knows_is_refused_row_by_row(city):
    status, out, err = run(FILE, "--json", "--dry-run")
    assert status == 1
    sheet = json.loads(out)["sheets"][2]
    assert sheet["rows"] == []
    assert {error["code"] for error in sheet["errors"]} == {"unknown_unit"}
    assert sheet["errors"][0] == {
        "row": 5, "column": "单位", "code": "unknown_unit", "value": "青岛市城乡建设委员会",
    }  # fmt: skip
    assert "青岛市城乡建设委员会" in err
    assert run(FILE)[0] == 1  # the other units' rows are taken
    assert ResponsibilityList.objects.count() == 4


def test_a_dissolved_unit_is_refused(departments):
    Organization.objects.filter(pk=departments.pk).update(is_active=False)
    _status, out, _err = run(FILE, "--json", "--dry-run")
    assert {error["code"] for error in json.loads(out)["sheets"][2]["errors"]} == {"unit_inactive"}


@pytest.mark.parametrize("name", ["tasks-classic.xlsx", "organizations.xlsx", "tasks-gbk.csv", "README.md", "no.xlsx"])
def test_another_file_cannot_be_read(name, city):
    status, out, err = run(SAMPLES / name, "--json")
    assert status == 2
    assert out == ""
    assert name in err


def test_without_a_commission_there_is_nowhere_to_put_it(db):
    assert run(FILE)[0] == 2
