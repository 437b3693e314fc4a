"""Undoing an import of lists: begun drafts go, changed drafts get their items back, what was worked on stays."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from responsibilities.content import values_of
from responsibilities.models import Duty, ListImport, ResponsibilityItem, ResponsibilityList
from responsibilities.states import ListState
from tasks.models import TaskItem
from tests import factories
from tests.queries import LIMIT, taken

HEAD = ["序号", "职责事项", "法律依据", "责任处室", "责任人岗位"]
ABOVE = ["市安监局责任清单"]


def row(number, title, post="处长"):
    return [number, title, "《甲法》第一条", "执法处", post]


def bring_in(desk, *rows, above=ABOVE):
    batch = desk.upload([above, HEAD, *rows])
    digest = desk.see(batch).split('name="seen" value="')[1].split('"')[0]
    desk.client.post(reverse("duty_import_commit", args=[batch.pk]), {"seen": digest, "drop_absent": "1"})
    batch.refresh_from_db()
    assert batch.state == ListImport.State.COMMITTED
    return batch


def ask(desk, batch):
    return desk.client.get(reverse("duty_import_undo", args=[batch.pk])).content.decode()


def undo(desk, batch):
    page = desk.client.post(reverse("duty_import_undo", args=[batch.pk]), follow=True).content.decode()
    batch.refresh_from_db()
    return page


def titles():
    return list(ResponsibilityItem.objects.order_by("list", "position").values_list("title", flat=True))


def test_a_draft_that_the_import_began_goes(desk, city):
    batch = bring_in(desk, row(1, "检查"), row(2, "处罚"))
    assert reverse("duty_import_undo", args=[batch.pk]) in desk.see(batch)
    assert "the draft with 2 items goes" in ask(desk, batch)
    assert titles() == ["检查", "处罚"], "asking changes nothing"
    assert "Undone: 1 list given back." in undo(desk, batch)
    assert batch.state == "undone" and batch.undone_by.username == "admin"
    assert not ResponsibilityList.objects.exists() and not Duty.objects.exists()
    entry = AuditEntry.objects.get(verb="list.import_undo")
    assert (entry.after["lists"], entry.after["kept"]) == (1, [])
    assert reverse("duty_import_undo", args=[batch.pk]) not in desk.see(batch)
    assert "only once" in undo(desk, batch)
    assert bring_in(desk, row(1, "检查"), row(2, "处罚")).new == 2, "the same file comes in again"


def test_a_draft_that_the_import_changed_gets_its_items_back_one_import_after_the_other(desk, city):
    first = bring_in(desk, row(1, "检查"), row(2, "处罚"))
    begun = [(item.duty_id, values_of(item)) for item in ResponsibilityItem.objects.order_by("position")]
    second = bring_in(desk, row(1, "检查", "副处长"), row(3, "许可"))
    assert titles() == ["检查", "许可"]
    assert "kept: somebody has changed it since" in ask(desk, first)
    assert "given back" in undo(desk, second)
    back = [(item.duty_id, values_of(item)) for item in ResponsibilityItem.objects.order_by("position")]
    assert [values for _duty, values in back] == [values for _duty, values in begun]
    assert back[0][0] == begun[0][0]
    assert not Duty.objects.filter(items__isnull=True, task_links__isnull=False).exists()
    assert "given back" in undo(desk, first)
    assert titles() == []


def _edited(one, cast, plan, city):
    item = one.items.first()
    item.office = "综合处"
    item.save()


def _handed_in(one, cast, plan, city):
    ResponsibilityList.objects.filter(pk=one.pk).update(state=ListState.SUBMITTED, submitted_at=timezone.now())


def _returned(one, cast, plan, city):
    ResponsibilityList.objects.filter(pk=one.pk).update(state=ListState.RETURNED, submitted_at=timezone.now())


def _linked(one, cast, plan, city):
    task = factories.task(plan, lead=city.safety)
    TaskItem.objects.create(task=task, duty=one.items.first().duty, state="confirmed", by=cast.admin, at=timezone.now())


def _held(one, cast, plan, city):
    factories.term(one, person=cast.inspector, starts_on=factories.TODAY)


@pytest.mark.parametrize(
    ("work", "why"),
    [(_edited, "changed"), (_handed_in, "handed in"), (_returned, "handed in"), (_linked, "refer"), (_held, "refer")],
)
def test_what_somebody_worked_on_stays_and_is_named(work, why, desk, cast, plan, city):
    batch = desk.upload([ABOVE, HEAD, row(1, "检查")], [["市交通运输委责任清单"], HEAD, row(1, "巡查")])
    digest = desk.see(batch).split('name="seen" value="')[1].split('"')[0]
    desk.client.post(reverse("duty_import_commit", args=[batch.pk]), {"seen": digest})
    work(ResponsibilityList.objects.get(organization=city.safety), cast, plan, city)
    page = ask(desk, batch)
    assert why in page and "the draft with 1 item goes" in page
    page = undo(desk, batch)
    assert "Undone: 1 list given back." in page and "Kept:" in page and "市安监局" in page
    assert titles() == ["检查"], "the other list is given back"


def test_a_draft_that_is_gone_already_is_said(desk, city, cast):
    batch = bring_in(desk, row(1, "检查"))
    one = ResponsibilityList.objects.get()
    desk.client.post(reverse("duty_list_step", args=[one.pk, "discard"]))
    ResponsibilityItem.objects.all().delete()
    ResponsibilityList.objects.all().delete()
    assert "kept: the draft was discarded since" in ask(desk, batch)


def test_only_who_writes_lists_and_sees_the_import(desk, cast, city, log_in):
    batch = bring_in(desk, row(1, "检查"))
    address = reverse("duty_import_undo", args=[batch.pk])
    for who, status in (("outsider", 404), ("enterprise", 404), ("auditor", 403)):
        assert log_in(getattr(cast, who)).post(address).status_code == status, who
    assert titles() == ["检查"]


@pytest.mark.parametrize("number", [1, 40])
def test_a_constant_number_of_queries_for_the_rows_of_a_list(number, desk, city):
    batch = bring_in(desk, *(row(n, f"检查{n}") for n in range(number)))
    assert taken(desk.client, reverse("duty_import_undo", args=[batch.pk])) <= LIMIT
