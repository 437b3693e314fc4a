"""Two people at the very same moment, on the pages: one wins, the other is told and keeps what was typed."""

import datetime
import html
import uuid

import pytest

from audit.models import AuditEntry
from organizations.roles import Role
from tasks import counts
from tasks.models import Assignment, Extension, ProgressEntry, Review, Transition
from tests import factories
from tests.together import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TODAY = factories.TODAY
DAY = datetime.date
NOW = datetime.datetime(2017, 9, 19, 9, 0, tzinfo=datetime.UTC)
DESK, BULK = "/2017/review/", "/2017/review/bulk/"


@pytest.fixture
def chief(city):
    return factories.user(city.office, Role.HEAD, "chief", post="主任")


def sent(plan, unit, **fields):
    values = {"state": "submitted", "percent": 100, "done_on": TODAY, "handed_on": TODAY} | fields
    return factories.assignment(factories.task(plan, lead=unit), unit, **values)


def posting(client, address, **data):
    return lambda: client.post(address, data, follow=True)


def shown(response):
    return html.unescape(response.content.decode())


def loser_of(*tries):
    """The answer of who was too slow: the only one whose page came back without a redirect."""
    slow = [answer for answer in tries if not answer.redirect_chain]
    assert len(slow) == 1, [answer.redirect_chain for answer in tries]
    return slow[0]


def refusals(verb="assignment.refused"):
    return [(entry.by_id, entry.after["step"], entry.after["why"]) for entry in AuditEntry.objects.filter(verb=verb)]


def test_the_same_extension_decided_twice(city, plan, cast, chief, log_in):
    late = factories.assignment(factories.task(plan, lead=city.safety), city.safety, state="in_progress")
    asked = Extension.objects.create(
        plan=plan, assignment=late, asked_by=cast.inspector, asked_at=NOW, asked_on=NOW.date(), reason="设备未到",
        due_before=late.due_on, due_wanted=DAY(2017, 11, 30),
    )  # fmt: skip
    page, known = f"{DESK}?at=e{asked.pk}", {"version": late.version, "due_after": "2017-11-30"}
    granted, refused = together(
        posting(log_in(cast.admin), page, do="grant", opinion="同意延期，抓紧安装", **known),
        posting(log_in(chief), page, do="refuse", opinion="不同意，按期完成", **known),
    )
    slow = loser_of(granted, refused)
    won_by_grant = slow is refused
    assert ("不同意，按期完成" if won_by_grant else "同意延期，抓紧安装") in shown(slow), "typed words are kept"
    winner = cast.admin if won_by_grant else chief
    assert f"{winner.post_and_unit}已对这项申请作出决定" in shown(slow)
    asked.refresh_from_db()
    late.refresh_from_db()
    assert (asked.decision, asked.decided_by) == ("approved" if won_by_grant else "refused", winner)
    assert late.due_on == (DAY(2017, 11, 30) if won_by_grant else DAY(2017, 10, 31))
    assert refusals() == [((chief if won_by_grant else cast.admin).pk, "refuse" if won_by_grant else "grant", "stale")]
    assert counts.differences(plan) == {}


def test_several_approved_while_one_of_them_is_sent_back(city, plan, cast, chief, log_in):
    rows = [sent(plan, city.safety), sent(plan, city.jiaozhou), sent(plan, city.pingdu)]
    contested = rows[1]
    picked = ",".join(f"{row.pk}:{row.version}" for row in rows)
    many, one = together(
        posting(log_in(cast.admin), BULK, do="approve", picked=picked, confirmed="1", opinion="一并同意"),
        posting(log_in(chief), f"{DESK}?at=s{contested.pk}", do="send_back", opinion="缺盖章件", version=1),
    )
    contested.refresh_from_db()
    assert set(Assignment.objects.filter(state="done")) >= {rows[0], rows[2]}
    assert Review.objects.filter(assignment=contested).count() == 1
    assert Transition.objects.filter(assignment=contested).count() == 1
    if contested.state == "done":
        slow = loser_of(many, one)
        assert slow is one
        assert "缺盖章件" in shown(one), "typed words are kept"
        assert cast.admin.post_and_unit in shown(one)
        assert refusals() == [(chief.pk, "send_back", "stale")]
    else:
        assert contested.state == "sent_back"
        assert f"{contested.task.title}（胶州市政府），其间已由{chief.post_and_unit}改动，现为“已退回”" in shown(many)
        assert refusals() == [(cast.admin.pk, "approve", "stale")]
    assert counts.differences(plan) == {}


