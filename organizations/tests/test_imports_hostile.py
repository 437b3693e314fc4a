"""Workbooks that would do harm: superiors in circles, authorities as enterprises, names that mean two units."""

import io
import json
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import call_command

from audit.models import AuditEntry
from organizations.models import Organization, OrganizationGroup
from organizations.names import NameIndex

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
UNITS = ["序号", "单位全称", "简称", "其他称谓", "类型", "上级单位", "统一社会信用代码", "是否安委会成员单位"]
ENTERPRISES = ["序号", "企业名称", "统一社会信用代码", "所属区市", "所属镇街", "行业监管部门", "从业人员数"]
TOWN, TOWN_CODE = "莱西市姜山镇人民政府", "11370285YX3981534N"


def run(command, file, *flags):
    """(exit status, what the JSON says, standard error) of a command."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command(command, str(file), "--json", *flags, stdout=out, stderr=err)
    except SystemExit as end:
        status = end.code
    return status, json.loads(out.getvalue() or "{}"), err.getvalue()


@pytest.fixture
def bring(tmp_path):
    """Imports rows below a header: `bring(UNITS, row, row)`; returns (codes of the errors, standard error)."""

    def bring(header, *rows, merge=None):
        path = tmp_path / "rows.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("表")
            for number, row in enumerate([["表"], header, *rows]):
                sheet.write_row(number, 0, row)
            if merge:
                sheet.merge_range(merge, rows[0][3])
        command = "import_organizations" if "单位全称" in header else "import_enterprises"
        status, found, err = run(command, path)
        codes = [fault["code"] for fault in found["errors"]]
        assert status == (1 if codes else 0)
        return codes, err

    return bring


def unit(name, above, kind="镇街", short="", code="", aliases="", member="否"):
    """A row of the list of units."""
    return [1, name, short, aliases, kind, above, code, member]


@pytest.fixture
def known(db):
    """The city of the sample, as name → unit."""
    assert run("import_organizations", SAMPLES / "organizations.xlsx")[0] == 0
    return {found.name: found for found in Organization.objects.select_related("parent")}


def upright():
    """True if every unit's path is its superior's path and its own key."""
    rows = Organization.objects.select_related("parent")
    return all(row.path == f"{row.parent.path if row.parent else '/'}{row.pk}/" for row in rows)


# ---------------------------------------------------------------- the tree
def test_a_unit_never_stands_below_itself(known, bring):
    district = unit("即墨市人民政府", "即墨市某镇", "区市政府", "即墨市政府")
    codes, _err = bring(UNITS, district, unit("即墨市某镇", "即墨市人民政府"))
    assert codes == ["parent_refused", "parent_refused"]
    assert Organization.objects.get(name="即墨市人民政府").parent.name == "青岛市安全生产委员会"
    assert upright()


def test_nothing_stands_above_the_commission(known, bring):
    codes, _err = bring(UNITS, unit("青岛市安全生产委员会", "市安监局", "市政府部门"))
    assert codes == ["parent_of_top"]
    assert Organization.objects.filter(parent=None).get().kind == Organization.Kind.COMMISSION


def test_a_commission_office_stands_at_the_top_of_the_city_only(known, bring):
    """Its people see the whole city; a district's own office is no such unit."""
    codes, _err = bring(UNITS, unit("即墨市安委会办公室", "即墨市政府", "安委会办公室"))
    assert codes == ["commission_below"]
    codes, _err = bring(UNITS, unit("青岛市安全生产委员会办公室", "", "安委会办公室"))
    assert codes == ["parent_missing"], "the office that has a superior does not become a second head"


def test_what_hangs_on_a_refused_row_is_refused_with_it(known, bring):
    taken = unit("新设区人民政府", "市安委会", "区市政府", aliases="即墨市")
    codes, _err = bring(UNITS, taken, unit("新设区某街道", "新设区人民政府"))
    assert codes == ["aliases_taken", "parent_refused"]
    assert not Organization.objects.filter(name__startswith="新设区").exists()


def test_nothing_new_below_a_dissolved_unit(known, bring):
    Organization.objects.filter(name="即墨市人民政府").update(is_active=False)
    codes, err = bring(UNITS, unit("即墨市某镇", "即墨市人民政府"))
    assert codes == ["parent_inactive"]
    assert "即墨市人民政府" in err


def test_renamed_moved_and_extended_in_one_file(known, bring):
    """A superior is named by its new name; what moves takes along what stands below."""
    town = known[TOWN]
    community = Organization.objects.create(name="姜山社区", kind="community", parent=town)
    renamed = unit("莱西市姜山街道办事处", "胶州市政府", code=TOWN_CODE)
    other = unit("姜山第二社区", "莱西市姜山街道办事处", "社区")
    moved = unit("姜山社区", "姜山第二社区", "社区")
    assert bring(UNITS, moved, other, renamed)[0] == []
    assert upright()
    community.refresh_from_db()
    assert community.path.startswith(known["胶州市人民政府"].path)
    town.refresh_from_db()
    assert community.path == f"{town.path}{Organization.objects.get(name='姜山第二社区').pk}/{community.pk}/"


