"""Two admins at the very same moment: no two terms of a duty share a day, and one of the two is told.

The record of a term is slowed down, so that the other transaction is surely under way before the first commits:
without the lock on the duty each of these would write both terms.
"""

import datetime
import time
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from organizations.roles import Role
from responsibilities.actions import terms
from responsibilities.models import Term
from tests import factories
from tests.together import race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
NOW = timezone.now()
DAY = datetime.date


@pytest.fixture(autouse=True)
def slow_record(monkeypatch):
    """Keeps every transaction that has passed the check open for a while."""
    record = terms._record

    def slow(*args, **sides):
        time.sleep(0.2)
        record(*args, **sides)

    monkeypatch.setattr(terms, "_record", slow)


@pytest.fixture
def item(city):
    """A duty of a published list."""
    return factories.duty_list(city.safety, "粉尘防爆", state="published").items.select_related("list", "duty").get()


def appoint(item, post, by, first, last=None, **more):
    return terms.appoint(item=item, person=None, post=post, starts_on=first, ends_on=last, by=by, at=NOW, **more)


def told(found):
    return [one for one in found if isinstance(one, ValidationError)]


def assert_apart(item):
    """No two standing terms share a day."""
    rows = Term.objects.standing().filter(duty=item.duty)
    spans = sorted((one.starts_on or DAY.min, one.ends_on or DAY.max) for one in rows)
    assert all(one[1] < other[0] for one, other in pairwise(spans)), spans


def test_of_overlapping_terms_set_at_once_one_stands_and_the_others_are_told(item, city, cast):
    other = factories.user(city.office, Role.ADMIN)
    found = race(
        lambda: appoint(item, "甲处长", cast.admin, DAY(2017, 1, 1), DAY(2017, 6, 30)),
        lambda: appoint(item, "乙处长", other, DAY(2017, 6, 30)),
        lambda: appoint(item, "丙处长", other, None),
    )
    assert len(told(found)) == 2, found
    winner = Term.objects.get()
    assert all(winner.post in error.message_dict["starts_on"][0] for error in told(found))
    assert AuditEntry.objects.filter(verb="term.appoint").count() == 1


def test_terms_that_do_not_touch_are_both_set(item, cast):
    found = race(
        lambda: appoint(item, "甲处长", cast.admin, DAY(2017, 1, 1), DAY(2017, 6, 30)),
        lambda: appoint(item, "乙处长", cast.admin, DAY(2017, 7, 1)),
    )
    assert told(found) == []
    assert Term.objects.count() == 2


def test_an_end_put_off_and_a_successor_at_once(item, cast):
    first = factories.term(item.list, starts_on=DAY(2017, 1, 1), ends_on=DAY(2017, 6, 30))
    found = race(
        lambda: terms.end(term=first, item=item, ends_on=DAY(2017, 9, 30), by=cast.admin, at=NOW),
        lambda: appoint(item, "乙处长", cast.admin, DAY(2017, 7, 1)),
    )
    assert len(told(found)) == 1, found
    assert_apart(item)


def test_handed_over_twice_at_once_there_is_one_successor(item, cast):
    first = factories.term(item.list, starts_on=DAY(2017, 1, 1))
    found = race(
        *[lambda post=post: appoint(item, post, cast.admin, DAY(2017, 9, 20), hand_over=True) for post in ("乙", "丙")]
    )
    assert len(told(found)) == 1, found
    first.refresh_from_db()
    assert first.ends_on == DAY(2017, 9, 19)
    assert Term.objects.count() == 2
    assert_apart(item)


def test_two_ends_at_once_the_second_is_told_the_first(item, cast):
    first = factories.term(item.list, starts_on=DAY(2017, 1, 1))
    days = (DAY(2017, 6, 30), DAY(2017, 7, 31))
    found = race(
        *[lambda day=day: terms.end(term=first, item=item, ends_on=day, by=cast.admin, at=NOW) for day in days]
    )
    [error] = told(found)
    first = Term.objects.get(pk=first.pk)
    assert first.ends_on in days
    assert str(first.ends_on.month) in error.messages[0]
    assert error.code == "stale"


def test_the_form_of_the_one_who_lost_says_why_and_keeps_what_was_typed(item, city, cast, log_in):
    address = reverse("duty_term_create", args=[item.pk])
    clients = [log_in(cast.admin), log_in(factories.user(city.office, Role.ADMIN))]
    posts = ["第一处处长", "第二处处长"]
    found = race(
        *[
            lambda client=client, post=post: client.post(address, {"post": post, "starts_on": "2017-09-01"})
            for client, post in zip(clients, posts, strict=True)
        ]
    )
    statuses = [answer.status_code for answer in found]
    assert sorted(statuses) == [200, 302], found
    body = found[statuses.index(200)].content.decode()
    assert posts[statuses.index(302)] in body  # whose term is in the way
    assert posts[statuses.index(200)] in body
    assert "重叠" in body
