"""A list's way by role, the gate of holders, the freeze in the database, terms of office, what each person sees."""

import datetime
import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from notifications.models import Notification
from organizations.roles import Role
from responsibilities import rights
from responsibilities.actions import items, lists, steps, terms
from responsibilities.actions.writing import StaleError
from responsibilities.content import fingerprint
from responsibilities.models import LegalBasis, ResponsibilityItem, ResponsibilityList, Term
from responsibilities.states import TRANSITIONS, ListState
from tests import factories

NOW = timezone.now()
DAY = datetime.date
VERBS = (*TRANSITIONS, "edit", "discard", "revise")
# who → state → what they may do; everything else is refused
DRAFTING = {"draft": {"submit", "edit", "discard"}, "returned": {"submit", "edit", "discard"}}
MAY = {
    "inspector": DRAFTING | {"submitted": {"withdraw"}, "approved": {"withdraw"}, "published": {"revise"}},
    "head": DRAFTING
    | {"submitted": {"withdraw", "approve", "refuse"}, "approved": {"withdraw"}, "published": {"revise"}},
    "admin": DRAFTING
    | {"submitted": {"withdraw"}, "approved": {"withdraw", "publish", "send_back"}, "published": {"revise"}},
    "auditor": {},
    "stranger": {},
}


@pytest.fixture
def people(city, cast):
    """The unit's head beside the fixed cast; the stranger works in another unit of the city."""
    return {
        "inspector": cast.inspector,
        "head": factories.user(city.safety, Role.HEAD, "head-safety"),
        "admin": cast.admin,
        "auditor": cast.auditor,
        "stranger": cast.head,
    }


def test_who_may_do_what_when(people, city):
    for year, state in enumerate(ListState.values, 2015):
        one = factories.duty_list(city.safety, "甲", state=state, year=year)
        for who, by_state in MAY.items():
            may = rights.verbs_of(people[who], one)
            assert {verb for verb in VERBS if may[verb]} == by_state.get(state, set()), (who, state)


def test_the_pages_ask_the_same_rights(people, city, log_in):
    """A step that is not the person's is 403, one that the state does not allow changes nothing."""
    clients = {who: log_in(person) for who, person in people.items()}
    for year, state in enumerate(ListState.values, 2015):
        one = factories.duty_list(city.safety, "甲", state=state, year=year)
        for who in ("inspector", "auditor", "stranger"):
            client = clients[who]
            for verb in ("approve", "publish", "refuse", "send_back"):
                address = reverse("duty_list_step", kwargs={"pk": one.pk, "verb": verb})
                assert client.post(address, {"remark": "x"}).status_code in (403, 404), (who, verb)
        for who in ("head", "admin"):
            client = clients[who]
            for verb in TRANSITIONS:
                if verb in MAY[who].get(state, set()):
                    continue
                client.post(reverse("duty_list_step", kwargs={"pk": one.pk, "verb": verb}), {"remark": "x"})
        one.refresh_from_db()
        assert one.state == state


def test_from_draft_to_publication(people, city, log_in, cast):
    one = factories.duty_list(city.safety, "甲", "乙")

    def step(who, verb, **data):
        return log_in(people[who]).post(reverse("duty_list_step", kwargs={"pk": one.pk, "verb": verb}), data)

    step("inspector", "submit")
    assert "请写明" in step("head", "refuse").content.decode()  # a reason is required
    step("head", "refuse", remark="缺少法律依据")
    one.refresh_from_db()
    assert (one.state, one.remark) == ("returned", "缺少法律依据")
    step("inspector", "submit")
    step("head", "approve")
    step("admin", "publish")
    one.refresh_from_db()
    assert one.state == "published"
    assert one.published_on == factories.TODAY
    rows = list(one.items.prefetch_related("bases").order_by("position"))
    assert one.sha256 == fingerprint(one, rows)
    verbs = AuditEntry.objects.filter(object_type="responsibilities.responsibilitylist").order_by("id")
    assert [entry.verb for entry in verbs] == [
        "list.submit", "list.refuse", "list.submit", "list.approve", "list.publish",
    ]  # fmt: skip
    told = Notification.objects.order_by("created_at", "recipient__username")
    assert list(told.values_list("kind", "recipient__username")) == [
        ("list.submit", "head-safety"), ("list.refuse", "inspector"), ("list.submit", "head-safety"),
        ("list.approve", "admin"), ("list.publish", "head-safety"), ("list.publish", "inspector"),
    ]  # fmt: skip