# ---------------------------------------------------------------- which unit is meant
@pytest.mark.parametrize(("name", "code"), [("青岛市公安局", ""), ("青岛示例冒名有限公司", TOWN_CODE)])
def test_no_authority_becomes_an_enterprise(name, code, known, bring):
    before = list(Organization.objects.order_by("pk").values())
    codes, _err = bring(ENTERPRISES, [1, name, code, "平度市", "", "市安监局", 35])
    assert codes == ["not_an_enterprise"]
    assert list(Organization.objects.order_by("pk").values()) == before


def test_two_rows_that_mean_one_unit(known, bring):
    by_code = unit("莱西市姜山街道办事处", "莱西市政府", code=TOWN_CODE)
    codes, _err = bring(UNITS, unit(TOWN, "莱西市政府", short="姜山镇", code=""), by_code)
    assert codes == ["name_duplicate"]
    assert Organization.objects.get(credit_code=TOWN_CODE).name == TOWN


def test_a_short_name_of_another_unit_is_refused(known, bring):
    codes, _err = bring(UNITS, unit("某某局", "市安委会", "市政府部门", short="市安监局"))
    assert codes == ["short_name_taken"]
    assert NameIndex.for_city(known["青岛市安全生产委员会"]).find("市安监局") == known["青岛市安全生产监督管理局"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"short": "短" * 61}, "short_name_too_long"),
        ({"aliases": "别" * 121}, "aliases_too_long"),
    ],
)
def test_nothing_is_cut_off_in_silence(changed, code, known, bring):
    assert bring(UNITS, unit("某某局", "市安委会", "市政府部门", **changed))[0] == [code]


# ---------------------------------------------------------------- what the file does not say
def test_a_column_that_is_missing_takes_nothing_away(known, bring):
    run("import_enterprises", SAMPLES / "enterprises-450.xlsx")
    before = Organization.objects.select_related("enterprise").get(name="青岛示例通达汽车运输有限公司")
    assert bring(["企业名称", "所属区市", "从业人员数"], [before.name, "平度市", 99]) == (
        [],
        "新增 0，变更 1，不变 0，拒绝 0。\n",
    )
    after = Organization.objects.select_related("enterprise").get(pk=before.pk)
    assert after.enterprise.staff == 99
    for name in ("credit_code", "parent_id", "sector_regulator_id", "lng", "lat", "note"):
        assert getattr(after, name) == getattr(before, name), name
    assert (after.enterprise.industry, after.enterprise.hazard) == (
        before.enterprise.industry,
        before.enterprise.hazard,
    )
    assert AuditEntry.objects.latest("id").after == {"staff": 99}


def test_an_empty_code_leaves_the_known_one(known, bring):
    assert bring(UNITS, unit(TOWN, "莱西市政府", short="姜山镇"))[0] == []
    assert Organization.objects.get(name=TOWN).credit_code == TOWN_CODE


def test_a_row_put_in_at_the_top_is_no_change_of_the_others(known, bring):
    first = unit("甲局", "市安委会", "市政府部门")
    bring(UNITS, first)
    entries = AuditEntry.objects.count()
    _codes, err = bring(UNITS, unit("乙局", "市安委会", "市政府部门"), first)
    assert err == "新增 1，变更 0，不变 1，拒绝 0。\n"
    assert AuditEntry.objects.count() == entries + 1
    assert list(
        Organization.objects.filter(name__in=["甲局", "乙局"]).order_by("position").values_list("name", flat=True)
    ) == ["乙局", "甲局"]


# ---------------------------------------------------------------- how the sheet is laid out
def test_a_district_merged_over_its_enterprises(known, bring):
    rows = [[n, f"青岛示例第{n}有限公司", "", "平度市" if n == 1 else "", "", "市安监局", n] for n in (1, 2, 3)]
    assert bring(ENTERPRISES, *rows, merge="D3:D5")[0] == []
    assert Organization.objects.filter(parent__name="平度市人民政府", name__startswith="青岛示例第").count() == 3


def test_totals_and_remarks_without_a_serial_number_are_no_rows(known, bring):
    header = ENTERPRISES[1:]
    good = [["青岛示例甲有限公司", "", "平度市"], ["注塑示例有限公司", "", "平度市"]]
    tail = [["合计", "", ""], ["注：每季度更新", "", ""], ["填表人：王某", "", ""]]
    assert bring(header, *good, *tail)[0] == []
    assert Organization.objects.filter(kind="enterprise", parent__name="平度市人民政府").count() == 2


def test_a_changed_default_group_stays_as_the_admin_left_it(known):
    OrganizationGroup.objects.filter(name="有关企业").update(rule="key_enterprises", spellings="重点企业")
    run("import_organizations", SAMPLES / "organizations.xlsx")
    assert OrganizationGroup.objects.get(name="有关企业").rule == "key_enterprises"
    assert OrganizationGroup.objects.count() == 10


def test_many_changes_in_few_statements(known, bring, django_assert_max_num_queries):
    """Every second unit of the sample is given another short name."""
    rows = [
        [
            1,
            found.name,
            f"{found.short_name}新",
            "",
            found.category,
            found.parent.name if found.parent else "",
            "",
            "否",
        ]
        for found in list(known.values())[::2]
    ]
    with django_assert_max_num_queries(30):
        codes, err = bring(UNITS, *rows)
    assert codes == [] and err.startswith("新增 0，变更 53")
