"""The pages of plan, task and assignment take the same few queries with one row of everything and with many."""

import datetime

import pytest
from django.urls import reverse

from audit.record import record
from notifications.ladders import ladder_of
from notifications.models import Reminder
from organizations.roles import Role
from tasks.models import Assignment, Extension, Milestone, Review, TaskItem, Transition
from tests import factories
from tests.queries import LIMIT, taken

NOW = datetime.datetime(2017, 9, 19, 9, 0, tzinfo=datetime.UTC)
DAY = datetime.date


@pytest.fixture
def owed(city, plan, cast):
    """An assignment of the safety bureau with one of everything beside it, and the task it belongs to."""
    task = factories.task(
        plan, lead=city.safety, cooperating=[city.districts, city.transport], target=450, unit="家", own_head_first=True
    )
    found = factories.assignment(task, city.safety, state="in_progress", quantity=9, percent=2)
    duties = factories.duty_list(city.safety, "粉尘防爆", state="published")
    factories.duty_list(city.safety, "粉尘防爆监督", version=2)
    TaskItem.objects.create(task=task, duty=duties.items.get().duty, state="confirmed", by=cast.inspector, at=NOW)
    grow(found, city, plan, cast, 1)
    return found


def grow(owed, city, plan, cast, number):
    """So many more of whatever the pages list, each by another person where persons are named."""
    for serial in range(number):
        known = {"plan": plan, "assignment": owed}
        person = factories.user(city.safety, Role.INSPECTOR)
        chief = factories.user(city.office, Role.HEAD)
        factories.evidence(owed, person)
        Review.objects.create(**known, reviewer=chief, decision="sent_back", opinion="缺附件", decided_at=NOW)
        Extension.objects.create(
            **known, asked_by=person, asked_at=NOW, asked_on=NOW.date(), reason="设备未到", due_before=owed.due_on,
            due_wanted=DAY(2017, 11, 30), decision="refused", decided_by=chief, decided_at=NOW, opinion="按期完成",
        )  # fmt: skip
        for verb, by in (("submit", person), ("send_back", chief)):
            Transition.objects.create(
                **known, verb=verb, source="in_progress", target="in_progress", by=by, at=NOW, on=NOW.date()
            )
        Milestone.objects.create(task=owed.task, due_on=DAY(2017, 9, number + serial), title="中期检查")
        told(owed, city, person, serial)
        record("assignment.send_back", owed, by=chief, at=NOW, after={"reason": "缺附件"})
        record("task.update", owed.task, by=cast.admin, at=NOW, after={"title": "评估"})
        other = factories.task(plan, lead=city.safety, cooperating=city.districts, due_on=DAY(2017, 9, 10))
        factories.assignment(
            other, city.safety, state="submitted", done_on=NOW.date(), submitted_by=person, percent=100
        )
        with_head = {"state": "with_head", "handed_on": NOW.date(), "submitted_by": person, "percent": 100}
        factories.assignment(factories.task(plan, lead=city.safety), city.safety, **with_head)
        factories.assignment(owed.task, factories.organization(parent=city.jiaozhou), role="cooperating")
        late = factories.assignment(factories.task(plan, lead=city.transport), city.transport, state="in_progress")
        Extension.objects.create(
            plan=plan, assignment=late, asked_by=factories.user(city.transport), asked_at=NOW, asked_on=NOW.date(),
            reason="设备未到", due_before=late.due_on, due_wanted=DAY(2017, 11, 30),
        )  # fmt: skip


def told(owed, city, person, serial):
    """News of its own, and a stage of the ladder inside a digest."""
    factories.message(person, about=owed)
    digest = factories.message(person)
    Reminder.objects.create(
        ladder=ladder_of(city.commission), subject="assignment", about_type="tasks.assignment", about_id=owed.pk,
        plan_id=owed.plan_id, due_on=owed.due_on, stage=f"before:{serial % 30}", recipient=person, notification=digest,
        audience="inspector", on=NOW.date(), what="任务", unit="市安监局", link="/",
    )  # fmt: skip


def addresses(owed):
    """The pages of the plan that everybody may read, and the steps that a reader may not be allowed."""
    by_year, by_task = {"year": owed.plan.year}, {"pk": owed.task_id}
    asked = Extension.objects.undecided().first()
    sent = Assignment.objects.filter(state="submitted").first()
    desk = reverse("review_desk", kwargs=by_year)
    everybody = [
        reverse("plan", kwargs=by_year),
        reverse("work_point", kwargs=by_year | {"number": 1}),
        reverse("task", kwargs=by_task),
        reverse("ledger", kwargs=by_year),
        reverse("dashboard", kwargs=by_year),
        reverse("awaits_me", kwargs=by_year),
        reverse("assignment", kwargs={"pk": owed.pk}),
        reverse("search", kwargs=by_year) + "?q=任务",
    ]
    steps = {
        "chief": [
            desk,
            *(reverse(name, kwargs={"pk": owed.pk}) for name in ("progress_create", "submit", "extension_ask")),
        ],
        "admin": [
            f"{desk}?at=s{sent.pk}",
            f"{desk}?at=e{asked.pk}",
            reverse("task_edit", kwargs=by_task),
            reverse("task_list", kwargs=by_year),
            reverse("cancel", kwargs={"pk": owed.pk}),
            reverse("approve", kwargs={"pk": sent.pk}),
            reverse("send_back", kwargs={"pk": sent.pk}),
        ],
    }
    return everybody, steps


@pytest.mark.parametrize("who", ["admin", "chief", "inspector", "auditor"])
def test_pages_take_the_same_few_queries_for_one_and_for_many(who, owed, city, plan, cast, log_in):
    people = vars(cast) | {"chief": factories.user(city.safety, Role.HEAD, "chief")}
    client = log_in(people[who])
    everybody, steps = addresses(owed)
    pages = everybody + steps.get(who, [])
    one = {address: taken(client, address) for address in pages}
    grow(owed, city, plan, cast, 4)
    many = {address: taken(client, address) for address in pages}
    assert many == one
    assert {address: number for address, number in many.items() if number > LIMIT} == {}
