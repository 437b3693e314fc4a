"""Units and enterprises through the pages: upload, preview, commit, refused rows, undo."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import AuditEntry
from organizations.models import EnterpriseProfile, Organization, UnitImport
from tests import factories
from tests.watch import unsaid

from .unit_desk import FIRMS, UNITS, Desk, unit


def test_units_from_upload_to_tree_and_back(desk, city, cast):
    rows = [
        unit(1, "青岛市安全生产监督管理局", "市安监局", "市安全监管局"),
        unit(2, "青岛市财政局", "市财政局"),
        unit(3, "青岛市测试处", above="市财政局"),
    ]

    def names():
        return set(Organization.objects.filter(is_active=True).values_list("name", flat=True))

    before = names()
    batch = desk.upload(UNITS, *rows)
    assert (batch.new, batch.changed, batch.refused) == (2, 1, 0)
    assert names() == before, "nothing is written yet"
    page = desk.see(batch)
    assert "青岛市财政局" in page and "<ins>市安全监管局</ins>" in page and "Import 3 units" in page
    assert "2 units created, 1 changed" in desk.press("unit_import_commit", batch)
    assert Organization.objects.get(name="青岛市测试处").parent.name == "青岛市财政局"
    assert "nothing was written a second time" in desk.press("unit_import_commit", batch)
    page = desk.see(batch, "unit_import_undo")
    assert "青岛市测试处" in page and "Other names" in page
    assert names() != before, "looking is not doing"
    page = desk.press("unit_import_undo", batch)
    assert "Undone: 2 units dissolved, 1 restored, 0 kept." in page
    assert names() == before
    assert not city.safety.aliases.exists()
    assert AuditEntry.objects.filter(verb="unit_import.undo", by=cast.admin).count() == 1
    assert unsaid() == []
    again = desk.upload(UNITS, *rows)
    assert (again.new, again.changed) == (0, 3)
    desk.press("unit_import_commit", again)
    assert names() == before | {"青岛市财政局", "青岛市测试处"}


def test_what_was_used_or_changed_since_is_kept(desk, city):
    batch = desk.upload(UNITS, unit(1, "青岛市财政局", "市财政局"), unit(2, "青岛市测试处"),
                        unit(3, "青岛市安全生产监督管理局", "市安监局", "别名甲", note="新"))  # fmt: skip
    desk.press("unit_import_commit", batch)
    factories.user(Organization.objects.get(name="青岛市财政局"))
    Organization.objects.filter(pk=city.safety.pk).update(note="后来改的")
    page = desk.press("unit_import_undo", batch)
    assert "1 units dissolved, 1 restored, 2 kept" in page
    assert "belong to it since" in page and "stay: changed again since" in page
    assert Organization.objects.filter(name="青岛市财政局").exists()
    city.safety.refresh_from_db()
    assert city.safety.note == "后来改的" and not city.safety.aliases.exists()


def test_refused_rows_wait_and_are_marked_in_the_workbook(desk, city):
    batch = desk.upload(UNITS, unit(1, "青岛市财政局"), unit(2, "青岛市体育局", kind="体育部门"))
    assert (batch.new, batch.refused) == (1, 1)
    assert "is no known kind" in desk.see(batch, query="?show=refused")
    page = desk.press("unit_import_commit", batch, whole="1")
    assert "all or nothing was chosen" in page and batch.state == "previewed"
    desk.press("unit_import_commit", batch, whole="0")
    assert Organization.objects.filter(name="青岛市财政局").exists()
    response = desk.client.get(reverse("unit_import_file", args=[batch.pk]) + "?marked=1")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert "is no known kind" in book.worksheets[0]["E3"].comment.text
    assert "市政府部门" in list(book.worksheets[-1].values)[1][4]


def test_enterprises_come_with_their_profile_and_go_again(desk, city):
    rows = [[1, "青岛甲化工有限公司", "胶州市政府", "胶北街道", "化工", "市安监局", "35人"],
            [2, "青岛示例化工有限公司", "胶州市政府", "胶北街道", "危化品", "市安监局", 80]]  # fmt: skip
    batch = desk.upload(FIRMS, *rows, kind="enterprises")
    assert (batch.new, batch.changed) == (1, 1)
    desk.press("unit_import_commit", batch)
    assert EnterpriseProfile.objects.get(organization__name="青岛甲化工有限公司").staff == 35
    desk.press("unit_import_undo", batch)
    assert not Organization.objects.get(name="青岛甲化工有限公司").is_active
    profile = EnterpriseProfile.objects.filter(organization=city.plant).first()
    assert profile is None or (profile.industry, profile.staff) == ("", None)


def test_a_file_reaches_no_other_city_and_founds_none(desk, city):
    other = Organization.objects.get(name="济南市安全生产委员会")
    factories.organization("济南市财政局", short_name="济南财政", parent=other)
    batch = desk.upload(
        UNITS, unit(1, "烟台市安全生产委员会", kind="议事协调机构", above=""), unit(2, "济南市财政局", note="改"),
        unit(3, "青岛市财政局", "济南财政"), unit(4, "青岛市体育局", above="济南安委会"),
    )  # fmt: skip
    assert (batch.new, batch.changed, batch.refused) == (0, 0, 4)
    page = desk.see(batch)
    assert "belongs to another city" in page and "a unit of another city" in page


def test_units_that_changed_meanwhile_are_compared_anew(desk, city):
    batch = desk.upload(UNITS, unit(1, "青岛市安全生产监督管理局", "市安监局", note="新"))
    Organization.objects.filter(pk=city.safety.pk).update(note="旧")
    assert "the units have changed since the preview" in desk.press("unit_import_commit", batch)
    assert batch.state == "previewed"
    city.safety.refresh_from_db()
    assert city.safety.note == "旧"
    desk.press("unit_import_commit", batch)
    city.safety.refresh_from_db()
    assert city.safety.note == "新"


def test_the_same_file_waits_once_and_is_discarded_once(desk, city):
    batch = desk.upload(UNITS, unit(1, "青岛市财政局"))
    assert UnitImport.objects.count() == 1
    assert "as they were" in desk.press("unit_import_discard", batch)
    assert desk.client.get(reverse("unit_import_file", args=[batch.pk])).status_code == 404


def test_a_sheet_of_another_kind_is_said_at_the_form(desk):
    file = SimpleUploadedFile("x.xlsx", b"no workbook")
    page = desk.client.post(reverse("units_import_list"), {"file": file}).content.decode()
    assert "id_file_error" in page or "no Excel workbook" in page


def test_only_who_manages_units_may(cast, log_in, desk, city):
    batch = desk.upload(UNITS, unit(1, "青岛市财政局"))
    assert log_in(cast.head).get(reverse("unit_import", args=[batch.pk])).status_code == 403
    assert log_in(cast.outsider).get(reverse("unit_import", args=[batch.pk])).status_code == 404
    page = desk.client.get(reverse("organization_list")).content.decode()
    assert reverse("units_import_list") in page


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", ["units", "enterprises"])
def test_what_is_exported_comes_in_again_unchanged(kind, form, desk, city):
    """The list of units as the import of units, with the filter 企业 as the register of enterprises."""
    city.safety.aliases.create(name="青岛市安监局")
    Organization.objects.filter(pk=city.safety.pk).update(category="市政府部门", note="其它，见附件", credit_code="")
    Organization.objects.filter(pk=city.pingdu.pk).update(category="自设分类", is_member=True)
    Organization.objects.filter(pk=city.plant.pk).update(
        credit_code="91370283YX3240322N", lng="120.382612", lat="36.067108"
    )
    EnterpriseProfile.objects.create(
        organization=city.plant, industry="危险化学品", legal_post="董事长", hazard="严重", staff=1250,
        standardization="二级", major_hazard=True,
    )  # fmt: skip
    factories.organization("青岛示例二厂", "enterprise", parent=city.town)
    desk.client.cookies["django_language"] = "zh-hans"
    query = "&kind=enterprise" if kind == "enterprises" else ""
    response = desk.client.get(f"/units/export/?format={form}{query}")
    content = response.getvalue()
    file = SimpleUploadedFile(f"单位.{form}", content)
    response = desk.client.post(reverse(f"{kind}_import_list"), {"file": file})
    batch = UnitImport.objects.get(pk=int(response["Location"].split("/")[-2]))
    problems = list(batch.rows.values_list("name", "verdict", "before", "after", "problems"))
    assert (batch.new, batch.changed, batch.refused, problems) == (0, 0, 0, [])
    assert batch.unchanged == (
        2 if kind == "enterprises" else Organization.objects.exclude(name="济南市安全生产委员会").count()
    )


def test_the_problems_speak_the_language_of_who_looks_at_them(desk, city):
    batch = desk.upload(UNITS, unit(1, "青岛市体育局", kind="体育部门"), unit(2, "", member="也许"))
    assert "is no known kind" in desk.see(batch) and "the full name is missing" in desk.see(batch)
    desk.client.cookies["django_language"] = "zh-hans"
    page = desk.see(batch)
    assert "体育部门" in page and "is no known kind" not in page and "full name" not in page


def test_a_column_is_named_by_a_person_and_remembered_for_the_header(desk, city):
    head = ["序号", "机构", "类型", "上级单位", "外号"]
    rows = [
        [1, "青岛市财政局", "市政府部门", "市安委会", "财政"],
        [2, "青岛市体育局", "市政府部门", "市安委会", "体育"],
    ]
    batch = desk.upload(head, *rows)
    page = desk.see(batch)
    assert batch.writes == batch.refused == 0
    assert "No column was taken for: Full name" in page and "B · 机构" in page
    page = desk.press("unit_import_columns", batch, c1="name", c4="short_name")
    assert batch.new == 2 and "No column was taken for" not in page
    assert batch.rows.get(row=2).after["short_name"] == "财政"
    desk.press("unit_import_columns", batch, c4="note", c9="name", c0="nonsense")
    assert batch.rows.get(row=2).after["note"] == "财政" and not batch.rows.get(row=2).after.get("short_name")
    desk.press("unit_import_commit", batch)
    assert Organization.objects.get(name="青岛市财政局").note == "财政"
    assert "discarded" not in desk.press("unit_import_columns", batch, c4="")
    again = desk.upload(head, [1, "青岛市审计局", "市政府部门", "市安委会", "审计"])
    assert (again.new, again.rows.get().after["note"]) == (1, "审计")
    assert AuditEntry.objects.filter(verb="unit_import.choose").count() == 2


def test_what_one_file_taught_stays_when_the_next_teaches_more(desk, city):
    head = ["序号", "机构", "类型", "上级单位", "外号"]
    first = desk.upload(head, [1, "青岛市财政局", "市政府部门", "市安委会", "财政"])
    desk.press("unit_import_columns", first, c1="name", c4="note")
    second = desk.upload(head, [1, "青岛市体育局", "市政府部门", "市安委会", "体育"])
    desk.press("unit_import_columns", second, c4="short_name", c2="short_name")
    assert {c["column"]: c["field"] for c in second.layout["columns"]}[4] == "short_name", "the last of the two"
    desk.press("unit_import_columns", second, c2="kind")
    third = desk.upload(head, [1, "青岛市审计局", "市政府部门", "市安委会", "审计"])
    assert {c["column"]: c["field"] for c in third.layout["columns"]} == {
        0: "number", 1: "name", 2: "kind", 3: "parent", 4: "short_name",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["units", "enterprises"])
def test_columns_with_which_nothing_can_be_read_are_left_as_they_were(kind, desk, cast, city, log_in):
    """Said in the language of who asks, whoever brought the file in; the rows stay."""
    rows = {
        "units": [UNITS, unit(1, "青岛市财政局", "市财政局")],
        "enterprises": [FIRMS, [1, "青岛甲化工有限公司", "胶州市", "胶北街道", "化工", "市安监局", 20]],
    }
    batch = desk.upload(*rows[kind], kind=kind)
    nothing = {f"c{place}": "" for place in range(len(rows[kind][0]))}
    other = Desk(log_in(factories.user(city.office, "admin")))
    other.client.cookies["django_language"] = "zh-hans"
    english, chinese = ("With these columns the list cannot", "No sheet has"), ("按所选列无法读取清单", "没有找到")
    for one, said, unsaid_here in ((desk, english, chinese), (other, chinese, english)):
        page = one.press("unit_import_columns", batch, **nothing)
        assert all(words in page for words in said) and not any(words in page for words in unsaid_here)
        assert (batch.columns, batch.new + batch.refused) == ({}, 1)
    assert not AuditEntry.objects.filter(verb="unit_import.choose").exists()


def test_a_field_belongs_to_one_column(desk, city):
    batch = desk.upload(UNITS, unit(1, "青岛市财政局", "市财政局", note="备注一"))
    desk.press("unit_import_columns", batch, c2="note")
    row = batch.rows.get()
    assert row.after["note"] == "市财政局" and not row.after.get("short_name")
    assert {c["column"]: c["field"] for c in batch.layout["columns"]}[7] == ""
