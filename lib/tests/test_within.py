"""`Within` selects what IN (SELECT …) selects, alone and beside an OR."""

import pytest
from django.db import connection
from django.db.models import Q

from lib.within import Within
from organizations.models import Organization

pytestmark = pytest.mark.django_db


def named(*names):
    return Organization.objects.filter(short_name__in=names)


def test_is_one_of(city):
    parents = named("市安委会").values("pk")
    assert set(Organization.objects.filter(Within("parent", parents))) == set(
        Organization.objects.filter(parent__in=parents)
    )


def test_beside_an_or_and_none_at_all(city):
    found = Organization.objects.filter(
        Q(Within("parent", named("胶州市政府").values("pk"))) | Q(Within("id", named("市安监局").values("pk")))
    )
    assert set(found) == {city.town, city.safety}
    assert not Organization.objects.filter(Within("id", Organization.objects.none().values("pk"))).exists()


def test_postgres_makes_the_list_first(city):
    sql = str(Organization.objects.filter(Within("id", named("x").values("pk"))).query)
    assert ("ANY(ARRAY(SELECT" in sql) == (connection.vendor == "postgresql")
