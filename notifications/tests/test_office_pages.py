"""The office's pages: the ladder as data, the calendar, what was sent, and the operator's page."""

import datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from background.models import ScheduledSlot
from lib import clock
from notifications import ladders, operations
from notifications.calendar import calendar
from notifications.models import Delivery, Stage, WorkYear
from tests import factories

D = datetime.date
PAGES = ("ladder", "work_calendar", "delivery_log", "operations")


@pytest.fixture
def office(cast, log_in):
    cast.admin.email = "office@example.com"
    cast.admin.save()
    return log_in(cast.admin)


@pytest.fixture
def ladder(city):
    return ladders.ladder_of(city.commission)


def stage_of(ladder, code="before:7"):
    side, offset = code.split(":")
    return ladder.stages.get(subject="assignment", side=side, offset=offset)


def form_of(ladder, **changed):
    values = {"side": "before", "offset": 7, "audiences": ["inspector"], "wording": "", "is_active": "on"}
    return values | {"version": ladder.version} | changed


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["head", "inspector", "auditor"])
def test_they_are_the_offices(name, who, cast, log_in):
    assert log_in(getattr(cast, who)).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_a_constant_number_of_queries(name, office, cast, city, django_assert_max_num_queries):
    office.get(reverse(name))
    for number in range(60):
        factories.message(cast.head, dedup_key=f"m{number}")
    with django_assert_max_num_queries(15):
        assert office.get(reverse(name)).status_code == 200


