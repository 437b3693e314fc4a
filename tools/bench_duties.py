"""What lists of duties cost, each beside its floor: the search over all lists, the accountability sheet, its overview.

    DATABASE_URL=… python tools/bench_duties.py [UNITS] [ITEMS] [ASSIGNMENTS]

Works inside a transaction that is rolled back, in whatever database the settings name. 70 units with 40 duties each
and 20,000 assignments unless told otherwise. A search takes at most SEARCH seconds, a unit's sheet at most SHEET
seconds and QUERIES queries; beyond that it raises.
"""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qdsafety.settings")
    django.setup()

from bench_quarter import make_city, timed
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lib import bulk
from organizations.models import Organization, User
from organizations.roles import Role
from reports.sheet_data import sheets_of
from reports.sheet_page import parts_of, unit_row
from reports.sheet_period import Period, read
from responsibilities.models import Duty, LegalBasis, ResponsibilityItem, ResponsibilityList, Term
from responsibilities.states import ListKind, ListState
from tasks.duty_search import find, hits, nearest, tasks_with
from tasks.models import Assignment, Plan, Task, TaskItem, Transition

SEARCH, SHEET, QUERIES = 0.5, 0.5, 10
TODAY = datetime.date(2017, 9, 20)
PAGE = 30  # rows of the search and of the overview
WORDS = (
    "粉尘防爆",
    "危险化学品",
    "有限空间",
    "烟花爆竹",
    "道路运输",
    "职业卫生",
    "特种设备",
    "消防通道",
    "应急预案",
    "人员密集场所",
)
LAWS = ("安全生产法", "职业病防治法", "消防法", "特种设备安全法", "道路交通安全法")

Result = tuple[str, float, float, str]


def run(units: int = 70, items: int = 40, assignments: int = 20_000) -> list[Result]:
    """(what, seconds, seconds of the floor, the floor's name)."""
    with transaction.atomic():
        plan = make_city(units, assignments)
        person = _lists(plan, items)
        bulk.take_stock(
            Organization, User, ResponsibilityList, ResponsibilityItem, LegalBasis, TaskItem, Assignment, Transition
        )
        found = _measured(plan, person, f"{units * items:,} duties")
        transaction.set_rollback(True)
    return found


def _measured(plan: Plan, person: User, size: str) -> list[Result]:
    period = read(QueryDict("period=2017"), TODAY)
    units = list(Organization.objects.under(plan.issuer).exclude(pk=plan.issuer_id).order_by("pk"))
    found = [
        (f"search over {size}", _best(lambda: _search(person, "粉尘防爆")), _best(lambda: _plain("粉尘防爆")),
         "the items with the word"),
        (f"search over {size}, three words", _best(lambda: _search(person, "有限空间 第三条 处长")),
         _best(lambda: _plain("有限空间")), "the items with one of them"),
        (f"search over {size}, nothing has it", _best(lambda: nearest(person, "粉尘爆炸隐患处置不力")),
         _best(lambda: _plain("粉尘")), "the items with one pair"),
    ]  # fmt: skip
    slow = [f"{what}: {seconds:.2f} s" for what, seconds, *_rest in found if seconds > SEARCH]
    unit = units[0]
    with CaptureQueriesContext(connection) as queries:
        _sheet(unit, period)
    one = _best(lambda: _sheet(unit, period))
    found.append(
        (
            f"accountability sheet of a unit, {len(queries)} queries (limit {QUERIES})",
            one,
            _best(lambda: _rows([unit])),
            "reading its rows",
        )
    )
    some = units[:PAGE]
    overview = _best(lambda: [unit_row(sheet, period) for sheet in sheets_of(some, period)])
    found.append((f"overview of {len(some)} sheets", overview, _best(lambda: _rows(some)), "reading their rows"))
    slow += [f"a sheet takes {one:.2f} s"] if one > SHEET else []
    slow += [f"a sheet takes {len(queries)} queries"] if len(queries) > QUERIES else []
    if slow:
        raise RuntimeError(f"beyond the limits ({SEARCH} s, {SHEET} s, {QUERIES} queries): {'; '.join(slow)}")
    return found


