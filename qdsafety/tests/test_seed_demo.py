"""seed_demo: believable, the same every time, and nothing that the site's own actions would not have written."""

import dataclasses
import io
from collections import Counter

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from audit.models import AuditEntry, Verification
from lib import clock
from lib.sheets.read import read_workbook
from notifications.models import Notification, Reminder
from organizations.actions.imports import import_units
from organizations.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from organizations.models import Organization, User
from organizations.roles import Role
from qdsafety.demo import DAY
from qdsafety.demo.cast import Cast
from qdsafety.demo.chronicle import Deeds, Teller, write
from qdsafety.management.commands import seed_demo
from responsibilities.models import ResponsibilityList
from tasks import counts, rights
from tasks.actions import progress, reviews
from tasks.management.commands.seed_plan import UNITS
from tasks.models import Assignment, Evidence, Extension, Plan, ProgressEntry, Review, Task, TaskItem, Transition
from tasks.punctuality import punctuality_case
from tasks.seed.load import load_plan
from tasks.seed.reader import read_plan
from tasks.states import UNIT_ACTS, AssignmentState, UnitRole
from tests import watch

TASKS = {"13", "47", "66", "133", "221", "241"}
STEPS = {f"assignment.{verb}" for verb in ("progress", "hand_in", "endorse", "submit", "approve", "send_back")}


@pytest.fixture
def small_plan(db):
    """The city's units and some tasks of the plan of 2017: of each cadence and family, for each kind of unit."""
    import_units(sheets=read_workbook(UNITS), by=None, at=clock.now())
    seed = read_plan(2017)
    commission = Organization.objects.get(name=seed.issuer)
    seed = dataclasses.replace(seed, tasks=[task for task in seed.tasks if task.number in TASKS])
    return load_plan(seed=seed, commission=commission, at=clock.now(), today=clock.today()).plan


def run(enterprises=20):
    out = io.StringIO()
    call_command("seed_demo", enterprises=enterprises, stdout=out)
    return out.getvalue()


def digest():
    """All that the demo is, without keys of the database and without the salt of the passwords."""
    duty = ("assignment__task__number", "assignment__organization__name", "assignment__period")
    return [
        list(rows)
        for rows in (
            User.objects.order_by("username").values_list("username", "real_name", "organization__name", "role", "post",
                                                          "phone", "date_joined"),
            Assignment.objects.order_by("task__number", "organization__name", "period").values_list(
                "task__number", "organization__name", "period", "state", "due_on", "quantity", "percent",
                "last_progress_on", "sent_back_on", "done_on", "submitted_by__username", "closed_at", "version"),
            ProgressEntry.objects.order_by("id").values_list(
                *duty, "author__username", "happened_on", "created_at", "quantity", "total", "percent", "what",
                "problems", "next_steps", "request_key"),
            Review.objects.order_by("id").values_list(*duty, "reviewer__username", "decision", "opinion", "decided_at"),
            Evidence.objects.order_by("id").values_list(*duty, "name", "content_type", "sha256", "uploaded_at"),
            AuditEntry.objects.filter(verb__in=STEPS).order_by("id").values_list("at", "by__username", "verb",
                                                                                 "object_text"),
            Transition.objects.order_by("at", "id").values_list(*duty, "verb", "source", "target", "due_on", "on",
                                                                "by__username", "reason"),
        )
    ]  # fmt: skip


def test_it_is_refused_where_neither_debug_nor_demo_is_on(db, settings):
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(CommandError, match="no demo"):
        run()
    assert not Organization.objects.exists()


def test_two_runs_in_fresh_databases_give_the_same_data(small_plan):
    found = []
    for _ in range(2):
        with transaction.atomic():
            run()
            found.append(digest())
            transaction.set_rollback(True)
    assert all(found[0])
    assert found[0] == found[1]


def test_a_second_run_changes_nothing(small_plan):
    run()
    before = digest()
    assert "nothing was changed" in run()
    assert digest() == before


