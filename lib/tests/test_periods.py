"""Months and quarters of a plan year, and the days on which they fall due."""

import datetime

import pytest

from lib import periods

APRIL = datetime.date(2017, 4, 7)
NEW_YEAR = datetime.date(2017, 1, 1)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def test_the_plan_of_april_has_three_quarters_and_nine_months():
    assert [p.key for p in periods.quarters(2017, APRIL)] == ["2017Q2", "2017Q3", "2017Q4"]
    assert [p.key for p in periods.months(2017, APRIL)] == [f"2017-{m:02}" for m in range(4, 13)]


def test_a_whole_year():
    assert len(periods.quarters(2017, NEW_YEAR)) == 4
    assert len(periods.months(2017, NEW_YEAR)) == 12


def test_quarters_begin_and_fall_due():
    assert periods.quarters(2017, NEW_YEAR)[0] == ("2017Q1", day("2017-01-01"), day("2017-03-31"))
    assert [p.due_on for p in periods.quarters(2017, NEW_YEAR, 10, 1)] == [
        day("2017-01-10"), day("2017-04-10"), day("2017-07-10"), day("2017-10-10"),
    ]  # fmt: skip


def test_a_period_due_before_the_plan_does_not_count_and_one_due_on_its_day_does():
    assert periods.months(2017, APRIL, 6)[0].key == "2017-05"
    assert periods.months(2017, APRIL, 7)[0].key == "2017-04"
    assert periods.quarters(2017, APRIL, 6, 1)[0].key == "2017Q3"


@pytest.mark.parametrize(("year", "last"), [(2017, 28), (2016, 29), (2000, 29), (2100, 28)])
def test_a_day_beyond_the_month_is_its_last(year, last):
    issued_on = datetime.date(year, 1, 1)
    assert periods.months(year, issued_on, 31)[1].due_on == datetime.date(year, 2, last)
    assert periods.last_day(year, 2).day == last


@pytest.mark.parametrize(("month", "quarter"), [(1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (12, 4)])
def test_quarter_of(month, quarter):
    assert periods.quarter_of(datetime.date(2017, month, 15)) == f"2017Q{quarter}"
