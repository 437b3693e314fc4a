"""Mail on its way: a real SMTP server, its refusals, its moods, and processes that compete."""

import datetime
import smtplib

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from notifications import delivery, mail, retries
from notifications.models import Delivery, Notification
from notifications.outbox import News, queue
from organizations.models import User
from organizations.roles import Role
from tests import factories
from tests.together import together

from .post_office import post_office

NOW = timezone.now()
State = Delivery.State


@pytest.fixture
def post(settings):
    with post_office(settings) as handler:
        yield handler


@pytest.fixture
def tell(city):
    """Queues one urgent message to each address; returns the deliveries."""

    def tell(*addresses, **fields):
        people = [factories.user(city.safety, Role.INSPECTOR, email=address) for address in addresses]
        values = {"subject": "Sent back", "text": "", "params": {}, "link": "/assignments/7/"} | fields
        queue([News(p.pk, "x", dedup_key=f"k{p.pk}", urgent=True, **values) for p in people], at=NOW)
        return list(Delivery.objects.by_mail().order_by("pk"))

    return tell


@pytest.mark.django_db
class TestSmtp:
    def test_a_mail_arrives_in_chinese_as_text_and_html(self, post, tell):
        tell("a@example.com", text="News of %(on)s: %(number)s messages", params={"on": "2017-09-30", "number": 1234})
        assert delivery.deliver_waiting() == (1, 0, 0)
        [one] = post.mails
        assert one["Subject"] == "已退回"
        plain, page = (one.get_body((kind,)).get_content() for kind in ("plain", "html"))
        for part in (plain, page):
            assert "2017年9月30日消息汇总：1,234 条" in part
            assert "http://127.0.0.1:8000/assignments/7/" in part
        assert "市安监局" in page
        [row] = Delivery.objects.by_mail()
        assert (row.state, row.attempts, row.lease) == (State.SENT, 1, "")
        assert row.sent_at is not None

    def test_one_connection_for_a_batch(self, post, tell):
        tell(*[f"a{n}@example.com" for n in range(20)])
        assert delivery.deliver_waiting() == (20, 0, 0)
        assert len(post.sessions) == 1

    def test_what_is_put_off_is_tried_again_and_what_is_refused_is_not(self, post, tell):
        tell("a@example.com", "full-b@example.com", "gone-c@example.com", "spam-d@example.com", "e@example.com")
        assert delivery.deliver_waiting() == (2, 1, 2)
        rows = {row.address: row for row in Delivery.objects.by_mail()}
        full, gone, spam = (rows[f"{name}@example.com"] for name in ("full-b", "gone-c", "spam-d"))
        assert (full.state, full.error, full.permanent) == (State.WAITING, "452 Mailbox full, try later", False)
        assert datetime.timedelta(seconds=50) < full.next_attempt_at - timezone.now() <= datetime.timedelta(minutes=1)
        assert (gone.state, gone.error, gone.permanent) == (State.FAILED, "550 5.1.1 No such user here", True)
        assert (spam.state, spam.permanent) == (State.FAILED, True)
        recorded = {entry.object_id: entry for entry in AuditEntry.objects.filter(verb="delivery.failed")}
        assert recorded.keys() == {gone.pk, spam.pk}
        assert recorded[gone.pk].by is None
        assert recorded[gone.pk].after["address"] == "gone-c@example.com"
        assert recorded[gone.pk].after["reason"] == "550 5.1.1 No such user here"
        assert delivery.deliver_waiting() == (0, 0, 0)

    def test_a_server_that_hangs_up_in_mid_batch_loses_nothing(self, post, tell):
        tell("a@example.com", "drop-b@example.com", "c@example.com")
        assert delivery.deliver_waiting() == (2, 1, 0)
        Delivery.objects.update(next_attempt_at=NOW)
        assert delivery.deliver_waiting() == (1, 0, 0)
        assert sorted(one["To"] for one in post.mails) == ["a@example.com", "c@example.com", "drop-b@example.com"]

    def test_every_attempt_has_the_same_message_id(self, post, tell):
        [row] = tell("a@example.com")
        delivery.deliver_waiting()
        Delivery.objects.by_mail().update(state=State.WAITING, next_attempt_at=NOW)
        delivery.deliver_waiting()
        first, second = post.mails
        assert first["Message-ID"] == second["Message-ID"] == mail.message_id(row)

    def test_a_corrected_address_is_used(self, post, tell):
        [row] = tell("full-a@example.com")
        delivery.deliver_waiting()
        User.objects.filter(pk=row.notification.recipient_id).update(email="right@example.com")
        Delivery.objects.update(next_attempt_at=NOW)
        delivery.deliver_waiting()
        assert post.to("right@example.com")

    def test_no_line_of_a_title_becomes_a_header(self, post, tell):
        evil = "x\r\nBcc: all@example.com\n\nbody"
        tell("a@example.com", subject="Reminder: %(what)s", params={"what": evil})
        delivery.deliver_waiting()
        [one] = post.mails
        assert one["Bcc"] is None
        assert one["Subject"] == "提醒：x Bcc: all@example.com body"

    @pytest.mark.parametrize("address", ["nonsense", "a@example.com\nBcc: b@example.com", "a@b@c"])
    def test_an_address_that_is_none_is_final_and_stops_nobody(self, address, post, tell):
        rows = tell("first@example.com", "last@example.com")
        User.objects.filter(pk=rows[0].notification.recipient_id).update(email=address)
        assert delivery.deliver_waiting() == (1, 0, 1)
        row = Delivery.objects.get(pk=rows[0].pk)
        assert (row.permanent, row.error) == (True, delivery.BAD_ADDRESS)

    def test_who_was_disabled_meanwhile_gets_no_mail(self, post, tell):
        [row] = tell("a@example.com")
        User.objects.filter(pk=row.notification.recipient_id).update(is_active=False)
        assert delivery.deliver_waiting() == (0, 0, 1)
        assert post.mails == []

    def test_a_digest_settles_the_news_it_carries(self, post, tell, cast):
        [row] = tell("a@example.com", subject="Reminder: %(what)s", params={"what": "排查"})
        queue([News(cast.head.pk, "y", "Withdrawn", "", {}, "/x/", "carried")], at=NOW)
        news = Notification.objects.get(dedup_key="carried")
        news.deliveries.filter(channel="mail").update(state=State.HELD, carried_by=row.notification)
        delivery.deliver_waiting()
        assert "/x/" in post.mails[0].get_body(("plain",)).get_content()
        assert news.deliveries.get(channel="mail").state == State.SENT