def test_nobody_publishes_what_they_approved_themselves(city, cast):
    one = factories.duty_list(city.office, "甲", state="submitted")
    steps.approve(one=one, by=cast.admin, at=NOW, today=factories.TODAY)
    with pytest.raises(Exception, match="本人审定"):
        steps.publish(one=one, by=cast.admin, at=NOW, today=factories.TODAY)
    other = factories.user(city.office, Role.ADMIN)
    assert steps.publish(one=one, by=other, at=NOW, today=factories.TODAY).is_published


def test_an_item_without_holder_stops_the_list(people, city, cast):
    one = factories.duty_list(city.safety, "甲", factories.duty("乙", post=""), state="approved")
    for verb in (steps.publish,):
        with pytest.raises(Exception, match="没有责任人"):
            verb(one=one, by=cast.admin, at=NOW, today=factories.TODAY)
    one.refresh_from_db()
    assert one.state == "approved"
    lacking = one.items.get(title="乙")
    terms.appoint(
        item=lacking, person=cast.inspector, post="", starts_on=DAY(2017, 9, 21), ends_on=None, by=cast.admin, at=NOW
    )
    with pytest.raises(Exception, match="没有责任人"):  # the term begins tomorrow
        steps.publish(one=one, by=cast.admin, at=NOW, today=factories.TODAY)
    assert steps.publish(one=one, by=cast.admin, at=NOW, today=DAY(2017, 9, 21)).is_published


def test_an_empty_list_stops(city, cast):
    one = factories.duty_list(city.safety, "甲")
    items.remove(item=one.items.get(), by=cast.inspector, at=NOW)
    with pytest.raises(Exception, match="还没有事项"):
        steps.submit(one=one, by=cast.inspector, at=NOW, today=factories.TODAY)


def test_of_two_who_act_on_one_edition_one_wins(people, city):
    one = factories.duty_list(city.safety, "甲", state="submitted")
    steps.approve(one=one, by=people["head"], at=NOW, today=factories.TODAY, edition=1)
    with pytest.raises(StaleError):
        steps.refuse(one=one, by=people["head"], at=NOW, remark="迟了", edition=1)


def test_a_stale_item_form_keeps_what_was_typed(city, cast, log_in):
    one = factories.duty_list(city.safety, "甲")
    item = one.items.get()
    items.edit(item=item, values=factories.duty("甲", office="新处室"), by=cast.admin, at=NOW)
    data = {"title": "我写的", "edition": "1", "bases-TOTAL_FORMS": "0", "bases-INITIAL_FORMS": "0"}
    answer = log_in(cast.inspector).post(reverse("duty_item_edit", args=[item.pk]), data).content.decode()
    assert "其间他人已改动这份清单" in answer
    assert "我写的" in answer
    item.refresh_from_db()
    assert item.title == "甲"


FROZEN = {
    "the list": lambda one: ResponsibilityList.objects.filter(pk=one.pk).update(reason="改"),
    "the list, gone": lambda one: ResponsibilityList.objects.filter(pk=one.pk)._raw_delete("default"),
    "an item": lambda one: ResponsibilityItem.objects.filter(list=one).update(title="改"),
    "an item, moved away": lambda one: ResponsibilityItem.objects.filter(list=one).update(list=one.draft),
    "an item, gone": lambda one: ResponsibilityItem.objects.filter(list=one)._raw_delete("default"),
    "a law": lambda one: LegalBasis.objects.filter(item__list=one).update(law="改"),
    "a law, gone": lambda one: LegalBasis.objects.filter(item__list=one)._raw_delete("default"),
    "a law, added": lambda one: LegalBasis.objects.create(item=one.items.first(), position=9, law="加"),
    "an item, moved in": lambda one: ResponsibilityItem.objects.filter(list=one.draft).update(list=one),
}


