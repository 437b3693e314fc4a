"""The inbox: what is there, what is found, what is read, and nobody else's."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from notifications.models import Delivery, Notification, Preference
from organizations.roles import Role
from tests import factories

LIST = reverse("message_list")


@pytest.fixture
def inspector(cast):
    cast.inspector.email = "inspector@example.com"
    cast.inspector.save()
    return cast.inspector


def subjects(response):
    return [row.subject for row in response.context["rows"]]


@pytest.fixture
def three(inspector):
    """A piece of news, an urgent one, and a reminder."""
    say = "Reminder: %(what)s"
    factories.message(inspector, say, params={"what": "排查粉尘"}, dedup_key="a")
    factories.message(inspector, say, params={"what": "培训"}, urgent=True, dedup_key="b")
    factories.message(inspector, say, params={"what": "检查"}, kind="digest", dedup_key="c")
    Notification.objects.filter(dedup_key="a").update(read_at=timezone.now())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["提醒：检查", "提醒：培训", "提醒：排查粉尘"]),
        ("?state=unread", ["提醒：检查", "提醒：培训"]),
        ("?kind=reminders", ["提醒：检查"]),
        ("?kind=news", ["提醒：培训", "提醒：排查粉尘"]),
        ("?urgent=1", ["提醒：培训"]),
        ("?q=粉尘", ["提醒：排查粉尘"]),
        ("?q=无此", []),
        ("?state=x&kind=y&page=99", ["提醒：检查", "提醒：培训", "提醒：排查粉尘"]),
    ],
)
def test_views_and_search(query, expected, three, inspector, log_in):
    assert subjects(log_in(inspector).get(LIST + query)) == expected


def test_nobody_reads_another_persons(three, cast, log_in):
    note = Notification.objects.get(dedup_key="a")
    client = log_in(cast.admin)
    assert subjects(client.get(LIST)) == []
    for name in ("message", "message_read"):
        assert client.get(reverse(name, args=[note.pk])).status_code in (404, 405)
        assert client.post(reverse(name, args=[note.pk])).status_code in (404, 405)


def test_opening_marks_as_read_and_a_prefetch_does_not(three, inspector, log_in):
    client, note = log_in(inspector), Notification.objects.get(dedup_key="b")
    address = reverse("message", args=[note.pk])
    client.get(address, headers={"Sec-Purpose": "prefetch"})
    note.refresh_from_db()
    assert note.read_at is None
    page = client.get(address)
    assert "提醒：培训" in page.content.decode()
    note.refresh_from_db()
    assert note.read_at is not None


def test_one_and_all_can_be_marked(three, inspector, log_in):
    client = log_in(inspector)
    one = Notification.objects.get(dedup_key="b")
    answer = client.post(reverse("message_read", args=[one.pk]), {"next": f"{LIST}?q=x"})
    assert answer["Location"] == f"{LIST}?q=x"
    assert Notification.objects.visible_to(inspector).unread().count() == 1
    assert client.post(reverse("message_read_all"), {"next": "https://evil.example/"})["Location"] == LIST
    assert Notification.objects.visible_to(inspector).unread().count() == 0


def test_the_bell_says_how_many(three, inspector, log_in):
    page = log_in(inspector).get(LIST).content.decode()
    assert '<span class="count count-hot">2</span>' in page
    assert "2 条未读消息" in page


def test_the_list_is_exported_as_shown(three, inspector, log_in):
    answer = log_in(inspector).get(LIST + "?q=粉尘&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "提醒：排查粉尘" in text
    assert "培训" not in text


class TestSettings:
    address = reverse("message_settings")

    def test_are_kept_and_recorded(self, inspector, log_in):
        client = log_in(inspector)
        client.post(self.address, {"email": "new@example.com"})
        inspector.refresh_from_db()
        assert inspector.email == "new@example.com"
        assert not Preference.objects.get(user=inspector).digest_by_mail
        [entry] = AuditEntry.objects.filter(verb="preference.change")
        assert entry.after == {"email": "new@example.com", "digest_by_mail": False}
        client.post(self.address, {"email": "new@example.com"})
        assert AuditEntry.objects.filter(verb="preference.change").count() == 1

    def test_a_wrong_address_is_refused_and_kept(self, inspector, log_in):
        page = log_in(inspector).post(self.address, {"email": "inspector@"})
        assert 'value="inspector@"' in page.content.decode()
        assert not Preference.objects.exists()


def test_a_constant_number_of_queries(inspector, log_in, django_assert_num_queries):
    client = log_in(inspector)

    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(LIST).status_code == 200
        return len(seen)

    factories.message(inspector)
    one = count()
    for _ in range(40):
        factories.message(inspector)
    assert count() == one <= 15


class TestWhoWasTold:
    def test_stands_on_the_assignments_page_for_those_who_see_it(self, plan, city, cast, log_in):
        owed = factories.assignment(factories.task(plan, lead=city.jiaozhou), city.jiaozhou)
        factories.message(cast.head, about=owed)
        Delivery.objects.by_mail().update(state="failed", error="550 no such user", permanent=True)
        address = reverse("assignment", args=[owed.pk])
        page = log_in(cast.admin).get(address).content.decode()
        for words in ("已退回", cast.head.real_name, "站内消息", "未送达", "550 no such user"):
            assert words in page
        assert log_in(cast.enterprise).get(address).status_code == 404

    def test_costs_a_constant_number_of_queries(self, plan, city, cast, log_in, django_assert_max_num_queries):
        owed = factories.assignment(factories.task(plan, lead=city.jiaozhou), city.jiaozhou)
        for number in range(12):
            person = factories.user(city.jiaozhou, Role.INSPECTOR)
            factories.message(person, about=owed, dedup_key=f"n{number}")
        client = log_in(cast.admin)
        with django_assert_max_num_queries(21):
            page = client.get(reverse("assignment", args=[owed.pk]))
        assert len(page.context["told"]) == 8
        assert page.context["told_number"] == 12