def test_the_only_one_of_several_is_gone(city, plan, cast, chief, log_in):
    """Nothing is left to send back, but the reason that was typed for it is still there."""
    row = sent(plan, city.safety)
    log_in(chief).post(f"{DESK}?at=s{row.pk}", {"do": "approve", "opinion": "", "version": row.version})
    data = {"do": "send_back", "picked": f"{row.pk}:{row.version}", "confirmed": "1", "opinion": "缺盖章件"}
    page = shown(log_in(cast.admin).post(BULK, data))
    assert "缺盖章件" in page
    assert chief.post_and_unit in page
    assert "其中没有仍待您审核的" in page
    assert refusals() == [(cast.admin.pk, "send_back", "stale")]


def form_of(client, address):
    """What the form of a page holds, as a browser would send it."""
    page = client.get(address)
    form, lines = page.context["form"], page.context.get("lines")
    values = {name: form[name].value() for name in form.fields}
    if lines is not None:
        values |= {f"milestones-{name}": lines.management_form[name].value() for name in lines.management_form.fields}
        values |= {line.add_prefix(name): line[name].value() for line in lines for name in line.fields}
    return {name: "" if value is None else value for name, value in values.items() if value is not False}


def test_the_same_task_edited_twice(city, plan, cast, log_in):
    task = factories.task(plan, lead=city.safety, title="评估", starts_on=plan.issued_on)
    second = factories.user(city.office, Role.ADMIN, "second")
    page, clients = f"/tasks/{task.pk}/edit/", [log_in(cast.admin), log_in(second)]
    titles = ["重点企业安全评估", "危化企业安全评估"]
    forms = [form_of(client, page) | {"title": title} for client, title in zip(clients, titles, strict=True)]
    tries = together(*(posting(client, page, **form) for client, form in zip(clients, forms, strict=True)))
    slow = loser_of(*tries)
    lost = tries.index(slow)
    assert f'value="{titles[lost]}"' in shown(slow), "typed words are kept"
    assert titles[1 - lost] in shown(slow), "and beside them what it is called now"
    task.refresh_from_db()
    assert (task.title, task.version) == (titles[1 - lost], 2)
    assert refusals("task.refused") == [((cast.admin, second)[lost].pk, "update", "stale")]


def test_the_same_result_written_twice(city, plan, cast, log_in):
    task = factories.task(plan, lead=city.safety)
    factories.assignment(task, city.safety, state="done", percent=100, done_on=TODAY)
    people = [cast.inspector, factories.user(city.safety, Role.HEAD, "bureau-chief", post="局长")]
    texts = ["完成评估450家，整改隐患1200条", "全部镇街完成演练"]
    page, version = f"/tasks/{task.pk}/result/", task.version
    tries = together(
        *(posting(log_in(who), page, text=text, version=version) for who, text in zip(people, texts, strict=True))
    )
    slow = loser_of(*tries)
    lost = tries.index(slow)
    assert texts[lost] in shown(slow), "typed words are kept"
    assert people[1 - lost].post_and_unit in shown(slow)
    task.refresh_from_db()
    assert (task.result, task.result_by, task.version) == (texts[1 - lost], people[1 - lost], version + 1)
    assert refusals("task.refused") == [(people[lost].pk, "result", "stale")]


def test_a_progress_entry_races_with_the_submission(city, plan, cast, log_in):
    owed = factories.assignment(
        factories.task(plan, lead=city.safety, target=450, unit="家"), city.safety, state="in_progress", quantity=450,
        percent=100,
    )  # fmt: skip
    colleague = factories.user(city.safety, Role.INSPECTOR, "colleague")
    entry = {
        "happened_on": "2017-09-19", "quantity": "3", "percent": "", "what": "补登三家企业", "problems": "",
        "next_steps": "", "request_key": str(uuid.uuid4()),
    }  # fmt: skip
    at, version = f"/assignments/{owed.pk}", owed.version
    logged, submitted = together(
        posting(log_in(colleague), f"{at}/progress/", **entry, version=version),
        posting(log_in(cast.inspector), f"{at}/submit/", opinion="都做完了", version=version),
    )
    slow = loser_of(logged, submitted)
    owed.refresh_from_db()
    if slow is logged:
        assert "补登三家企业" in shown(slow), "typed words are kept"
        assert cast.inspector.post_and_unit in shown(slow)
        assert (owed.state, owed.quantity, ProgressEntry.objects.count()) == ("submitted", 450, 0)
        assert refusals() == [(colleague.pk, "progress", "stale")]
    else:
        assert "都做完了" in shown(slow), "typed words are kept"
        assert colleague.post_and_unit in shown(slow)
        assert (owed.state, owed.quantity, ProgressEntry.objects.count()) == ("in_progress", 453, 1)
        assert refusals() == [(cast.inspector.pk, "submit", "stale")]
    assert counts.differences(plan) == {}
