"""The pages of units: who sees which, the list and its export, making and changing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from lib.creditcode import check_character
from lib.sheets.read import read_workbook
from organizations.models import EnterpriseProfile, Organization
from tests import factories

Kind = Organization.Kind
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


def names(response):
    return [row.name for row in response.context["rows"]]


def labels(response):
    return {row.short_name or row.name for row in response.context["rows"]}


def values_of(page):
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def edit(client, unit, **changed):
    return client.post(f"/units/{unit.pk}/edit/", values_of(client.get(f"/units/{unit.pk}/edit/")) | changed)


def errors(response):
    return response.context["form"].errors


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("head", {"胶州市政府", "胶北街道", "青岛示例化工有限公司"}),
        ("inspector", {"市安监局", "青岛示例化工有限公司"}),
        ("enterprise", {"青岛示例化工有限公司"}),
        ("outsider", {"济南安委会"}),
    ],
)
def test_everybody_sees_the_own_part(who, seen, cast, plan, log_in):
    client = log_in(getattr(cast, who))
    assert labels(client.get("/units/")) == seen
    for unit in Organization.objects.all():
        expected = 200 if unit.label in seen else 404
        assert client.get(f"/units/{unit.pk}/").status_code == expected, unit.label


def test_a_superior_out_of_sight_is_named_but_not_linked(cast, city, plan, log_in):
    page = text(log_in(cast.inspector).get(f"/units/{city.plant.pk}/"))
    assert "胶州市胶北街道办事处" in page
    assert f"/units/{city.town.pk}/" not in page
    assert f'href="/units/{city.safety.pk}/"' in page


@pytest.mark.parametrize("who", ["head", "inspector", "enterprise", "auditor"])
def test_only_admins_of_the_commission_write(who, cast, city, plan, log_in):
    client = log_in(getattr(cast, who))
    seen = {"head": city.jiaozhou, "inspector": city.plant, "enterprise": city.plant, "auditor": city.town}[who]
    other = {"head": city.pingdu, "inspector": city.town, "enterprise": city.safety, "auditor": None}[who]
    assert client.get("/units/new/").status_code == 403
    assert client.post("/units/new/", NEW).status_code == 403
    assert client.get(f"/units/{seen.pk}/edit/").status_code == 403
    assert client.post(f"/units/{seen.pk}/edit/", NEW).status_code == 403
    assert client.post("/units/bulk/", {"do": "dissolve", "pick": seen.pk, "confirmed": 1}).status_code == 403
    if other:
        assert client.get(f"/units/{other.pk}/edit/").status_code == 404
    assert "/units/new/" not in text(client.get("/units/"))
    assert "/edit/" not in text(client.get(f"/units/{seen.pk}/"))
    assert not AuditEntry.objects.exists()


def test_another_city_is_not_there(cast, city, plan, log_in):
    client = log_in(cast.outsider)
    for data in ({}, NEW):
        assert client.post(f"/units/{city.plant.pk}/edit/", data).status_code == 404
    client.post("/units/bulk/", {"do": "dissolve", "pick": city.plant.pk, "confirmed": 1})
    city.plant.refresh_from_db()
    assert city.plant.is_active
    parameters = f"under={city.commission.pk}&regulator={city.safety.pk}&group={city.districts.pk}"
    assert labels(client.get(f"/units/?{parameters}")) == {"济南安委会"}
    assert "No unit of this city" in text(
        _english(client).post("/units/new/", NEW | {"parent": "胶州市人民政府", "sector_regulator": ""})
    )


def _english(client):
    client.cookies["django_language"] = "en"
    return client


# ---------------------------------------------------------------- list


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=胶北", {"胶北街道"}),
        ("q=青岛市 安监", {"市安监局"}),
        ("q=老安监", {"市安监局"}),
        (f"q={CODE[3:12]}", {"青岛示例化工有限公司"}),
        ("kind=district", {"胶州市政府", "平度市政府"}),
        ("category=党委部门", {"市交通运输委"}),
        ("active=0", {"平度市政府"}),
        ("active=1&kind=district", {"胶州市政府"}),
        ("under={jiaozhou}", {"胶州市政府", "胶北街道", "青岛示例化工有限公司"}),
        ("parent={jiaozhou}", {"胶北街道"}),
        ("regulator={safety}", {"青岛示例化工有限公司"}),
        ("group={districts}", {"胶州市政府"}),
        ("kind=x&active=x&under=x&group=99999999999999999999&q=%00&category=%00", None),
        ("q=zzz", set()),
    ],
)
def test_found_by_what_the_address_says(query, found, admin, city):
    city.safety.aliases.create(name="老安监")
    Organization.objects.filter(pk=city.plant.pk).update(credit_code=CODE)
    Organization.objects.filter(pk=city.transport.pk).update(category="党委部门")
    Organization.objects.filter(pk=city.pingdu.pk).update(is_active=False)
    keys = {"jiaozhou": city.jiaozhou.pk, "safety": city.safety.pk, "districts": city.districts.pk}
    response = admin.get("/units/?" + query.format(**keys))
    assert response.status_code == 200
    everything = {unit.label for unit in Organization.objects.visible_to(response.wsgi_request.user)}
    assert labels(response) == (everything if found is None else found)
    assert response.context["page"].paginator.count == len(labels(response))


@pytest.mark.parametrize("key", ["order", "name", "kind", "category", "parent", "regulator", "people", "active"])
def test_sorted_both_ways(key, admin):
    up, down = names(admin.get(f"/units/?sort={key}")), names(admin.get(f"/units/?sort=-{key}"))
    assert set(up) == set(down) and len(up) == 8
    if key not in {"parent", "regulator"}:
        assert up == down[::-1]


def test_what_has_no_regulator_stands_last(admin, city):
    for sort in ("regulator", "-regulator"):
        assert names(admin.get(f"/units/?sort={sort}"))[0] == city.plant.name
    for sort in ("parent", "-parent"):
        assert names(admin.get(f"/units/?sort={sort}"))[-1] == city.commission.name


def test_the_row_shows_superior_regulator_and_people(admin, city, cast):
    factories.user(city.plant, is_active=False)
    row = admin.get("/units/?kind=enterprise").context["rows"][0]
    assert (row.parent, row.regulator, row.people, row.state) == ("胶北街道", "市安监局", "1", "Active")


def test_an_empty_list_says_what_to_do(admin):
    page = text(admin.get("/units/?q=zzz"))
    assert "No unit matches these conditions" in page and "Remove all filters" in page


def _enterprises(city, number):
    Organization.objects.bulk_create(
        Organization(kind=Kind.ENTERPRISE, name=f"第{n}厂", parent=city.town, sector_regulator=city.safety, position=n)
        for n in range(number)
    )
    for unit in Organization.objects.filter(path=""):
        unit.save()


@pytest.mark.parametrize("path", ["/units/", "/units/{town}/", "/units/{town}/edit/", "/units/new/", "/units/{plant}/"])
def test_constant_queries(path, admin, city):
    address = path.format(town=city.town.pk, plant=city.plant.pk)

    def count():
        with CaptureQueriesContext(connection) as found:
            assert admin.get(address).status_code == 200
        return len(found)

    count()
    few = count()
    _enterprises(city, 60)
    for _number in range(40):
        factories.user(city.town)
    assert count() == few
    assert few <= 15


def test_pages_of_fifty(admin, city):
    _enterprises(city, 60)
    assert len(names(admin.get("/units/?page=2"))) == 18


@pytest.mark.parametrize("query", ["", "?kind=enterprise&sort=-name", "?q=zzz"])
def test_the_export_holds_exactly_the_list(query, admin, city, tmp_path):
    _enterprises(city, 60)
    city.safety.aliases.create(name="=1+1")
    saved = tmp_path / "units.xlsx"
    saved.write_bytes(admin.get(f"/units/export/{query}").content)
    rows = read_workbook(saved)[0].rows[2:]
    assert list(rows[0][:2]) == ["Full name", "Short name"]
    pages = [names(admin.get(f"/units/?{query[1:]}&page={page}")) for page in (1, 2)]
    listed = pages[0] + (pages[1] if len(pages[0]) == 50 else [])
    assert [row[0] for row in rows[1:]] == listed
    if not query:
        [safety] = [row for row in rows if row[0] == city.safety.name]
        assert safety[2] == "=1+1", "a name never becomes a formula, whose value would be empty here"


def test_the_export_shows_the_own_part_only(cast, plan, log_in, tmp_path):
    saved = tmp_path / "units.xlsx"
    saved.write_bytes(log_in(cast.head).get("/units/export/").content)
    assert len(read_workbook(saved)[0].rows[3:]) == 3


def test_export_in_a_constant_number_of_queries(admin, city, django_assert_max_num_queries):
    _enterprises(city, 60)
    with django_assert_max_num_queries(15):
        admin.get("/units/export/")


# ---------------------------------------------------------------- one unit


def test_the_page_of_a_unit(admin, city, cast):
    EnterpriseProfile.objects.create(organization=city.plant, industry="化工", staff=1234, major_hazard=True)
    page = text(admin.get(f"/units/{city.plant.pk}/"))
    for said in ("化工", "1,234", "enterprise", f"/ledger/?under={city.plant.pk}", "胶州市胶北街道办事处"):
        assert said in page, said
    assert "ledger" in page
    above = [link.label for link in admin.get(f"/units/{city.plant.pk}/").context["on"].above()]
    assert above == ["市安委会", "胶州市政府", "胶北街道"]
    page = text(admin.get(f"/units/{city.jiaozhou.pk}/"))
    assert "各区市政府" in page and "3 with this unit, at every level" in page
    page = text(admin.get(f"/units/{city.safety.pk}/"))
    assert f"?regulator={city.safety.pk}&amp;active=1" in page and "No unit stands below" in page


def test_every_number_leads_to_its_rows(admin, city):
    Organization.objects.filter(pk=city.pingdu.pk).update(is_active=False)
    _enterprises(city, 60)
    for unit in (city.commission, city.jiaozhou, city.town, city.safety):
        numbers = admin.get(f"/units/{unit.pk}/").context["on"].numbers
        for key, query in (("children", "parent"), ("whole", "under"), ("regulated", "regulator")):
            listed = admin.get(f"/units/?{query}={unit.pk}&active=1").context["page"].paginator.count
            assert numbers[key] == listed, (unit.label, key)


def test_people_of_a_unit_are_its_own(cast, city, plan, log_in):
    factories.user(city.jiaozhou, real_name="孙停用", is_active=False)
    page = text(log_in(cast.head).get(f"/units/{city.jiaozhou.pk}/"))
    assert cast.head.real_name in page
    assert "孙停用" not in page
    assert "/people/" not in page


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
    assert not AuditEntry.objects.exists()


def test_a_name_taken_in_the_same_moment(admin, cast, city):
    from django.core.exceptions import ValidationError

    from lib import clock
    from organizations.actions import units

    details = {"kind": "town", "parent": city.jiaozhou, "aliases": [], "profile": None}
    with pytest.raises(ValidationError, match=r"同一|同样|same name|相同"):
        units.create(by=cast.admin, at=clock.now(), name=city.town.name, **details)
    assert not AuditEntry.objects.exists()


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


@pytest.mark.parametrize("path", ["/units/", "/units/new/", "/units/{pk}/", "/units/{pk}/edit/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_read_well_in_both_languages(path, language, admin, city):
    admin.cookies["django_language"] = language
    page = text(admin.get(path.format(pk=city.plant.pk)))
    assert ("上级单位" in page) == (language == "zh-hans")
