"""The form of a unit: made, changed, refused with a reason at the field."""

import pytest
from django.core.exceptions import ValidationError

from audit.models import AuditEntry
from lib import clock
from lib.creditcode import check_character
from organizations.actions import units
from organizations.models import EnterpriseProfile, Organization
from tests import factories

FIRST_17 = "91370200MA3C12345"
CODE = FIRST_17 + check_character(FIRST_17)
NEW = {
    "name": "青岛示例船厂有限公司",
    "short_name": "示例船厂",
    "aliases": "青岛造船\n示例 造船厂",
    "kind": "enterprise",
    "category": "市属企业",
    "parent": "胶北街道",
    "credit_code": CODE.lower(),
    "is_member": "on",
    "lng": "120.38",
    "lat": "36.06",
    "note": "2017年新建",
    "sector_regulator": "市安监局",
    "industry": "船舶制造",
    "staff": "1200",
    "major_hazard": "on",
}


@pytest.fixture
def admin(cast, plan, log_in):
    client = log_in(cast.admin)
    client.cookies["django_language"] = "en"
    return client


def text(response):
    return response.content.decode()


def values_of(page):
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def edit(client, unit, **changed):
    return client.post(f"/units/{unit.pk}/edit/", values_of(client.get(f"/units/{unit.pk}/edit/")) | changed)


def errors(response):
    return response.context["form"].errors


# ---------------------------------------------------------------- make


def test_made_with_everything(admin, city):
    response = admin.post("/units/new/", NEW)
    unit = Organization.objects.get(name=NEW["name"])
    assert response["Location"] == f"/units/{unit.pk}/"
    assert (unit.parent, unit.sector_regulator, unit.credit_code) == (city.town, city.safety, CODE)
    assert unit.path == f"{city.town.path}{unit.pk}/"
    assert unit.position == 9, "at the end of the official order"
    assert [alias.name for alias in unit.aliases.all()] == ["青岛造船", "示例 造船厂"]
    assert (unit.enterprise.industry, unit.enterprise.staff, unit.enterprise.major_hazard) == ("船舶制造", 1200, True)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.object_id, entry.scope_id) == ("organization.create", unit.pk, city.commission.pk)
    assert entry.after["parent"] == city.town.pk and entry.after["aliases"] == ["青岛造船", "示例 造船厂"]


def test_what_concerns_enterprises_is_left_out_elsewhere(admin, city):
    admin.post("/units/new/", NEW | {"kind": "community", "sector_regulator": "没有的单位", "staff": "很多"})
    unit = Organization.objects.get(name=NEW["name"])
    assert unit.sector_regulator is None
    assert not EnterpriseProfile.objects.filter(organization=unit).exists()


def test_the_superior_is_suggested(admin, city):
    assert 'value="胶州市人民政府"' in text(admin.get(f"/units/new/?under={city.jiaozhou.pk}"))


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "胶州市人民政府"}, "name", "already means 胶州市人民政府"),
        ({"name": "市 安监局"}, "name", "already means 青岛市安全生产监督管理局"),
        ({"name": "各区市政府"}, "name", "already means 各区市政府"),
        ({"name": "济南市安全生产委员会"}, "name", "one of another city"),
        ({"name": "已撤销的局"}, "name", "a dissolved unit"),
        ({"short_name": "市安监局"}, "short_name", "already means"),
        ({"aliases": "老安监"}, "aliases", "already means 青岛市安全生产监督管理局"),
        ({"aliases": "新名\n撤销局"}, "aliases", "dissolved unit"),
        ({"aliases": "各区(市)政府"}, "aliases", "already means 各区市政府"),
        ({"aliases": "长" * 121}, "aliases", "more than 120 characters"),
        ({"kind": "castle"}, "kind", "valid choice"),
        ({"kind": "commission"}, "kind", "sees the whole city"),
        ({"category": "甲、乙"}, "category", "without 、"),
        ({"parent": ""}, "parent", "required"),
        ({"parent": "没有的单位"}, "parent", "No unit of this city"),
        ({"parent": "已撤销的局"}, "parent", "was dissolved"),
        ({"credit_code": CODE[:-1] + "0"}, "credit_code", "not a valid unified social credit code"),
        ({"credit_code": "123"}, "credit_code", "not a valid"),
        ({"credit_code": "{taken}"}, "credit_code", "is the code of 青岛示例化工有限公司"),
        ({"sector_regulator": "青岛示例化工有限公司"}, "sector_regulator", "not by an enterprise"),
        ({"sector_regulator": "已撤销的局"}, "sector_regulator", "was dissolved"),
        ({"lng": "200"}, "lng", "180"),
        ({"lng": ""}, "lng", "both longitude and latitude"),
        ({"staff": "-1"}, "staff", "0"),
        ({"staff": "很多"}, "staff", "whole number"),
        ({"position": "99999999999"}, "position", "less than or equal"),
        ({"note": "长" * 501}, "note", "500"),
        ({"name": "a\0b"}, "name", "Null characters"),
    ],
)
def test_bad_input_is_said_at_its_field_and_kept(changed, field, said, admin, city):
    gone = factories.organization("已撤销的局", parent=city.commission, is_active=False)
    gone.aliases.create(name="撤销局")
    city.safety.aliases.create(name="老安监")
    taken = "91370200MA3C54321"
    taken += check_character(taken)
    Organization.objects.filter(pk=city.plant.pk).update(credit_code=taken)
    before = Organization.objects.count()
    response = admin.post("/units/new/", NEW | {key: value.replace("{taken}", taken) for key, value in changed.items()})
    assert response.status_code == 200
    assert said in " ".join(errors(response).get(field, [])), errors(response)
    assert "船舶制造" in text(response), "what was typed stays"
    assert Organization.objects.count() == before
    assert not AuditEntry.objects.exclude(verb__startswith="refused").exists()