@pytest.mark.parametrize("what", FROZEN)
def test_the_database_refuses_to_change_what_was_published(what, city):
    one = factories.duty_list(city.safety, "甲", state="published")
    one.draft = factories.duty_list(city.safety, "乙", version=2)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        FROZEN[what](one)
    assert connection.vendor in ("sqlite", "postgresql")


def test_a_revision_is_a_copy_with_the_same_duties(city, cast):
    one = factories.duty_list(city.safety, "甲", "乙", state="published")
    known = {"organization": city.safety, "kind": "duties", "year": 2017, "by": cast.inspector, "at": NOW}
    made = lists.create(reason="法律修订", **known)
    assert (made.version, made.state, made.reason) == (2, "draft", "法律修订")
    assert list(made.items.values_list("title", "duty")) == list(one.items.values_list("title", "duty"))
    with pytest.raises(Exception, match="尚未公布"):
        lists.create(**known)
    lists.discard(one=made, by=cast.inspector, at=NOW)
    assert ResponsibilityList.objects.count() == 1


def test_drafts_are_seen_by_unit_and_commission_only(people, city, cast, log_in):
    draft = factories.duty_list(city.safety, "秘密的草稿")
    factories.duty_list(city.safety, "公开的", kind="powers", state="published")
    for who, sees in (("inspector", True), ("head", True), ("admin", True), ("auditor", True), ("stranger", False)):
        client = log_in(people[who])
        assert (client.get(reverse("duty_list", args=[draft.pk])).status_code == 200) == sees, who
        overview = client.get(reverse("duty_lists")).content.decode()
        assert (f"/lists/{draft.pk}/" in overview) == sees, who
        assert ("秘密" in client.get(reverse("duty_unit", args=[city.safety.pk])).content.decode()) is False
        assert "公开的" in client.get(reverse("duty_unit", args=[city.safety.pk])).content.decode(), who
    outsider = log_in(cast.outsider)
    assert outsider.get(reverse("duty_unit", args=[city.safety.pk])).status_code == 404


SPANS = [
    ((None, None), (DAY(2017, 1, 1), None), True),
    ((DAY(2017, 1, 1), DAY(2017, 6, 30)), (DAY(2017, 6, 30), None), True),
    ((DAY(2017, 1, 1), DAY(2017, 6, 30)), (DAY(2017, 7, 1), None), False),
    ((DAY(2017, 1, 1), None), (None, DAY(2016, 12, 31)), False),
    ((DAY(2017, 1, 1), None), (None, DAY(2017, 1, 1)), True),
    ((DAY(2017, 3, 1), DAY(2017, 3, 31)), (DAY(2017, 3, 10), DAY(2017, 3, 10)), True),
]


@pytest.mark.parametrize(("there", "wanted", "overlap"), SPANS)
def test_overlapping_terms_are_refused(there, wanted, overlap, city, cast):
    one = factories.duty_list(city.safety, "甲", state="published")
    factories.term(one, starts_on=there[0], ends_on=there[1])
    known = {"person": cast.inspector, "post": "", "by": cast.admin, "at": NOW}
    if overlap:
        with pytest.raises(Exception, match="重叠"):
            terms.appoint(item=one.items.get(), starts_on=wanted[0], ends_on=wanted[1], **known)
    else:
        terms.appoint(item=one.items.get(), starts_on=wanted[0], ends_on=wanted[1], **known)
    assert Term.objects.count() == (1 if overlap else 2)


