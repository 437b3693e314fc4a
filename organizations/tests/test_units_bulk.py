"""Many units at once: asked back, done, recorded; the tree stays whole."""

import pytest
from django.core.exceptions import ValidationError

from audit.models import AuditEntry
from lib import clock
from organizations.actions import units
from organizations.models import Organization
from tests import factories


@pytest.fixture
def admin(cast, plan, log_in):
    client = log_in(cast.admin)
    client.cookies["django_language"] = "en"
    return client


def text(response):
    return response.content.decode()


def bulk(client, do, *units, query="", **more):
    data = {"do": do, "picked": ",".join(str(unit.pk) for unit in units), "confirmed": "1"} | more
    return client.post(f"/units/bulk/{query}", data, follow=True)


def active(unit):
    unit.refresh_from_db()
    return unit.is_active


def test_confirmed_before_it_is_done(admin, city, cast, log_in):
    theirs = log_in(cast.inspector)
    page = admin.post("/units/bulk/?kind=department", {"do": "dissolve", "pick": [city.safety.pk, city.office.pk]})
    assert "Dissolve 1 unit?" in text(page)
    assert "1 of the chosen is left out" in text(page)
    assert "1 person cannot log in any more" in text(page)
    assert "1 enterprise loses the supervision" in text(page)
    assert f"/ledger/?under={city.safety.pk}" in text(page)
    assert "open assignments stay" in text(page)
    assert active(city.safety)
    response = bulk(admin, "dissolve", city.safety, query="?kind=department")
    assert response.redirect_chain == [("/units/?kind=department", 302)]
    assert "1 unit dissolved" in text(response)
    assert not active(city.safety)
    assert theirs.get("/units/")["Location"].startswith("/login/")
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.before, entry.after) == (
        "organization.dissolve", {"is_active": True}, {"is_active": False},
    )  # fmt: skip


def test_from_the_units_page_and_back(admin, city):
    assert "Dissolve …" in text(admin.get(f"/units/{city.plant.pk}/edit/"))
    response = bulk(admin, "dissolve", city.plant, query="?from=unit")
    assert response.redirect_chain == [(f"/units/{city.plant.pk}/", 302)]
    assert "Dissolved" in text(response)
    assert "Restore …" in text(admin.get(f"/units/{city.plant.pk}/edit/"))


def test_not_while_active_units_stand_below(admin, city):
    response = bulk(admin, "dissolve", city.jiaozhou)
    assert "1 active unit stands below: 胶北街道. Move or dissolve it first" in text(response)
    assert active(city.jiaozhou)
    assert not AuditEntry.objects.exclude(verb__startswith="refused").exists()
    bulk(admin, "dissolve", city.jiaozhou, city.town, city.plant)
    assert not active(city.jiaozhou) and not active(city.town) and not active(city.plant)
    response = bulk(admin, "restore", city.plant)
    assert "The superior unit of 青岛示例化工有限公司 was dissolved" in text(response)
    bulk(admin, "restore", city.jiaozhou, city.town, city.plant)
    assert active(city.plant)
    assert AuditEntry.objects.filter(verb="organization.restore").count() == 3


def test_not_restored_while_its_name_means_another(admin, city):
    bulk(admin, "dissolve", city.plant)
    city.plant.aliases.create(name="示例化工")
    Organization.objects.filter(pk=city.town.pk).update(short_name="示例化工")
    assert "means 胶州市胶北街道办事处 by now" in text(bulk(admin, "restore", city.plant))
    assert not active(city.plant)
    city.plant.aliases.all().delete()
    bulk(admin, "restore", city.plant)
    assert active(city.plant)


@pytest.mark.parametrize("which", ["commission", "office"])
def test_the_city_keeps_its_head(which, admin, city, cast):
    unit = getattr(city, which)
    response = bulk(admin, "dissolve", unit)
    assert "Nothing to do for the chosen units" in text(response)
    with pytest.raises(ValidationError):
        units.dissolve(units=[unit], by=cast.admin, at=clock.now())
    assert active(unit)


def test_who_was_dissolved_a_moment_ago_dissolves_nobody(city, cast):
    Organization.objects.filter(pk=city.office.pk).update(is_active=False)
    with pytest.raises(ValidationError):
        units.dissolve(units=[city.plant], by=cast.admin, at=clock.now())
    assert active(city.plant)


def test_a_foreign_unit_is_passed_over(admin, city, cast):
    foreign = cast.outsider.organization
    bulk(admin, "dissolve", foreign, city.plant)
    assert active(foreign) and not active(city.plant)


def test_a_regulator_for_many(admin, city):
    page = admin.post("/units/bulk/", {"do": "regulator", "pick": [city.plant.pk, city.town.pk]})
    assert "Set the sector regulator of 1 enterprise?" in text(page)
    assert "only enterprises have a sector regulator" in text(page)
    assert "so far 市安监局" in text(page)
    for wrong, said in (
        ("没有", "No unit of this city"),
        ("青岛示例化工有限公司", "not by an enterprise"),
        ("", "required"),
    ):
        assert said in text(bulk(admin, "regulator", city.plant, sector_regulator=wrong))
    response = bulk(admin, "regulator", city.plant, city.town, sector_regulator="市交通运输委")
    assert "1 enterprise is now regulated by 市交通运输委" in text(response)
    city.plant.refresh_from_db()
    city.town.refresh_from_db()
    assert (city.plant.sector_regulator, city.town.sector_regulator) == (city.transport, None)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.before, entry.after) == (
        "organization.regulate", {"sector_regulator": city.safety.pk}, {"sector_regulator": city.transport.pk},
    )  # fmt: skip


@pytest.mark.parametrize(
    "data", [{}, {"do": "dissolve"}, {"do": "explode", "pick": "1"}, {"do": "dissolve", "pick": "x"}]
)
def test_nothing_chosen_is_said(data, admin):
    assert "No unit was chosen" in text(admin.post("/units/bulk/", data, follow=True))


@pytest.mark.parametrize("count", [1, 60])
def test_all_of_the_list_in_a_constant_number_of_queries(count, admin, city, django_assert_max_num_queries):
    for _number in range(count):
        factories.organization(kind="enterprise", parent=city.town)
    page = admin.post(f"/units/bulk/?q=单位&under={city.town.pk}", {"do": "dissolve", "all": "1"})
    assert len(page.context["concerned"]) == count
    assert ("and 40 more units" in text(page)) == (count == 60)
    with django_assert_max_num_queries(20):
        admin.post("/units/bulk/", {"do": "dissolve", "picked": page.context["picked"], "confirmed": "1"})
    assert Organization.objects.filter(is_active=False).count() == count
