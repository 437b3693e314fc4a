"""The pages of units: who sees which, the list and its export, one unit."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from lib.creditcode import check_character
from lib.sheets.read import read_workbook
from organizations.models import EnterpriseProfile, Organization
from tests import factories

Kind = Organization.Kind
CODE = "91370200MA3C12345" + check_character("91370200MA3C12345")
NEW = {"name": "青岛示例船厂有限公司", "kind": "town", "parent": "胶北街道"}


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
    assert not AuditEntry.objects.exclude(verb__startswith="refused").exists()


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
    saved.write_bytes(admin.get(f"/units/export/{query}").getvalue())
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
    saved.write_bytes(log_in(cast.head).get("/units/export/").getvalue())
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


@pytest.mark.parametrize("path", ["/units/", "/units/new/", "/units/{pk}/", "/units/{pk}/edit/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_read_well_in_both_languages(path, language, admin, city):
    admin.cookies["django_language"] = language
    page = text(admin.get(path.format(pk=city.plant.pk)))
    assert ("上级单位" in page) == (language == "zh-hans")