def test_it_says_when_the_day_is_another(small_plan, settings, capsys):
    settings.BUSINESS_DATE = "2017-10-01"
    run()
    assert f"BUSINESS_DATE={DAY}" in capsys.readouterr().err


@pytest.fixture
def prepared(small_plan, monkeypatch):
    """Everything of the demo but the work."""
    monkeypatch.setattr(seed_demo, "write", lambda **_: Deeds(0, 0, 0, 0))
    monkeypatch.setattr(seed_demo, "season", lambda **_: 0)
    run()
    return small_plan


def test_what_stands_there_is_what_the_actions_would_have_written(prepared):
    """Tells each story again through the actions, which refuse whatever breaks a rule, and compares."""
    people = User.objects.select_related("organization").order_by("id")
    with transaction.atomic():
        write(plan=prepared, people=people)
        written = digest()
        transaction.set_rollback(True)
    teller = Teller(prepared, Cast(people))
    rows = Assignment.objects.of_plan(prepared).select_related("plan", "task", "organization")
    order = ("work_point__number", "task__position", "organization__position", "period")
    told = [found for serial, row in enumerate(rows.order_by(*order)) for found in teller.happenings(row, serial)]
    assert {found.verb for found in told} == STEPS
    for happening in sorted(told, key=lambda found: (found.at, found.order)):
        replay(happening, rows.get(pk=happening.row.pk))
    assert digest() == written
    assert counts.differences(prepared) == {}


def replay(happening, row):
    """The same step as a person takes it, with the right to."""
    act = {"assignment": row, "by": happening.by, "at": happening.at, "today": timezone.localdate(happening.at)}
    if happening.entry:
        assert rights.may_log(happening.by, row)
        entry = happening.entry
        fields = ("happened_on", "quantity", "percent", "what", "problems", "next_steps", "request_key")
        values = {name: getattr(entry, name) for name in fields}
        progress.log_progress(**act, **values, files=happening.proofs)
        return
    if happening.review:
        assert rights.takes(rights.parties_of(happening.by, row), row, happening.verb.removeprefix("assignment."))
        assert Assignment.objects.visible_to(happening.by).filter(pk=row.pk).exists()
        act["opinion"] = happening.review.opinion
    verb = happening.verb.removeprefix("assignment.")
    getattr(reviews, "submit" if verb == "hand_in" else verb)(**act)


def test_september_as_it_should_look(db):
    """The whole demo: enough of everything, and not too much of what is overdue."""
    run(enterprises=450)
    plan = Plan.objects.get()
    rows = Assignment.objects.of_plan(plan).standing()
    total = rows.count()
    signals = rows.annotate(signal=punctuality_case(DAY)).values_list("signal").annotate(n=Count("pk"))
    share = {signal: 100 * number / total for signal, number in signals}
    assert 5 <= share["over"] <= 8
    assert 4 <= share["soon"] <= 12
    assert 2 <= share["late"] <= 6
    assert share["done"] > 30
    states = Counter(rows.values_list("state", flat=True))
    rare = {AssignmentState.CANCELLED, AssignmentState.WITH_HEAD}
    assert min(states[state] for state in set(AssignmentState) - rare) > 50
    assert states[AssignmentState.WITH_HEAD] > 3
    decisions = set(Extension.objects.values_list("decision", flat=True))
    assert decisions >= {"", "approved", "refused"}
    assert set(Transition.objects.values_list("verb", flat=True)) >= {
        "withdraw",
        "reopen",
        "cancel",
        "extend",
        "endorse",
    }
    assert Task.objects.filter(result_at__isnull=False).count() > 3
    assert Organization.objects.exclude(kind=Organization.Kind.ENTERPRISE).count() > 70
    assert Organization.objects.filter(enterprise__isnull=False).count() == 450
    assert 50 < Evidence.objects.count() < 600
    assert counts.differences(plan) == {}
    _accounts_are_there()
    _facts_hold_together(rows)
    _the_record_is_complete(plan)
    _lists_and_reports_are_told()


