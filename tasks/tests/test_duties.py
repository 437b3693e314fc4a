"""Duties beside tasks: shared words, proposals, decisions, and the search over all lists."""

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.roles import Role
from responsibilities.actions import lists
from tasks.actions import duty_links
from tasks.duty_match import shared, telling
from tasks.models import TaskItem
from tests import factories

NOW = timezone.now()
PAIRS = [
    ("粉尘防爆专项监督检查", "推进粉尘防爆专项治理", ["粉尘防爆专项"]),
    ("受理“12350”举报，落实举报奖励", "查处“12350”举报并兑现奖励", ["12350", "举报", "奖励"]),
    ("地下综合管廊施工安全监管", "制定地下综合管廊政策规范与技术标准", ["地下综合管廊"]),
    ("组织开展安全生产监督检查工作", "落实安全生产监督管理责任", None),  # boilerplate proves nothing
    ("烟花爆竹批发许可", "整治水利工程", None),
    ("", "", None),
]


@pytest.mark.parametrize(("duty", "task", "words"), PAIRS)
def test_shared_words(duty, task, words):
    found = shared(duty, task)
    assert (found.words if found else None) == words


def test_every_shared_word_stands_in_both_texts():
    for duty, task, _words in PAIRS:
        found = shared(duty, task)
        for word in found.words if found else []:
            assert word in duty
            assert word in task
    assert telling("安全生产监督检查") == set()


@pytest.fixture
def duties(city, plan):
    """A published list of one unit, tasks of it and of another."""
    listed = factories.duty_list(city.safety, "粉尘防爆监督检查", "烟花爆竹批发许可", state="published")
    dust = factories.task(plan, lead=city.safety, title="推进粉尘防爆专项治理")
    factories.assignment(dust, city.safety)
    other = factories.task(plan, lead=city.transport, title="粉尘防爆也归交通")
    factories.assignment(other, city.transport)
    return {"list": listed, "dust": dust, "other": other}


def test_proposals_join_a_units_duties_and_its_own_tasks(duties, plan, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        assert duty_links.propose(plan=plan) == 1
    link = TaskItem.objects.get()
    assert (link.task, link.state, link.shared) == (duties["dust"], "suggested", ["粉尘防爆"])
    assert duty_links.propose(plan=plan) == 1  # and never twice


def test_what_people_decided_is_left_alone(duties, plan, cast):
    duty_links.propose(plan=plan)
    duty_links.decide(links=list(TaskItem.objects.all()), state="rejected", by=cast.admin, at=NOW)
    assert duty_links.propose(plan=plan) == 0
    assert TaskItem.objects.get().state == "rejected"


def test_heads_decide_and_everybody_sees_what_was_confirmed(duties, plan, city, cast, log_in):
    duty_links.propose(plan=plan)
    link, item = TaskItem.objects.get(), duties["list"].items.get(title__startswith="粉尘")
    address = reverse("duty_link_decide", args=[city.safety.pk])
    stranger = log_in(cast.head)
    task_page = reverse("task", args=[duties["dust"].pk])
    assert "粉尘防爆监督检查" not in stranger.get(task_page).content.decode()
    for person, status in ((cast.head, 403), (cast.inspector, 403), (cast.auditor, 403)):
        assert log_in(person).post(address, {"pick": link.pk, "do": "confirm"}).status_code == status
    head = log_in(factories.user(city.safety, Role.HEAD))
    head.post(address, {"pick": link.pk, "do": "confirm", "item": item.pk})
    link.refresh_from_db()
    assert link.state == "confirmed"
    assert "粉尘防爆监督检查" in stranger.get(task_page).content.decode()
    assert "推进粉尘防爆专项治理" in stranger.get(reverse("duty_item", args=[item.pk])).content.decode()


def test_a_task_that_the_unit_has_no_share_in_cannot_be_linked(duties, cast, log_in):
    item = duties["list"].items.first()
    with pytest.raises(Exception, match="没有承担"):
        duty_links.link(task=duties["other"], duty=item.duty, by=cast.admin, at=NOW)
    client = log_in(cast.admin)
    client.post(reverse("duty_item_link", args=[item.pk]), {"task": duties["dust"].pk})
    assert TaskItem.objects.get().state == "confirmed"


def test_a_revision_keeps_its_links(duties, city, cast, log_in):
    item = duties["list"].items.first()
    duty_links.link(task=duties["dust"], duty=item.duty, by=cast.admin, at=NOW)
    draft = lists.create(organization=city.safety, kind="duties", year=2017, by=cast.admin, at=NOW)
    page = log_in(cast.inspector).get(reverse("duty_item", args=[draft.items.first().pk])).content.decode()
    assert "推进粉尘防爆专项治理" in page


SEARCHES = [
    ("粉尘防爆", True),
    ("粉尘 执法处", True),
    ("安全生产法 第五十九条", True),
    ("市安监局 粉尘", True),
    ("粉尘 第九十九条", False),
    ("专项治理", False),
]  # fmt: skip


@pytest.mark.parametrize(("query", "found"), SEARCHES)
def test_which_unit_answers_for_it(query, found, duties, cast, log_in):
    page = log_in(cast.head).get(reverse("duty_search"), {"q": query}).content.decode()
    assert ('class="ledger cards cards-plain duty-hits"' in page.split("最接近的事项")[0]) is found
    assert ("市安监局" in page) or not found


def test_words_of_a_confirmed_task_lead_to_the_duty(duties, cast, log_in):
    item = duties["list"].items.first()
    duty_links.link(task=duties["dust"], duty=item.duty, by=cast.admin, at=NOW)
    page = log_in(cast.head).get(reverse("duty_search"), {"q": "专项治理"}).content.decode()
    assert f"/items/{item.pk}/" in page


def test_drafts_and_other_cities_are_not_found(city, cast, log_in):
    factories.duty_list(city.safety, "秘密草稿的职责")
    factories.duty_list(city.transport, "公开的职责", state="published")
    assert "秘密" not in log_in(cast.admin).get(reverse("duty_search"), {"q": "的职责"}).content.decode()
    assert "公开" in log_in(cast.head).get(reverse("duty_search"), {"q": "的职责"}).content.decode()
    assert "交通" not in log_in(cast.outsider).get(reverse("duty_search"), {"q": "公开"}).content.decode()


def test_without_a_hit_the_nearest_is_shown(duties, cast, log_in):
    page = log_in(cast.head).get(reverse("duty_search"), {"q": "粉尘爆炸"}).content.decode()
    assert "最接近的事项" in page
    assert "监督检查" in page
