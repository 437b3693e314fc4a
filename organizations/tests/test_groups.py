"""The pages of collective units: who is meant, by rule and by hand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from organizations.groups_default import create_default_groups
from organizations.membership import groups_of, member_counts
from organizations.models import EnterpriseProfile, Organization, OrganizationGroup
from tests import factories

Rule = OrganizationGroup.Rule
NEW = {
    "name": "沿海各区市",
    "spellings": "沿海区市\n 沿海各（区）市 ",
    "rule": "hand",
    "members": "胶州市政府、平度市人民政府",
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

    return {name: value for name, value in values.items() if value is not None}


def edit(client, group, **changed):
    address = f"/collective-units/{group.pk}/"
    return client.post(address, values_of(client.get(address)) | changed)


def errors(response):
    return response.context["form"].errors


@pytest.fixture
def varied(city):
    """Units of every sort and a collective unit of every rule."""
    Organization.objects.filter(pk=city.transport.pk).update(category="市政府部门")
    Organization.objects.filter(pk=city.pingdu.pk).update(is_active=False)
    EnterpriseProfile.objects.create(organization=city.plant, major_hazard=True)
    factories.organization("乙厂", "enterprise", parent=city.town, sector_regulator=city.transport)
    create_default_groups(city=city.commission)
    hand = OrganizationGroup.objects.create(city=city.commission, name="手工", rule=Rule.HAND)
    hand.by_hand.set([city.town, city.pingdu])
    OrganizationGroup.objects.create(city=city.commission, name="空", rule=Rule.CATEGORY, argument="没有的")
    return city


def test_both_ways_of_counting_agree(varied):
    groups = list(OrganizationGroup.objects.filter(city=varied.commission))
    assert {group.rule for group in groups} == set(Rule.values)
    counts = member_counts(varied.commission, groups)
    for group in groups:
        members = set(group.members())
        assert counts[group.pk] == len(members), group.name
        for unit in Organization.objects.all():
            assert (group in groups_of(unit)) == (unit in members), (group.name, unit.label)
    assert sum(counts.values()) > 8


def test_the_list_with_its_numbers(admin, varied):
    rows = {row.name: row for row in admin.get("/collective-units/").context["rows"]}
    assert (rows["各区市政府"].number, rows["手工"].number, rows["空"].number) == (1, 1, 0)
    assert rows["各区市政府"].rule == "Kind: District"
    assert f"?group={rows['手工'].pk}" in text(admin.get("/collective-units/"))


@pytest.mark.parametrize("path", ["/collective-units/", "/collective-units/new/", "/collective-units/{pk}/"])
def test_constant_queries(path, admin, city):
    def count():
        with CaptureQueriesContext(connection) as found:
            assert admin.get(path.format(pk=city.districts.pk)).status_code == 200
        return len(found)

    count()
    few = count()
    create_default_groups(city=city.commission)
    for number in range(40):
        factories.organization(f"第{number}区", "district", parent=city.commission, category=f"类{number}")
    assert count() == few
    assert few <= 15


@pytest.mark.parametrize(
    ("who", "status", "rows"), [("auditor", 403, 1), ("head", 404, 0), ("enterprise", 404, 0), ("outsider", 404, 0)]
)
def test_seen_by_who_sees_the_city(who, status, rows, cast, city, plan, log_in):
    client = log_in(getattr(cast, who))
    page = client.get("/collective-units/")
    assert len(page.context["rows"]) == rows
    assert ("各区市政府" in text(page)) == bool(rows)
    assert client.get(f"/collective-units/{city.districts.pk}/").status_code == status
    assert client.post(f"/collective-units/{city.districts.pk}/", NEW).status_code == status
    assert client.get("/collective-units/new/").status_code == (200 if who == "outsider" else 403)


def test_no_collective_units_says_what_to_do(admin, city):
    city.districts.delete()
    assert "No collective units yet" in text(admin.get("/collective-units/"))


def test_made_by_hand(admin, city):
    response = admin.post("/collective-units/new/", NEW, follow=True)
    assert "沿海各区市, which stands for 2 units today" in text(response)
    group = OrganizationGroup.objects.get(name="沿海各区市")
    assert set(group.members()) == {city.jiaozhou, city.pingdu}
    assert group.all_names == ["沿海各区市", "沿海区市", "沿海各（区）市"]
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.after["members"]) == ("group.create", [city.jiaozhou.pk, city.pingdu.pk])


def test_made_by_rule(admin, city):
    Organization.objects.filter(pk=city.transport.pk).update(category="市政府部门")
    Organization.objects.filter(pk=city.safety.pk).update(category="直属机构")
    by_category = {"rule": "category", "categories": ["市政府部门", "直属机构"], "members": "胶州市政府"}
    admin.post("/collective-units/new/", NEW | by_category)
    group = OrganizationGroup.objects.get(name="沿海各区市")
    assert group.argument == "市政府部门、直属机构"
    assert set(group.members()) == {city.transport, city.safety}
    assert not group.by_hand.exists(), "the rule alone says who is meant"
    admin.post("/collective-units/new/", {"name": "各镇街", "rule": "kind", "kind": "town"})
    assert set(OrganizationGroup.objects.get(name="各镇街").members()) == {city.town}


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "各区市政府"}, "name", "already means 各区市政府"),
        ({"name": "各区(市)政府"}, "name", "already means 各区市政府"),
        ({"name": "市安监局"}, "name", "already means 青岛市安全生产监督管理局"),
        ({"spellings": "好名\n胶北街道"}, "spellings", "already means 胶州市胶北街道办事处"),
        ({"rule": "kind"}, "kind", "Choose the kind"),
        ({"rule": "category"}, "categories", "at least one category"),
        ({"rule": "category", "categories": ["没有的"]}, "categories", "valid choice"),
        ({"rule": "magic"}, "rule", "valid choice"),
        ({"members": ""}, "members", "at least one unit"),
        ({"members": "胶州市政府、没有的、也没有"}, "members", "“没有的”"),
        ({"members": "各区市政府"}, "members", "cannot be a member"),
        ({"members": "济南安委会"}, "members", "No unit of this city"),
    ],
)
def test_bad_input_is_said_at_its_field_and_kept(changed, field, said, admin, city):
    response = admin.post("/collective-units/new/", NEW | changed)
    assert said in " ".join(errors(response).get(field, [])), errors(response)
    assert OrganizationGroup.objects.count() == 1
    assert not AuditEntry.objects.exclude(verb__startswith="refused").exists()


def test_changed_with_what_was_before(admin, city):
    group = city.districts
    page = admin.get(f"/collective-units/{group.pk}/")
    assert [unit.label for unit in page.context["members"]] == ["胶州市政府", "平度市政府"]
    edit(admin, group, rule="hand", members="胶北街道", kind="")
    group.refresh_from_db()
    assert (group.rule, group.argument, list(group.members())) == ("hand", "", [city.town])
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.before["rule"], entry.after["members"]) == ("group.update", "kind", [city.town.pk])
    assert "Nothing was changed" in text(admin.get(edit(admin, group)["Location"]))
    assert AuditEntry.objects.count() == 1


def test_a_stale_form_is_refused_and_kept(admin, city):
    address = f"/collective-units/{city.districts.pk}/"
    values = values_of(admin.get(address))
    OrganizationGroup.objects.filter(pk=city.districts.pk).update(spellings="各区")
    response = admin.post(address, values | {"name": "各区市"})
    assert "Somebody changed this collective unit" in text(response)
    assert 'value="各区市"' in text(response)
    city.districts.refresh_from_db()
    assert city.districts.name == "各区市政府"
    seen = response.context["form"]["seen"].value()
    admin.post(address, values | {"name": "各区市", "seen": seen})
    city.districts.refresh_from_db()
    assert city.districts.name == "各区市"


def test_a_member_that_was_dissolved_has_to_go(admin, city):
    admin.post("/collective-units/new/", NEW)
    group = OrganizationGroup.objects.get(name="沿海各区市")
    Organization.objects.filter(pk=city.pingdu.pk).update(is_active=False)
    assert admin.get("/collective-units/").context["rows"][-1].number == 1
    assert "was dissolved" in str(errors(edit(admin, group))["members"])
    assert edit(admin, group, members="胶州市政府").status_code == 302


def test_what_the_rule_has_no_use_for_is_no_fault(admin, city):
    admin.post("/collective-units/new/", NEW)
    group = OrganizationGroup.objects.get(name="沿海各区市")
    Organization.objects.filter(pk=city.pingdu.pk).update(is_active=False)
    assert edit(admin, group, rule="kind", kind="town", categories=["没有的"]).status_code == 302
    group.refresh_from_db()
    assert set(group.members()) == {city.town}


@pytest.mark.parametrize("path", ["/collective-units/", "/collective-units/new/", "/collective-units/{pk}/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_read_well_in_both_languages(path, language, admin, city):
    admin.cookies["django_language"] = language
    page = text(admin.get(path.format(pk=city.districts.pk)))
    assert ("集合单位" in page) == (language == "zh-hans")
