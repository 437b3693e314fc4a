"""Every page of lists takes the same few queries with one row and with many, for each who reads it."""

import datetime
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.roles import Role
from responsibilities.actions import items, steps, terms
from responsibilities.models import ListImport
from tasks.models import TaskItem
from tests import factories
from tests.queries import LIMIT, taken

NOW = timezone.now()


@pytest.fixture
def lists(city, cast, plan):
    """A published list with a revision on its way, a holder, a linked task, an import."""
    head = factories.user(city.safety, Role.HEAD, "head-safety")
    known = {
        "one": factories.duty_list(city.safety, "粉尘防爆", state="submitted"),
        "at": NOW,
        "today": factories.TODAY,
    }
    steps.approve(by=head, **known)
    listed = steps.publish(by=cast.admin, **known)
    draft = factories.duty_list(city.safety, version=2, created_by=head)
    batch = ListImport.objects.create(
        city=city.commission, year=2017, name="清单.xlsx", at=NOW, by=cast.admin, content={"sheets": []}
    )
    found = SimpleNamespace(listed=listed, draft=draft, item=listed.items.get(), head=head, batch=batch)
    grow(found, city, cast, plan, 1)
    return found


def grow(lists, city, cast, plan, number):
    """So many more of everything that a page may show."""
    for _ in range(number):
        unit = factories.organization(parent=city.commission)
        factories.duty_list(unit, "粉尘防爆", state="approved", created_by=factories.user(unit))
        factories.duty_list(city.safety, "粉尘防爆", kind="powers", year=2018 + lists.draft.edition, state="published")
        items.add(one=lists.draft, values=factories.duty(), after=None, by=cast.admin, at=NOW)
        person = factories.user(city.safety)
        day = datetime.date(2000, 1, 1) + datetime.timedelta(days=40 * lists.draft.edition)
        known = {"starts_on": day, "ends_on": day + datetime.timedelta(days=20), "post": "", "by": person, "at": NOW}
        terms.appoint(item=lists.item, person=person, **known)
        task = factories.task(plan, lead=city.safety, title="粉尘防爆专项检查")
        factories.assignment(task, city.safety)
        TaskItem.objects.create(task=task, duty=lists.item.duty, state="confirmed", by=person, at=NOW)
        proposed = factories.task(plan, lead=city.safety)
        TaskItem.objects.create(task=proposed, duty=lists.item.duty, state="suggested", shared=["粉尘"])
        ListImport.objects.create(city=city.commission, year=2017, name="清单.xlsx", at=NOW, by=person, content={})
        lists.draft.refresh_from_db()


def addresses(lists, city):
    """Every page, by its name."""
    return {
        "duty_lists": reverse("duty_lists"),
        "duty_lists?q": reverse("duty_lists") + "?q=第&sort=-items&tab=drafts",
        "duty_list": reverse("duty_list", args=[lists.listed.pk]),
        "duty_list (draft)": reverse("duty_list", args=[lists.draft.pk]),
        "duty_list_compare": reverse("duty_list_compare", args=[lists.draft.pk]) + "?all=1",
        "duty_list_step": reverse("duty_list_step", args=[lists.draft.pk, "submit"]),
        "duty_list_create": reverse("duty_list_create"),
        "duty_unit": reverse("duty_unit", args=[city.safety.pk]),
        "duty_item": reverse("duty_item", args=[lists.item.pk]),
        "duty_item_create": reverse("duty_item_create", args=[lists.draft.pk]),
        "duty_item_edit": reverse("duty_item_edit", args=[lists.draft.items.first().pk]),
        "duty_term_create": reverse("duty_term_create", args=[lists.item.pk]),
        "duty_links": reverse("duty_links", args=[city.safety.pk]),
        "duty_search": reverse("duty_search") + "?q=粉尘防爆",
        "duty_search (near)": reverse("duty_search") + "?q=粉尘爆炸",
        "duty_imports": reverse("duty_imports"),
        "duty_import_preview": reverse("duty_import_preview", args=[lists.batch.pk]),
    }


def test_no_page_takes_more_queries_for_more_rows(lists, city, cast, plan, log_in):
    client, pages = log_in(cast.admin), addresses(lists, city)
    few = {name: taken(client, address) for name, address in pages.items()}
    grow(lists, city, cast, plan, 3)
    many = {name: taken(client, address) for name, address in pages.items()}
    assert {name: (few[name], number) for name, number in many.items() if number > few[name]} == {}
    assert {name: number for name, number in few.items() if number > LIMIT} == {}


def test_the_own_head_takes_no_more(lists, city, cast, plan, log_in):
    pages = addresses(lists, city)
    del pages["duty_import_preview"]  # somebody else's
    grow(lists, city, cast, plan, 3)
    client = log_in(lists.head)
    many = {name: taken(client, address) for name, address in pages.items()}
    assert {name: number for name, number in many.items() if number > LIMIT} == {}
