"""The parts of the dashboard: the curve, the ranking, the week, the workbook."""

import datetime
import io
import json
import re
from fractions import Fraction

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tasks import dashboard_rank as rank
from tasks.changes import change_of
from tasks.dashboard import Figures, Unit
from tasks.dashboard_matrix import Row
from tasks.dashboard_page import dashboard_of
from tasks.dashboard_rank import DONE, KEPT, ranking
from tests import factories

DAY = datetime.date
TODAY = factories.TODAY


def board(person, plan, today=TODAY, **asked):
    return dashboard_of(person, plan, today, asked)


def owed(plan, unit, due_on, done_on=None, **fields):
    state = {"state": "done", "done_on": done_on} if done_on else {}
    return factories.assignment(factories.task(plan, due_on=due_on), unit, due_on=due_on, **state | fields)


# ------------------------------------------------------------------ curve
def test_the_curve_goes_from_the_plan_to_today_and_the_plan_to_the_end(cast, city, plan):
    owed(plan, city.safety, DAY(2017, 5, 31), DAY(2017, 5, 20))
    owed(plan, city.safety, DAY(2017, 6, 30), DAY(2017, 7, 3))
    owed(plan, city.safety, TODAY)
    owed(plan, city.safety, DAY(2017, 12, 31))
    points = board(cast.admin, plan).curve
    told = [(p.day.month, p.day.day, p.due, p.done) for p in points]
    assert told == [
        (3, 31, 0, 0), (4, 30, 0, 0), (5, 31, 1, 1), (6, 30, 2, 1), (7, 31, 2, 2), (8, 31, 2, 2),
        (9, 20, 2, 2), (9, 30, 3, None), (10, 31, 3, None), (11, 30, 3, None), (12, 31, 4, None),
    ]  # fmt: skip
    assert [p.day for p in points if p.is_today] == [TODAY]
    assert points[6].plan_percent == points[6].real_percent == 50.0
    assert [p.x for p in points] == sorted(p.x for p in points)


def test_today_at_the_end_of_a_month_stands_once(cast, city, plan):
    owed(plan, city.safety, DAY(2017, 9, 30))
    points = board(cast.admin, plan, DAY(2017, 9, 30)).curve
    assert [p.day for p in points].count(DAY(2017, 9, 30)) == 1
    assert next(p for p in points if p.is_today).due == 0  # due today is not late


def test_after_the_year_the_curve_goes_on_to_today(cast, city, plan):
    owed(plan, city.safety, DAY(2017, 12, 31), DAY(2018, 1, 10))
    points = board(cast.admin, plan, DAY(2018, 2, 1)).curve
    assert (points[-1].is_today, points[-1].x, points[-1].done) == (True, 12.5, 1)
    assert (points[-2].day, points[-2].done) == (DAY(2017, 12, 31), 0)


def test_before_the_plan_there_is_no_today(cast, city, plan):
    owed(plan, city.safety, DAY(2017, 12, 31))
    points = board(cast.admin, plan, DAY(2017, 2, 1)).curve
    assert not any(p.is_today or p.done is not None for p in points)


def test_the_script_gets_the_figures_of_the_table(cast, city, plan, log_in):
    owed(plan, city.safety, DAY(2017, 5, 31), DAY(2017, 5, 20))
    page = log_in(cast.admin).get(reverse("dashboard", args=[2017])).content.decode()
    found = re.search(r'<script id="curve-data" type="application/json">(.*?)</script>', page, re.S)
    chart = json.loads(found[1])
    assert chart["words"]["plan"] == "计划"
    assert [p["real"] for p in chart["points"] if p["today"]] == [100.0]
    assert "9月20日：计划 100%，完成 100%" in page


# ------------------------------------------------------------------ ranking
def row(name, kept, due, closed=0, total=0):
    unit = Unit(hash(name) % 10**6, "/1/", "department", name, name)
    return Row(unit, {}, [], Figures(ok=total - closed, done=closed, due=due, kept=kept))


def test_equal_shares_hold_the_same_rank_and_few_have_none():
    rows = [row("a", 9, 10), row("b", 5, 5), row("c", 18, 20), row("d", 4, 4), row("e", 7, 7), row("f", 0, 0)]
    places = [(place.row.unit.label, place.rank) for place in ranking(rows, KEPT)]
    assert places == [("b", 1), ("e", 1), ("a", 3), ("c", 3), ("d", 0)]


def test_shares_are_compared_exactly():
    rows = [row("a", 0, 0, 664, 1000), row("b", 0, 0, 333, 500)]
    places = ranking(rows, DONE)
    assert [(place.row.unit.label, place.rank) for place in places] == [("b", 1), ("a", 2)]
    assert Fraction(333, 500) > Fraction(664, 1000)


def test_a_long_ranking_unfolds_its_middle(cast, city, plan):
    for number in range(20):
        unit = factories.organization(parent=city.commission, position=30 + number)
        for each in range(5):
            owed(plan, unit, DAY(2017, 6, 30), DAY(2017, 6, 1) if each < number % 6 else None)
    found = board(cast.admin, plan).ranking
    assert (len(found.first), len(found.between), len(found.last)) == (5, 10, 5)
    percents = [place.percent for place in found.ranked]
    assert percents == sorted(percents, reverse=True)


