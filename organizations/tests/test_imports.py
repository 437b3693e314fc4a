"""Units and enterprises from the offices' workbooks, by the commands that an operator runs."""

import io
import json
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from organizations.models import EnterpriseProfile, Organization, OrganizationAlias, OrganizationGroup

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
UNIT_HEADER = ["序号", "单位全称", "简称", "其他称谓", "类型", "上级单位", "统一社会信用代码", "是否安委会成员单位"]
TOP = [1, "青岛市安全生产委员会", "市安委会", "", "议事协调机构", "", "", "否"]
SAFETY = [2, "青岛市安全生产监督管理局", "市安监局", "市安全监管局", "市政府部门", "市安委会", "", "是"]
TOWN_CODE = "11370285YX3981534N"


def run(command, file, *flags):
    """(exit status, standard output, standard error) of a command."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command(command, str(file), *flags, stdout=out, stderr=err)
    except SystemExit as end:
        status = end.code
    return status, out.getvalue(), err.getvalue()


def units(folder, *rows, header=UNIT_HEADER):
    """A workbook with a title, the header and these rows."""
    path = folder / "units.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("单位信息")
        for number, row in enumerate([["责任单位"], header, *rows]):
            sheet.write_row(number, 0, row)
    return path


@pytest.fixture
def imported(db):
    """The city of the sample."""
    assert run("import_organizations", SAMPLES / "organizations.xlsx")[0] == 0


@pytest.mark.parametrize("name", ["organizations", "enterprises-450"])
def test_every_row_of_the_sample_is_read_as_expected(name, imported):
    status, out, _err = run(f"import_{name.removesuffix('-450')}", SAMPLES / f"{name}.xlsx", "--json", "--dry-run")
    assert status == 0
    assert json.loads(out) == json.loads((SAMPLES / "expected" / f"{name}.json").read_text())


def test_the_tree_stands_with_paths_names_and_members(imported):
    top = Organization.objects.get(parent=None)
    assert (Organization.objects.count(), top.kind) == (106, "commission")
    for unit in Organization.objects.select_related("parent"):
        assert unit.path == f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"
    town = Organization.objects.get(name="莱西市姜山镇人民政府")
    assert (town.kind, town.parent.name, town.credit_code) == ("town", "莱西市人民政府", TOWN_CODE)
    assert Organization.objects.filter(kind="district").count() == 10
    assert OrganizationAlias.objects.get(name="即墨市").organization.short_name == "即墨市政府"


def test_collective_units_stand_for_their_members(imported):
    groups = {group.name: group.members().count() for group in OrganizationGroup.objects.all()}
    assert len(groups) == 10
    assert (groups["各区市政府"], groups["各功能区管委会"], groups["各镇街"]) == (10, 7, 25)
    assert groups["市安委会各成员单位"] == Organization.objects.filter(is_member=True).count() > 50
    run("import_enterprises", SAMPLES / "enterprises-450.xlsx")
    groups = {group.name: group.members().count() for group in OrganizationGroup.objects.all()}
    assert (groups["有关企业"], groups["重点监管企业"]) == (452, 47)  # with the two enterprises of the city itself
    assert groups["有关行业主管部门"] > 3


def test_enterprises_stand_below_their_town_with_regulator_and_profile(imported):
    run("import_enterprises", SAMPLES / "enterprises-450.xlsx")
    found = Organization.objects.select_related("parent__parent", "sector_regulator", "enterprise").get(
        name="青岛示例通达汽车运输有限公司"
    )
    assert (found.parent.name, found.parent.parent.name) == ("平度市灰埠镇人民政府", "平度市人民政府")
    assert found.sector_regulator.name == "青岛市交通运输委员会"
    assert (found.enterprise.industry, found.enterprise.staff, str(found.lng)) == ("道路运输", 31, "119.619420")
    assert found.path == f"{found.parent.path}{found.pk}/"
    assert EnterpriseProfile.objects.filter(major_hazard=True).count() == 47


@pytest.mark.parametrize("name", ["organizations", "enterprises-450"])
def test_a_second_import_changes_nothing(name, imported):
    command = f"import_{name.removesuffix('-450')}"
    run(command, SAMPLES / f"{name}.xlsx")
    entries = AuditEntry.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        status, _out, err = run(command, SAMPLES / f"{name}.xlsx")
    assert status == 0 and err.startswith("新增 0，变更 0，不变")
    assert AuditEntry.objects.count() == entries
    assert len(queries) < 30, "the number of queries does not follow the number of rows"


def test_a_dry_run_writes_nothing(db):
    status, _out, err = run("import_organizations", SAMPLES / "organizations.xlsx", "--dry-run")
    assert status == 0 and "106" in err
    assert not Organization.objects.exists() and not AuditEntry.objects.exists()


def test_each_new_and_changed_unit_is_recorded(db, tmp_path):
    run("import_organizations", units(tmp_path, TOP, SAFETY))
    assert AuditEntry.objects.filter(verb="organization.import").count() == 2
    changed = [*SAFETY[:2], "市安监", "安监局", *SAFETY[4:]]
    assert run("import_organizations", units(tmp_path, TOP, changed))[0] == 0
    entry = AuditEntry.objects.latest("id")
    assert entry.before == {"short_name": "市安监局", "aliases": ["市安全监管局"]}
    assert entry.after == {"short_name": "市安监", "aliases": ["安监局"]}
    assert entry.scope.name == TOP[1]
    assert list(OrganizationAlias.objects.values_list("name", flat=True)) == ["安监局"]


def test_a_moved_unit_takes_its_subtree_along(imported, tmp_path):
    town = Organization.objects.get(name="莱西市姜山镇人民政府")
    below = Organization.objects.create(name="姜山镇某社区", kind="community", parent=town)
    row = [1, town.name, "姜山镇", "", "镇街", "胶州市政府", TOWN_CODE.lower(), "否"]
    assert run("import_organizations", units(tmp_path, row))[0] == 0
    below.refresh_from_db()
    assert below.path.startswith(Organization.objects.get(name="胶州市人民政府").path)


def test_a_renamed_unit_is_known_by_its_code(imported, tmp_path):
    row = [1, "莱西市姜山街道办事处", "姜山街道", "", "镇街", "莱西市政府", TOWN_CODE, "否"]
    assert run("import_organizations", units(tmp_path, row))[0] == 0
    assert Organization.objects.count() == 106
    assert Organization.objects.get(credit_code=TOWN_CODE).name == "莱西市姜山街道办事处"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        (1, "", "name_missing"),
        (1, "市" * 121, "name_too_long"),
        (1, "青岛市安全生产委员会", "name_duplicate"),
        (3, "市安委会、青岛市安全生产委员会", "aliases_duplicate"),
        (4, "委办局", "kind_unknown"),
        (5, "济南市政府", "parent_unknown"),
        (5, "", "parent_missing"),
        (5, "市安监局", "parent_itself"),
        (6, "11370285YX3981534M", "uscc_invalid"),
        (7, "也许", "not_yes_or_no"),
    ],
)
def test_a_wrong_row_is_named_and_the_others_are_taken(column, value, code, db, tmp_path):
    row = [*SAFETY[:column], value, *SAFETY[column + 1 :]]
    status, out, err = run("import_organizations", units(tmp_path, TOP, row), "--json")
    assert status == 1
    faults = json.loads(out)["errors"]
    assert [(fault["row"], fault["column"], fault["code"]) for fault in faults] == [(4, UNIT_HEADER[column], code)]
    assert f"第 4 行“{UNIT_HEADER[column]}”" in err
    assert [row["name"] for row in json.loads(out)["rows"]] == [TOP[1]]
    assert list(Organization.objects.values_list("name", flat=True)) == [TOP[1]]


def test_superiors_in_a_circle_are_refused(db, tmp_path):
    first = [2, "甲局", "", "", "市政府部门", "乙局", "", "否"]
    second = [3, "乙局", "", "", "市政府部门", "甲局", "", "否"]
    status, out, _err = run("import_organizations", units(tmp_path, TOP, first, second), "--json")
    assert status == 1
    assert {fault["code"] for fault in json.loads(out)["errors"]} == {"parent_refused"}


def test_a_code_or_name_of_another_unit_is_refused(imported, tmp_path):
    row = [1, "新成立的局", "", "", "市政府部门", "市安委会", TOWN_CODE, "否"]
    other = [2, "另一个局", "", "即墨市", "市政府部门", "市安委会", "", "否"]
    status, out, _err = run("import_organizations", units(tmp_path, other), "--json")
    assert (status, json.loads(out)["errors"][0]["code"]) == (1, "aliases_taken")
    run("import_organizations", units(tmp_path, row))
    assert Organization.objects.filter(name="新成立的局").exists(), "a code that was free of its name means a renaming"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"所属区市": "历下区"}, "district_unknown"),
        ({"所属区市": ""}, "district_missing"),
        ({"所属镇街": "姜山镇"}, "town_elsewhere"),
        ({"行业监管部门": "市应急管理局"}, "regulator_unknown"),
        ({"从业人员数": "若干"}, "not_a_number"),
        ({"经度": "东经"}, "coordinate_invalid"),
        ({"纬度": "120.5"}, "coordinate_invalid"),
        ({"统一社会信用代码": "91370283YX3240322M"}, "uscc_invalid"),
    ],
)
def test_a_wrong_enterprise_is_named(changes, code, imported, tmp_path):
    good = {
        "企业名称": "青岛示例测试有限公司", "统一社会信用代码": "91370283YX3240322N", "所属区市": "平度市",
        "所属镇街": "灰埠镇", "行业监管部门": "市交通运输委", "从业人员数": "1,250人", "经度": "120.38", "纬度": 36.1,
    }  # fmt: skip
    header = list(good)
    path = units(tmp_path, list((good | changes).values()), list(good.values()), header=header)
    status, out, err = run("import_enterprises", path, "--json")
    found = json.loads(out)
    assert (status, [fault["code"] for fault in found["errors"]]) == (1, [code]), err
    assert found["errors"][0]["column"] in changes
    assert found["rows"][0]["staff"] == 1250


def test_unreadable_files_are_said_to_be_so(db, tmp_path):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"no workbook at all")
    assert run("import_organizations", broken)[0] == 2
    assert run("import_organizations", tmp_path / "missing.xlsx")[0] == 2
    status, out, err = run("import_organizations", units(tmp_path, header=["序号", "标题"]))
    assert (status, out) == (2, "") and "单位全称" in err


def test_enterprises_need_a_commission(db):
    with pytest.raises(CommandError, match="import_organizations"):
        run("import_enterprises", SAMPLES / "enterprises-450.xlsx")