class TestLadder:
    def test_shows_the_default_rungs(self, office):
        page = office.get(reverse("ladder")).content.decode()
        for words in ("到期前 30 天", "到期当日", "逾期 10 个工作日", "安委会领导", "待审核报审"):
            assert words in page

    def test_a_change_is_kept_recorded_and_counts_from_today(self, office, ladder):
        stage = stage_of(ladder)
        answer = office.post(
            reverse("stage_edit", args=[stage.pk]),
            form_of(ladder, offset=5, audiences=["inspector", "head"], wording="抓紧", urgent="on"),
        )
        assert answer.status_code == 302
        stage.refresh_from_db()
        assert (stage.code, stage.audiences, stage.urgent, stage.wording) == (
            "before:5", ["inspector", "head"], True, "抓紧",
        )  # fmt: skip
        assert stage.since == clock.today()
        [entry] = AuditEntry.objects.filter(verb="reminders.stage_change")
        assert entry.before["offset"] == 7

    def test_a_new_wording_moves_nothing(self, office, ladder):
        stage = stage_of(ladder)
        office.post(reverse("stage_edit", args=[stage.pk]), form_of(ladder, wording="抓紧"))
        stage.refresh_from_db()
        assert (stage.wording, stage.since) == ("抓紧", None)

    def test_a_stage_can_be_added(self, office, ladder):
        office.post(
            reverse("stage_create") + "?subject=review", form_of(ladder, side="after", offset=3, audiences=["reviewer"])
        )
        assert Stage.objects.get(subject="review", offset=3).since == clock.today()

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"offset": 1}, "到期前 1 天"),  # collides
            ({"side": "after", "offset": 10}, "逾期 10 个工作日"),
            ({"side": "after", "offset": 0}, "从 1 开始"),
            ({"audiences": []}, "至少"),
            ({"audiences": ["stand_in"]}, "stand_in"),
            ({"audiences": ["reviewer"]}, "reviewer"),
            ({"offset": 400}, "366"),
            ({"offset": ""}, "必填"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_kept(self, changed, said, office, ladder):
        stage = stage_of(ladder)
        page = office.post(reverse("stage_edit", args=[stage.pk]), form_of(ladder, wording="我写的话", **changed))
        assert page.status_code == 200
        text = page.content.decode()
        assert said in text
        assert "我写的话" in text
        assert stage_of(ladder).wording == ""
        assert not AuditEntry.objects.filter(verb="reminders.stage_change").exists()

    @pytest.mark.parametrize("where", ["edit", "add"])
    def test_stages_that_collide_are_refused_with_the_reason_and_recorded(self, where, office, ladder, cast):
        stage = stage_of(ladder)
        address = reverse("stage_edit", args=[stage.pk]) if where == "edit" else reverse("stage_create")
        text = office.post(address, form_of(ladder, offset=1, wording="我写的话")).content.decode()
        assert "该时点已有档次：到期前 1 天" in text
        assert "我写的话" in text
        [refused] = AuditEntry.objects.filter(verb="reminders.refused")
        assert refused.by == cast.admin
        assert "到期前 1 天" in refused.after["reason"]
        ladder.refresh_from_db()
        assert ladder.version == 1, "nothing of it was written"

    def test_reviews_have_no_days_before(self, office, ladder):
        page = office.post(reverse("stage_create") + "?subject=review", form_of(ladder, audiences=["reviewer"]))
        assert page.status_code == 200
        assert not Stage.objects.filter(subject="review", side="before").exists()

    def test_of_two_who_change_it_at_once_one_is_told(self, office, ladder):
        first, second = stage_of(ladder), stage_of(ladder, "before:1")
        stale = form_of(ladder, offset=2, wording="我写的话")
        office.post(reverse("stage_edit", args=[first.pk]), form_of(ladder, offset=6))
        page = office.post(reverse("stage_edit", args=[second.pk]), stale)
        text = page.content.decode()
        assert "已被他人修改" in text
        assert "我写的话" in text
        assert stage_of(ladder, "before:1").wording == ""
        ladder.refresh_from_db()
        assert f'name="version" value="{ladder.version}"' in text

    def test_anothers_ladder_is_not_there(self, ladder, cast, log_in):
        assert log_in(cast.outsider).get(reverse("stage_edit", args=[stage_of(ladder).pk])).status_code == 404


class TestCalendar:
    address = reverse("work_calendar")

    def test_a_year_is_entered_as_the_notice_says_it(self, office):
        off = "2030-01-01\n2030年2月3日至2030年2月9日，2030/10/1 ~ 2030/10/7"
        office.post(self.address, {"year": 2030, "off": off, "on": "2030-02-10"})
        found = calendar()
        assert found.knows(2030)
        assert not found.works(D(2030, 2, 5))
        assert found.works(D(2030, 2, 10))
        assert AuditEntry.objects.filter(verb="reminders.calendar").count() == 1

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"off": "2030-02-30"}, "2030-02-30"),
            ({"off": "春节"}, "春节"),
            ({"off": "2031-01-01"}, "2030"),
            ({"off": "2030-10-07 ~ 2030-10-01"}, "2030-10-07"),
            ({"off": ""}, "必填"),
            ({"on": "2030-02-11"}, "2030年2月11日"),
            ({"off": "2030-02-10", "on": "2030-02-10"}, "2030年2月10日"),
        ],
    )
    def test_what_is_wrong_is_said(self, values, said, office):
        page = office.post(self.address, {"year": 2030, "off": "2030-01-01", "on": ""} | values)
        assert said in page.content.decode()
        assert not WorkYear.objects.exists()

    def test_a_missing_year_is_an_alarm(self, office, settings):
        settings.BUSINESS_DATE = "2050-11-02"
        for name in ("ladder", "operations"):
            page = office.get(reverse(name)).content.decode()
            assert "2050" in page
            assert "2051" in page
            assert 'role="alert"' in page


