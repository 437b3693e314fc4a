"""What a spreadsheet calls a unit."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.groups_default import DEFAULTS, create_default_groups
from organizations.models import Organization, OrganizationAlias, OrganizationGroup
from organizations.names import NameIndex
from tests import factories


@pytest.mark.parametrize(
    "written", ["青岛市安全生产监督管理局", "市安监局", " 市安监局\u3000", "市 安监局", "市安全监管局"]
)
def test_full_short_and_other_names(written, city):
    OrganizationAlias.objects.create(organization=city.safety, name="市安全监管局")
    assert NameIndex.for_city(city.commission).find(written) == city.safety


@pytest.mark.parametrize("written", ["各区市政府", "各区（市）政府", "各区(市)政府"])
def test_collective_units_in_each_spelling(written, city):
    assert NameIndex.for_city(city.commission).find(written) == city.districts
    assert NameIndex.for_city(city.commission).organization(written) is None


def test_a_name_that_two_share_means_neither(city):
    for parent in (city.jiaozhou, city.pingdu):
        factories.organization(
            f"{parent.short_name}城关镇政府", Organization.Kind.TOWN, short_name="城关镇", parent=parent
        )
    index = NameIndex.for_city(city.commission)
    assert index.find("城关镇") is None
    assert index.find("胶州市政府城关镇政府") is not None


def test_an_active_unit_beats_a_dissolved_one(city):
    factories.organization("老安监局", short_name="市安监局", parent=city.commission, is_active=False)
    assert NameIndex.for_city(city.commission).find("市安监局") == city.safety


def test_other_cities_are_unknown_here(city):
    other = factories.organization("济南市安全生产委员会", Organization.Kind.COMMISSION)
    factories.organization("济南市公安局", parent=other)
    assert NameIndex.for_city(city.commission).find("济南市公安局") is None


def test_looking_up_costs_no_query(city):
    with CaptureQueriesContext(connection) as queries:
        index = NameIndex.for_city(city.commission)
    assert len(queries) == 3
    with CaptureQueriesContext(connection) as queries:
        assert [index.find(name) for name in ("市安监局", "市应急管理局")] == [city.safety, None]
    assert len(queries) == 0


def test_default_groups_are_made_once_and_never_overwritten(city):
    assert len(create_default_groups(city=city.commission)) == len(DEFAULTS) == 10
    OrganizationGroup.objects.filter(name="各镇街").update(rule="hand")
    create_default_groups(city=city.commission)
    assert OrganizationGroup.objects.count() == 10
    assert OrganizationGroup.objects.get(name="各镇街").rule == "hand"