def test_a_ranking_of_hundreds_shows_its_ends_until_all_is_asked_for(cast, city, plan, log_in):
    task = factories.task(plan)
    for number in range(rank.FOLDED + 12):
        unit = factories.organization(parent=city.commission, position=30 + number)
        factories.assignment(task, unit, state="done", due_on=DAY(2017, 6, 30), done_on=DAY(2017, 6, 1))
    found = board(cast.admin, plan)
    assert (found.ranking.few, found.ranking.left_out) == ([], rank.FOLDED + 12)
    assert len(found.whole_ranking.few) == rank.FOLDED + 12
    page = log_in(cast.admin).get("/2017/dashboard/").content.decode()
    assert "显示其余 112 个单位" in page and 'href="?places=all#rank-title"' in page
    page = log_in(cast.admin).get("/2017/dashboard/?places=all").content.decode()
    assert "显示其余" not in page and "112 个单位" in page


# ------------------------------------------------------------------ the week
def test_what_changed_this_week(cast, city, plan):
    owed(plan, city.safety, DAY(2017, 9, 13))  # overdue since the 14th
    owed(plan, city.safety, DAY(2017, 9, 19))  # overdue since today
    owed(plan, city.safety, DAY(2017, 9, 12))  # overdue before
    owed(plan, city.safety, TODAY)
    owed(plan, city.jiaozhou, DAY(2017, 9, 30), DAY(2017, 9, 14))
    owed(plan, city.jiaozhou, DAY(2017, 9, 1), DAY(2017, 9, 20))
    owed(plan, city.jiaozhou, DAY(2017, 9, 30), DAY(2017, 9, 13))
    owed(plan, city.plant, None, state="submitted", done_on=DAY(2017, 9, 18))
    owed(plan, city.plant, None, state="sent_back", sent_back_on=DAY(2017, 9, 18))
    owed(plan, city.plant, None, state="in_progress", sent_back_on=DAY(2017, 9, 18))
    owed(plan, city.plant, None, starts_on=TODAY)
    owed(plan, city.plant, None, starts_on=DAY(2017, 9, 21))
    owed(plan, city.plant, None, starts_on=TODAY, state="cancelled")
    lines = {line.signal: line for line in board(cast.admin, plan).changes}
    assert {key: line.total for key, line in lines.items()} == {"over": 2, "back": 1, "sent": 1, "done": 2, "none": 1}
    assert lines["done"].late.number == "1"
    assert [(part.label, part.number) for part in lines["over"].parts] == [("市安监局", "2")]
    assert {line.signal: line.total for line in board(cast.head, plan).changes}["over"] == 0


def test_a_change_in_an_address():
    assert str(change_of("back.2017-09-14")) == "back.2017-09-14"
    for nonsense in ("back", "back.2017-02-30", "gone.2017-09-14", "back.2017-09-14x", ""):
        assert change_of(nonsense) is None


def test_the_ledger_says_a_change_in_words(cast, city, plan, log_in):
    address = reverse("ledger", args=[2017])
    page = log_in(cast.admin).get(address, {"change": "back.2017-09-14"}).content.decode()
    assert "2017年9月14日以来已退回" in page
    assert log_in(cast.admin).get(address, {"change": "x"}).context["ignored"] == ["变化"]


# ------------------------------------------------------------------ language, workbook
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_speaks_one_language(language, cast, city, plan, log_in):
    for _each in range(6):
        owed(plan, city.safety, DAY(2017, 9, 1))
    client = log_in(cast.admin)
    client.cookies["django_language"] = language
    page = client.get(reverse("dashboard", args=[2017])).content.decode()
    words = {
        "zh-hans": ["总体进展", "单位 × 工作要点", "完成曲线", "本周变化", "单位排名", "导出看板"],
        "en": ["Overall progress", "Units × work points", "Completion curve", "Changed this week", "Ranking"],
    }
    for key, expected in words.items():
        for word in expected:
            assert (word in page) == (key == language), word


def test_the_workbook_holds_what_the_page_shows(cast, city, plan, log_in, tmp_path):
    owed(plan, city.safety, DAY(2017, 9, 1))
    owed(plan, city.jiaozhou, DAY(2017, 12, 1), DAY(2017, 9, 1))
    owed(plan, city.plant, DAY(2017, 12, 1))
    response = log_in(cast.admin).get(reverse("dashboard_export", args=[2017]))
    octets = b"".join(response.streaming_content)
    assert octets[:2] == b"PK"
    assert "xlsx" in response["Content-Disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(octets))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert list(sheets) == ["总数", "单位与工作要点", "完成曲线", "单位排名", "本周"]
    matrix = {line[0]: line[1:] for line in sheets["单位与工作要点"][3:]}
    assert matrix["市安监局"][0] == "逾期 1"
    assert matrix["胶州市政府"][0] == "1/2"
    assert matrix["合计"][-3:] == [1, 3, "33%"]
    assert dict(line[:2] for line in sheets["总数"][3:])["逾期"] == 1