def _best(work: Callable[[], Any]) -> float:
    return min(timed(work) for _ in range(5))


def _search(person: User, query: str) -> None:
    """What the page does: the number, a page of hits, the tasks beside them."""
    rows = find(person, query)
    rows.count()
    words = query.split()
    hits(list(rows[:PAGE]), person, words, TODAY)
    tasks_with(person, query, words)


def _plain(word: str) -> None:
    """The items in force that hold a word, and nothing of what belongs to them."""
    rows = ResponsibilityItem.objects.filter(list__state=ListState.PUBLISHED, words__icontains=word)
    rows.count()
    list(rows.order_by("pk").values_list("pk", "title")[:PAGE])


def _sheet(unit: Organization, period: Period) -> None:
    [sheet] = sheets_of([unit], period, holders=True)
    parts_of(sheet, period)


def _rows(units: Iterable[Organization]) -> None:
    """The assignments and steps that any way of judging has to read once."""
    rows = Assignment.objects.filter(organization__in=list(units), task__duty_links__state="confirmed").distinct()
    list(rows.values_list("pk", "organization", "task", "first_due_on"))
    log = Transition.objects.filter(assignment__in=rows.order_by().values("pk"))
    list(log.values_list("assignment_id", "target", "due_on", "on"))


def _lists(plan: Plan, number: int) -> User:
    """A published list of so many duties for every unit, with laws, holders and three linked tasks each."""
    at = timezone.make_aware(datetime.datetime(2017, 3, 20, 9))
    city = plan.issuer
    units = list(Organization.objects.under(city).exclude(pk=city.pk).order_by("pk"))
    tasks = list(Task.objects.filter(plan=plan).order_by("pk").values_list("pk", flat=True))
    lists = bulk.insert(
        ResponsibilityList(city=city, organization=unit, kind=ListKind.DUTIES, year=2017, created_at=at)
        for unit in units
    )
    duties = bulk.insert(Duty(organization=unit, kind=ListKind.DUTIES) for unit in units for _ in range(number))
    items = [_item(lists[place // number], duty, place % number, place) for place, duty in enumerate(duties)]
    laws = [
        LegalBasis(item=item, position=turn, law=LAWS[(place + turn) % len(LAWS)], version="2014",
                   articles=[f"第{'一二三四五六七八九'[(place + turn) % 9]}条"])
        for place, item in enumerate(items) for turn in range(2)
    ]  # fmt: skip
    for place, item in enumerate(items):
        item.index(laws[2 * place : 2 * place + 2])
    bulk.insert(items)
    for law in laws:
        law.item = law.item  # takes over the key that the item has by now
    bulk.insert(laws)
    bulk.insert(Term(duty=duty, post="处长", starts_on=datetime.date(2017, 1, 1), at=at) for duty in duties)
    bulk.insert(
        TaskItem(duty=duty, task_id=tasks[(place * 3 + turn) % len(tasks)], state="confirmed", at=at)
        for place, duty in enumerate(duties) for turn in range(min(3, len(tasks)))
    )  # fmt: skip
    published = {"state": ListState.PUBLISHED, "published_on": at.date(), "published_at": at}
    ResponsibilityList.objects.filter(pk__in=[one.pk for one in lists]).update(**published)
    return User.objects.create_user("bench-duties", None, organization=units[0], real_name="基准", role=Role.HEAD)


def _item(one: ResponsibilityList, duty: Duty, position: int, place: int) -> ResponsibilityItem:
    word = WORDS[place % len(WORDS)]
    return ResponsibilityItem(
        list=one, duty=duty, position=position, number=str(position + 1), category="监督检查",
        title=f"{word}监督检查（{place}）", office="执法处", post="处长", means="专项检查",
        frequency="每季度", liability=f"对{word}重大隐患未依法查处",
    )  # fmt: skip


if __name__ == "__main__":
    for what, seconds, floor, name in run(*[int(text) for text in sys.argv[1:]]):
        print(f"{what}: {seconds * 1000:.1f} ms, {seconds / floor:.1f} × {name} ({floor * 1000:.1f} ms)")
