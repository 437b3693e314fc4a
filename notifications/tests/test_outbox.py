"""queue(): once a key, in the transaction of the event, by the ways that the person has."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from notifications.models import Delivery, Notification, Preference
from notifications.outbox import News, queue
from tests.together import together

NOW = timezone.now()
State = Delivery.State


def news(person, key="a", **fields):
    values = {
        "kind": "test", "subject": "Sent back", "text": "", "params": {"title": "排查"}, "link": "/x/",
        "dedup_key": key,
    } | fields  # fmt: skip
    return News(recipient_id=person.pk, **values)


@pytest.fixture
def person(cast):
    cast.inspector.email = "inspector@example.com"
    cast.inspector.save()
    return cast.inspector


def mail_of(person):
    return Delivery.objects.by_mail().get(notification__recipient=person)


def test_the_same_key_is_said_once(person):
    assert queue([news(person), news(person)], at=NOW) == 1
    assert queue([news(person), news(person, "b")], at=NOW) == 1
    assert Notification.objects.count() == 2
    assert Delivery.objects.count() == 4


@pytest.mark.parametrize(
    ("fields", "urgent", "state"),
    [
        ({}, False, State.HELD),
        ({}, True, State.WAITING),
        ({"email": ""}, False, State.FAILED),
        ({"email": ""}, True, State.FAILED),
        ({"wants": False}, False, State.DECLINED),
        ({"wants": False}, True, State.WAITING),
    ],
)
def test_the_mail_waits_for_the_digest_unless_urgent(person, fields, urgent, state):
    if "wants" in fields:
        Preference.objects.create(user=person, digest_by_mail=False)
    else:
        vars(person).update(fields)
        person.save()
    queue([news(person, urgent=urgent)], at=NOW)
    assert mail_of(person).state == state
    assert mail_of(person).permanent == (state == State.FAILED)
    inbox = Delivery.objects.get(channel=Delivery.Channel.INBOX)
    assert (inbox.state, inbox.sent_at) == (State.SENT, NOW)


def test_disabled_people_get_nothing(person):
    person.is_active = False
    person.save()
    assert queue([news(person)], at=NOW) == 0


def test_what_it_is_about_can_be_given_as_the_thing_itself(person, city):
    queue([news(person, about=city.safety), news(person, "b", about=("tasks.task", 7))], at=NOW)
    assert Notification.objects.about(city.safety).count() == 1
    assert Notification.objects.get(dedup_key="b").about_type == "tasks.task"


def test_a_constant_number_of_statements(person, cast, django_assert_num_queries):
    with django_assert_num_queries(6):
        queue([news(person, str(n)) for n in range(30)], at=NOW)
    with django_assert_num_queries(6):
        queue([news(cast.head, "h")], at=NOW)


@pytest.mark.django_db(transaction=True)
def test_needs_the_events_own_transaction(person):
    with pytest.raises(ImproperlyConfigured):
        queue([news(person)], at=NOW)
    with pytest.raises(RuntimeError), transaction.atomic():
        queue([news(person)], at=NOW)
        raise RuntimeError
    assert not Notification.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_say_it_once(person):
    def racer():
        with transaction.atomic():
            return queue([news(person, str(n)) for n in range(20)], at=NOW)

    assert sum(together(*[racer] * 4)) == 20
    assert Delivery.objects.count() == 40
