"""Who reviews whom: the tree decides, and where nobody above can decide, the commission office does."""

import pytest

from organizations.models import Organization
from organizations.roles import Role
from tasks.supervisors import supervised_q, supervises, supervisors_of, supervisors_of_one
from tests import factories

pytestmark = pytest.mark.django_db
Kind = Organization.Kind


@pytest.fixture
def heads(city, cast):
    """Somebody who can decide in each authority; the district's head is of the cast."""
    return [factories.user(city.safety, Role.HEAD, "head-safety"), factories.user(city.pingdu, Role.HEAD, "head-pd")]


def test_each_kind_of_unit(city, cast, heads):
    village = factories.organization("北王家村", Kind.COMMUNITY, parent=city.town)
    lone = factories.organization("无主管企业", Kind.ENTERPRISE, parent=city.commission)
    zone = factories.organization("高新区管委会", Kind.ZONE, parent=city.commission)
    above = supervisors_of(Organization.objects.all())
    assert above[city.plant.pk] == [city.safety.pk, city.jiaozhou.pk]
    assert above[city.town.pk] == above[village.pk] == [city.jiaozhou.pk]
    for unit in (city.safety, city.jiaozhou, zone, lone, city.office, city.commission):
        assert above[unit.pk] == [city.office.pk]


def test_where_nobody_above_can_decide_the_office_does(city, cast, heads):
    cast.head.is_active = False
    cast.head.save()
    assert supervisors_of([city.town])[city.town.pk] == [city.office.pk]
    assert supervisors_of([city.plant])[city.plant.pk] == [city.safety.pk]
    heads[0].is_active = False
    heads[0].save()
    assert supervisors_of([city.plant])[city.plant.pk] == [city.office.pk]


def test_a_commission_without_an_office_is_its_own(db):
    root = factories.organization("某市安委会", Kind.COMMISSION)
    bureau = factories.organization("某局", parent=root)
    assert supervisors_of([bureau.pk]) == {bureau.pk: [root.pk]}


@pytest.mark.parametrize("absent", [(), ("head",), ("head", "head-safety"), ("head-safety", "head-pd")])
def test_the_condition_says_the_same_as_the_list(absent, city, cast, heads):
    factories.organization("北王家村", Kind.COMMUNITY, parent=city.town)
    factories.organization("无主管企业", Kind.ENTERPRISE, parent=city.commission)
    factories.organization("平度企业", Kind.ENTERPRISE, parent=city.pingdu, sector_regulator=city.safety)
    for person in [cast.head, *heads]:
        person.is_active = person.username not in absent
        person.save()
    units = list(Organization.objects.under(city.commission))
    for person in [cast.admin, cast.head, *heads]:
        if not person.is_active:
            continue
        rows = Organization.objects.under(city.commission).filter(supervised_q(person, ""))
        found = set(rows.values_list("pk", flat=True))
        said = {unit.pk for unit in units if supervises(person, supervisors_of_one(unit))}
        assert found == said, person


def test_a_constant_number_of_queries(city, cast, heads, django_assert_max_num_queries):
    for n in range(30):
        factories.organization(f"企业{n}", Kind.ENTERPRISE, parent=city.town, sector_regulator=city.safety)
    with django_assert_max_num_queries(2):
        assert len(supervisors_of(Organization.objects.all())) == 39
    with django_assert_max_num_queries(1):
        list(Organization.objects.filter(supervised_q(cast.admin, "")))