def test_a_hand_over_ends_the_term_before_and_keeps_it(city, cast, log_in):
    one = factories.duty_list(city.safety, "甲", state="published")
    first = factories.term(one, person=cast.inspector, starts_on=DAY(2017, 1, 1))
    successor = factories.user(city.safety, Role.HEAD, "new-head")
    client = log_in(factories.user(city.safety, Role.HEAD))
    data = {"person": successor.pk, "starts_on": "2017-09-20", "hand_over": "on"}
    answer = client.post(reverse("duty_term_create", args=[one.items.get().pk]), data)
    assert answer.status_code == 302, re.findall('class="error".*', answer.content.decode())
    first.refresh_from_db()
    assert first.ends_on == DAY(2017, 9, 19)
    page = client.get(reverse("duty_item", args=[one.items.get().pk])).content.decode()
    assert successor.real_name in page
    assert cast.inspector.real_name in page  # the history stays


def test_an_end_that_somebody_else_has_set_since_is_not_overwritten(city, cast, log_in):
    one = factories.duty_list(city.safety, "甲", state="published")
    held = factories.term(one, starts_on=DAY(2017, 1, 1))
    client, address = log_in(cast.admin), reverse("duty_term_change", args=[one.items.get().pk, held.pk])
    page = client.get(reverse("duty_item", args=[one.items.get().pk])).content.decode()
    assert '<input type="hidden" name="seen" value="">' in page
    client.post(address, {"do": "end", "ends_on": "2017-06-30", "seen": ""})
    answer = client.post(address, {"do": "end", "ends_on": "2017-07-31", "seen": ""}, follow=True).content.decode()
    held.refresh_from_db()
    assert held.ends_on == DAY(2017, 6, 30)
    assert "2017年6月30日" in answer  # what stands there now
    assert "2017年7月31日" in answer  # what was typed
    client.post(address, {"do": "end", "ends_on": "2017-07-31", "seen": "2017-06-30"})
    held.refresh_from_db()
    assert held.ends_on == DAY(2017, 7, 31)


def test_a_withdrawn_term_counts_no_longer_and_stays_visible(city, cast, log_in):
    one = factories.duty_list(city.safety, "甲", state="published")
    wrong = factories.term(one, person=cast.inspector, starts_on=DAY(2017, 1, 1))
    client, item = log_in(cast.admin), one.items.get()
    address = reverse("duty_term_change", args=[item.pk, wrong.pk])
    client.post(address, {"do": "withdraw"})
    wrong.refresh_from_db()
    assert not wrong.withdrawn  # without a reason nothing is done
    client.post(address, {"do": "withdraw", "note": "录入错误"})
    assert "录入错误" in client.get(reverse("duty_item", args=[item.pk])).content.decode()
    terms.appoint(
        item=item, person=cast.inspector, post="", starts_on=DAY(2017, 1, 1), ends_on=None, by=cast.admin, at=NOW
    )


def test_a_person_of_another_unit_holds_nothing_here(city, cast):
    one = factories.duty_list(city.safety, "甲", state="published")
    with pytest.raises(Exception, match="不是本单位人员"):
        terms.appoint(
            item=one.items.get(), person=cast.head, post="", starts_on=None, ends_on=None, by=cast.admin, at=NOW
        )


def test_a_number_and_words_stand_once_in_a_list(city, cast):
    one = factories.duty_list(city.safety, factories.duty("甲", number="1"))
    for values, field in ((factories.duty("乙", number="1"), "number"), (factories.duty("甲", number="2"), "title")):
        with pytest.raises(Exception) as caught:
            items.add(one=one, values=values, after=None, by=cast.inspector, at=NOW)
        assert field in caught.value.message_dict


def test_items_are_moved_and_numbered(city, cast):
    one = factories.duty_list(city.safety, "甲", "乙", "丙")
    items.move(item=one.items.get(title="丙"), steps=-1, by=cast.inspector, at=NOW)
    assert list(one.items.order_by("position").values_list("title", flat=True)) == ["甲", "丙", "乙"]
    assert not items.move(item=one.items.get(title="甲"), steps=-1, by=cast.inspector, at=NOW)
    items.renumber(one=one, by=cast.inspector, at=NOW)
    assert list(one.items.order_by("position").values_list("number", flat=True)) == ["1", "2", "3"]