@pytest.mark.django_db
def test_a_server_that_is_down_puts_everything_off_at_once(settings, tell):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tell(*[f"a{n}@example.com" for n in range(5)])
    assert delivery.deliver_waiting() == (0, 5, 0)
    assert {row.attempts for row in Delivery.objects.by_mail()} == {1}
    assert "refused" in Delivery.objects.by_mail()[0].error


@pytest.mark.django_db
def test_after_24_hours_it_is_given_up_and_not_final(settings, tell):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tell("a@example.com")
    Delivery.objects.by_mail().update(attempts=len(retries.pauses()))
    assert delivery.deliver_waiting() == (0, 0, 1)
    row = Delivery.objects.by_mail().get()
    assert (row.state, row.permanent) == (State.FAILED, False)


@pytest.mark.django_db
class TestLease:
    def test_a_claimed_mail_is_nobody_elses_until_its_lease_ends(self, tell, settings):
        tell("a@example.com")
        [mine] = delivery.claim()
        assert delivery.claim() == []
        Delivery.objects.update(lease_until=NOW)
        [yours] = delivery.claim()
        assert (yours.pk, yours.attempts) == (mine.pk, 2)
        delivery._settle(mine, state=State.SENT)
        assert Delivery.objects.get(pk=mine.pk).state == State.WAITING


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_racing_processes_send_each_mail_once(post, city, tell):
    from django.db import transaction

    with transaction.atomic():
        tell(*[f"a{n}@example.com" for n in range(60)])
    together(*[delivery.deliver_waiting] * 4)
    assert sorted(one["To"] for one in post.mails) == sorted(f"a{n}@example.com" for n in range(60))
    assert Delivery.objects.by_mail().filter(state=State.SENT).count() == 60


class TestRetries:
    def test_1_5_15_60_minutes_then_hourly_for_a_day(self):
        minutes = [int(pause.total_seconds() / 60) for pause in retries.pauses()]
        assert minutes[:6] == [1, 5, 15, 60, 60, 60]
        assert 23 * 60 < sum(minutes) <= 24 * 60
        assert retries.pause_after(len(minutes) + 1) is None

    @pytest.mark.parametrize(
        ("error", "final"),
        [
            (smtplib.SMTPRecipientsRefused({"a": (550, b"no")}), True),
            (smtplib.SMTPRecipientsRefused({"a": (450, b"later")}), False),
            (smtplib.SMTPDataError(554, b"no"), True),
            (smtplib.SMTPDataError(451, b"later"), False),
            (smtplib.SMTPSenderRefused(550, b"no", "us"), False),
            (smtplib.SMTPAuthenticationError(535, b"no"), False),
            (smtplib.SMTPServerDisconnected("gone"), False),
            (ConnectionRefusedError("refused"), False),
        ],
    )
    def test_what_is_final(self, error, final):
        assert retries.is_final(error) == final

    def test_a_reason_is_one_line(self):
        assert retries.reason(smtplib.SMTPDataError(554, b"a\r\nb")) == "554 a b"
