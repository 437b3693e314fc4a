"""What each of the cast may see: the tree (属地), the sector (行业), the lead of a task."""

import pytest
from django.contrib.auth.models import AnonymousUser

from organizations.models import Organization, User
from tasks.models import Assignment, Plan, Task
from tests import factories

CITY = {"commission", "office", "safety", "transport", "jiaozhou", "pingdu", "town", "plant"}
SEES = {
    "admin": CITY,
    "auditor": CITY,
    "head": {"jiaozhou", "town", "plant"},
    "inspector": {"safety", "plant"},  # the regulator sees the enterprise, not the town it lies in
    "enterprise": {"plant"},
    "outsider": set(),
}
EVERYONE = sorted(SEES)


@pytest.fixture
def elsewhere(cast):
    """The other city's own plan, task and assignment."""
    plan = factories.plan(cast.outsider.organization)
    return factories.assignment(factories.task(plan, lead=cast.outsider.organization), cast.outsider.organization)


@pytest.mark.parametrize("who", EVERYONE)
def test_units(who, cast, city):
    names = {unit.pk: name for name, unit in vars(city).items() if isinstance(unit, Organization)}
    seen = Organization.objects.visible_to(getattr(cast, who))
    assert {names[unit.pk] for unit in seen if unit.pk in names} == SEES[who]
    own = getattr(cast, who).organization
    assert own in seen


@pytest.mark.parametrize("who", EVERYONE)
def test_people(who, cast, city):
    names = {
        "admin": "office",
        "head": "jiaozhou",
        "inspector": "safety",
        "enterprise": "plant",
        "auditor": "commission",
    }
    expected = {name for name, unit in names.items() if unit in SEES[who]} | {who}
    assert set(User.objects.visible_to(getattr(cast, who)).values_list("username", flat=True)) == expected


@pytest.mark.parametrize("who", EVERYONE)
def test_assignments_follow_the_units(who, cast, city, plan, elsewhere):
    task = factories.task(plan, lead=city.commission, cooperating=city.districts)
    owed = {name: factories.assignment(task, getattr(city, name)) for name in CITY}
    seen = set(Assignment.objects.visible_to(getattr(cast, who)))
    expected = {owed[name] for name in SEES[who]}
    assert seen == (expected if who != "outsider" else {elsewhere})


def test_the_lead_sees_the_whole_task(cast, city, plan):
    led = factories.task(plan, lead=city.safety, cooperating=[city.jiaozhou, city.pingdu])
    other = factories.task(plan, lead=city.transport, cooperating=city.safety)
    theirs = [factories.assignment(led, unit, role="cooperating") for unit in (city.jiaozhou, city.pingdu)]
    hidden = factories.assignment(other, city.transport)
    seen = set(Assignment.objects.visible_to(cast.inspector))
    assert set(theirs) <= seen
    assert hidden not in seen, "cooperating does not open the others' work"


def test_a_lead_through_a_collective_unit_sees_only_the_own_tree(cast, city, plan):
    task = factories.task(plan, lead=city.districts)
    own = factories.assignment(task, city.jiaozhou)
    factories.assignment(task, city.pingdu)
    assert set(Assignment.objects.visible_to(cast.head)) == {own}


def test_a_regulator_of_a_whole_sector(cast, city, plan):
    """An enterprise that changes its regulator changes who sees it."""
    assert city.plant in Organization.objects.visible_to(cast.inspector)
    city.plant.sector_regulator = city.transport
    city.plant.save()
    assert city.plant not in Organization.objects.visible_to(cast.inspector)
    driver = factories.user(city.transport)
    assert set(Organization.objects.visible_to(driver)) == {city.transport, city.plant}


def test_a_unit_that_moves_takes_its_subtree_along(cast, city):
    city.town.parent = city.pingdu
    city.town.save()
    assert set(Organization.objects.visible_to(cast.head)) == {city.jiaozhou}
    assert set(Organization.objects.visible_to(factories.user(city.pingdu))) == {city.pingdu, city.town, city.plant}


@pytest.mark.parametrize("who", EVERYONE)
def test_plans_and_tasks_are_public_within_the_city(who, cast, city, plan, elsewhere):
    task = factories.task(plan, lead=city.transport)
    person = getattr(cast, who)
    theirs = who == "outsider"
    assert set(Plan.objects.visible_to(person)) == ({elsewhere.plan} if theirs else {plan})
    assert set(Task.objects.visible_to(person)) == ({elsewhere.task} if theirs else {task})


def test_the_anonymous_see_nothing(cast, city, plan):
    factories.assignment(factories.task(plan, lead=city.safety), city.safety)
    for model in (Organization, Assignment, Plan, Task):
        assert not model.objects.visible_to(AnonymousUser()).exists()