def _lists_and_reports_are_told():
    published = ResponsibilityList.objects.published().values_list("organization__kind", flat=True)
    kinds = Organization.objects.order_by().values_list("kind", flat=True)
    assert set(published) == set(kinds)
    assert set(ResponsibilityList.objects.values_list("state", flat=True)) == {
        "draft", "submitted", "approved", "published",
    }  # fmt: skip
    assert TaskItem.objects.filter(state="suggested").exists()
    said = Reminder.objects.filter(subject="report")
    assert said.filter(on__lt=DAY).count() > 200
    news = Notification.objects.filter(kind="report")
    for who in ("admin", "head-jiaozhou", "inspector-anjian"):
        assert news.filter(recipient__username=who).exists()


def _accounts_are_there():
    names = [name for name, _ in DEMO_ACCOUNTS]
    people = {person.username: person for person in User.objects.filter(username__in=names)}
    assert set(names) == set(people)
    assert all(2 <= len(person.real_name) <= 4 and person.post for person in people.values())
    assert people["admin"].role == Role.ADMIN
    assert people["admin"].check_password(DEMO_PASSWORD)
    assert people["head-jiaozhou"].organization.name == "胶州市人民政府"
    for name in ("inspector-anjian", "inspector-jiaozhou", "enterprise-1"):
        owed = Assignment.objects.owed_by(people[name].organization)
        assert owed.unit_acts().exists()
        assert owed.filter(entries__isnull=False).exists()
    real_names = list(User.objects.values_list("real_name", flat=True))
    assert len(set(real_names)) == len(real_names)
    # Nobody is left without a person who can act.
    assert not Assignment.objects.exclude(organization__people__isnull=False).exists()


def _facts_hold_together(rows):
    assert not rows.filter(state=AssignmentState.DONE).filter(Q(closed_at=None) | Q(done_on=None)).exists()
    assert not rows.filter(state__in=UNIT_ACTS, done_on__isnull=False).exists()
    complete = rows.filter(state__in=[AssignmentState.DONE, AssignmentState.SUBMITTED])
    assert not complete.filter(target__isnull=False, quantity__lt=F("target")).exists()
    assert not complete.exclude(percent=100).exists()
    entries = ProgressEntry.objects.all()
    assert not entries.filter(happened_on__gte=DAY).exists()
    assert not entries.filter(happened_on__lt=F("assignment__starts_on")).exists()
    assert not entries.filter(what__contains="{").exists()
    assert not entries.filter(problems="", what="").exists()
    assert not Review.objects.filter(reviewer=F("assignment__submitted_by"), decision="approved").exists()
    assert Review.objects.filter(decision="sent_back").exclude(opinion="").count() > 100
    led = rows.get(task__title__contains="职业病危害防治评估", role=UnitRole.LEAD)
    assert 0 < led.quantity <= 450
    for proof in Evidence.objects.order_by("id")[:20]:
        assert default_storage.size(proof.file.name) == proof.size


def _the_record_is_complete(plan):
    verbs = Counter(AuditEntry.objects.filter(scope=plan.issuer).values_list("verb", flat=True))
    assert verbs["assignment.progress"] == ProgressEntry.objects.count()
    decisions = ("approve", "send_back", "endorse")
    assert sum(verbs[f"assignment.{verb}"] for verb in decisions) == Review.objects.count()
    assert verbs["assignment.submit"] + verbs["assignment.endorse"] >= Assignment.objects.exclude(done_on=None).count()
    logged = set(AuditEntry.objects.filter(verb="assignment.progress").values_list("after__entry", flat=True))
    assert logged == set(ProgressEntry.objects.values_list("pk", flat=True))
    assert watch.unsaid() == [], "every entry reads as a sentence with named fields"
    last = Verification.objects.latest()
    assert (last.intact, last.entries) == (True, AuditEntry.objects.count())