class TestDeliveries:
    @pytest.fixture
    def bounced(self, cast):
        cast.head.email = "gone@example.com"
        cast.head.save()
        note = factories.message(cast.head, urgent=True)
        failed = note.deliveries.by_mail()
        failed.update(state="failed", permanent=True, error="550 no such user", attempts=1, next_attempt_at=None)
        return failed.get()

    def test_the_office_sees_who_was_not_reached_and_why(self, bounced, office, cast):
        page = office.get(reverse("delivery_log") + "?state=open").content.decode()
        assert "550 no such user" in page
        assert cast.head.real_name in page
        assert 'href="/people/' in page

    def test_it_is_sent_again_to_the_corrected_address(self, bounced, office, cast):
        cast.head.email = "right@example.com"
        cast.head.save()
        office.post(reverse("delivery_act", args=[bounced.pk]), {"do": "resend"})
        bounced.refresh_from_db()
        assert (bounced.state, bounced.address, bounced.permanent) == ("waiting", "right@example.com", False)
        assert AuditEntry.objects.filter(verb="delivery.resend").count() == 1

    def test_without_an_address_it_is_not(self, bounced, office, cast):
        cast.head.email = ""
        cast.head.save()
        page = office.post(reverse("delivery_act", args=[bounced.pk]), {"do": "resend"}, follow=True)
        assert cast.head.real_name in page.content.decode()
        bounced.refresh_from_db()
        assert bounced.state == "failed"

    def test_it_can_be_taken_off_the_list_once(self, bounced, office):
        for _ in range(2):
            office.post(reverse("delivery_act", args=[bounced.pk]), {"do": "settle"})
        assert AuditEntry.objects.filter(verb="delivery.settle").count() == 1
        assert office.get(reverse("delivery_log") + "?state=open").context["rows"] == []

    def test_another_citys_mail_is_not_there(self, bounced, cast, log_in):
        other = log_in(cast.outsider)
        assert other.get(reverse("delivery_log")).context["rows"] == []
        assert other.post(reverse("delivery_act", args=[bounced.pk]), {"do": "settle"}).status_code == 404

    def test_it_is_exported_as_shown(self, bounced, office):
        text = b"".join(office.get(reverse("delivery_log") + "?state=open&format=csv").streaming_content).decode(
            "utf-8-sig"
        )
        assert "550 no such user" in text


class TestOperations:
    address = reverse("operations")

    def test_shows_jobs_with_their_last_and_next_run(self, office):
        now = timezone.now()
        ScheduledSlot.objects.create(
            job="notifications.remind", slot=now, claimed_at=now, finished_at=now, outcome="done", result="12 stages"
        )
        ScheduledSlot.objects.create(job="tasks.check_counts", slot=now, attempts=1, error="ValueError: 坏了")
        page = office.get(self.address)
        text = page.content.decode()
        assert "12 stages" in text
        assert "ValueError: 坏了" in text
        rows = {row.name: row for row in page.context["jobs"]}
        assert rows["notifications.remind"].next.endswith("07:30")
        assert rows["notifications.remind"].signal == "done"
        assert rows["tasks.check_counts"].signal == "over"

    def test_every_job_has_a_name(self):
        from background.schedule import discover

        assert set(discover().jobs) <= operations.NAMES.keys()

    def test_says_when_nothing_runs(self, office):
        assert office.get(self.address).context["silence"]
        ScheduledSlot.objects.create(job=operations.BEAT, slot=timezone.now(), claimed_at=timezone.now())
        assert office.get(self.address).context["silence"] == ""

    def test_run_now_orders_one_run(self, office):
        for _ in range(2):
            office.post(reverse("job_run"), {"job": "notifications.remind"})
        assert ScheduledSlot.objects.of("notifications.remind").count() == 1
        assert AuditEntry.objects.filter(verb="operations.run").count() == 1
        office.post(reverse("job_run"), {"job": "no.such"})
        assert ScheduledSlot.objects.count() == 1

    def test_a_test_mail_goes_to_who_asks(self, office, cast):
        office.post(reverse("mail_test"))
        assert mail.outbox[0].to == ["office@example.com"]

    def test_what_the_server_says_is_shown(self, office, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        assert "refused" in office.post(reverse("mail_test"), follow=True).content.decode()

    def test_a_dead_broker_is_shown_and_breaks_nothing(self, office, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert "Redis 无响应" in office.get(self.address).content.decode()

    def test_the_oldest_mail_that_waits_is_shown(self, office, cast):
        cast.head.email = "head@example.com"
        cast.head.save()
        factories.message(cast.head, urgent=True)
        Delivery.objects.waiting().update(error="ConnectionRefusedError")
        assert "ConnectionRefusedError" in office.get(self.address).content.decode()