def test_a_name_taken_in_the_same_moment(admin, cast, city):
    details = {"kind": "town", "parent": city.jiaozhou, "aliases": [], "profile": None}
    with pytest.raises(ValidationError, match=r"同一|同样|same name|相同"):
        units.create(by=cast.admin, at=clock.now(), name=city.town.name, **details)
    assert not AuditEntry.objects.exclude(verb__startswith="refused").exists()


def test_the_short_name_of_a_dissolved_unit_is_free(admin, city):
    Organization.objects.filter(pk=city.pingdu.pk).update(is_active=False)
    admin.post("/units/new/", NEW | {"short_name": "平度市政府"})
    assert Organization.objects.filter(name=NEW["name"], short_name="平度市政府").exists()


# ---------------------------------------------------------------- change


def test_changed_with_what_was_before(admin, city):
    response = edit(admin, city.safety, short_name="安监局", aliases="市安监局")
    assert response["Location"] == f"/units/{city.safety.pk}/"
    city.safety.refresh_from_db()
    assert city.safety.label == "安监局"
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.before, entry.after) == (
        "organization.update",
        {"short_name": "市安监局", "aliases": []},
        {"short_name": "安监局", "aliases": ["市安监局"]},
    )
    assert edit(admin, city.safety).status_code == 302
    assert AuditEntry.objects.count() == 1, "nothing changed, nothing recorded"
    edit(admin, city.safety, aliases="")
    assert AuditEntry.objects.first().before == {"aliases": ["市安监局"]}
    assert not city.safety.aliases.exists()


def test_the_profile_is_changed_and_recorded(admin, city):
    edit(admin, city.plant, industry="化工", staff="30")
    assert (city.plant.enterprise.industry, city.plant.enterprise.staff) == ("化工", 30)
    assert AuditEntry.objects.get().after == {"industry": "化工", "staff": 30}
    assert AuditEntry.objects.get().before == {"industry": "", "staff": None}


def test_moved_with_everything_below(admin, city):
    edit(admin, city.town, parent="平度市人民政府")
    for unit in (city.town, city.plant):
        unit.refresh_from_db()
        assert unit.path.startswith(city.pingdu.path)
    assert AuditEntry.objects.get().before == {"parent": city.jiaozhou.pk}


@pytest.mark.parametrize("parent", ["胶州市人民政府", "胶北街道", "青岛示例化工有限公司"])
def test_never_below_itself(parent, admin, city):
    response = edit(admin, city.jiaozhou, parent=parent)
    assert "cannot be this unit or one below it" in str(errors(response)["parent"])
    city.jiaozhou.refresh_from_db()
    assert city.jiaozhou.parent == city.commission


def test_the_commission_keeps_its_kind_and_place(admin, city):
    page = admin.get(f"/units/{city.commission.pk}/edit/")
    assert not {"kind", "parent", "sector_regulator"} & set(page.context["form"].fields)
    edit(admin, city.commission, kind="town", parent="胶州市人民政府", note="新的备注")
    city.commission.refresh_from_db()
    assert (city.commission.kind, city.commission.parent, city.commission.note) == ("commission", None, "新的备注")


def test_the_own_unit_keeps_its_kind(admin, city):
    response = edit(admin, city.office, kind="department")
    assert "manage the city from this unit" in str(errors(response)["kind"])


def test_a_stale_form_is_refused_and_kept(admin, city):
    values = values_of(admin.get(f"/units/{city.town.pk}/edit/"))
    city.town.aliases.create(name="胶北办")
    response = admin.post(f"/units/{city.town.pk}/edit/", values | {"note": "我的备注"})
    assert "Somebody changed this unit while the form was open" in text(response)
    assert "我的备注" in text(response)
    city.town.refresh_from_db()
    assert city.town.note == ""
    seen = response.context["form"]["seen"].value()
    admin.post(f"/units/{city.town.pk}/edit/", values | {"note": "我的备注", "aliases": "胶北办", "seen": seen})
    city.town.refresh_from_db()
    assert city.town.note == "我的备注"
