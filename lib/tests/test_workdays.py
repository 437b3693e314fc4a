"""Working days of 2017 as the notice of the State Council states them, and years that nobody knows."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.workdays import Calendar, NoCalendarError, Year

D = datetime.date
CHINA = Calendar()
# Weekdays off and weekends on, from the notice for 2017.
OFF = [
    "0102",
    "0127",
    "0130",
    "0131",
    "0201",
    "0202",
    "0403",
    "0404",
    "0501",
    "0529",
    "0530",
    "1002",
    "1003",
    "1004",
    "1005",
    "1006",
]
ON = ["0122", "0204", "0401", "0527", "0930"]


def of_2017(text):
    return D(2017, int(text[:2]), int(text[2:]))


def test_2017_day_by_day():
    off, on = set(map(of_2017, OFF)), set(map(of_2017, ON))
    days = [D(2017, 1, 1) + datetime.timedelta(n) for n in range(365)]
    expected = [day for day in days if day in on or (day.weekday() < 5 and day not in off)]
    assert [day for day in days if CHINA.works(day)] == expected
    assert len(expected) == 249


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (D(2017, 9, 20), 1, D(2017, 9, 21)),
        (D(2017, 9, 29), 1, D(2017, 9, 30)),  # a Saturday that works
        (D(2017, 9, 30), 1, D(2017, 10, 9)),  # the long holiday
        (D(2017, 9, 30), 5, D(2017, 10, 13)),
        (D(2017, 5, 26), 2, D(2017, 5, 31)),
        (D(2017, 1, 26), 1, D(2017, 2, 3)),
        (D(2017, 9, 20), 0, D(2017, 9, 20)),
    ],
)
def test_so_many_working_days_after(day, number, expected):
    assert CHINA.after(day, number) == expected


@given(st.dates(D(2005, 1, 1), D(2025, 6, 1)), st.integers(1, 30))
def test_the_latest_day_is_the_latest(today, number):
    latest = CHINA.latest_with(number, today)
    assert CHINA.after(latest, number) <= today < CHINA.after(latest + datetime.timedelta(1), number)
    assert CHINA.between(latest, today) >= number


def test_an_unknown_year_is_refused_never_guessed():
    assert not CHINA.knows(2050)
    for ask in (lambda: CHINA.works(D(2050, 1, 4)), lambda: CHINA.after(D(2050, 1, 4), 1)):
        with pytest.raises(NoCalendarError) as refused:
            ask()
        assert refused.value.year == 2050
    with pytest.raises(NoCalendarError):
        CHINA.after(D(2026, 12, 31), 1)


def test_the_offices_own_year_wins():
    own = Calendar(
        {2050: Year(frozenset({D(2050, 1, 3)}), frozenset({D(2050, 1, 8)})), 2017: Year(frozenset(), frozenset())}
    )
    assert [own.works(D(2050, 1, n)) for n in (3, 4, 8, 9)] == [False, True, True, False]
    assert own.works(D(2017, 10, 2))
    assert own.knows(2050)


def test_a_table_without_a_single_working_day_ends():
    days = (D(year, 1, 1) + datetime.timedelta(n) for year in range(2050, 2060) for n in range(366))
    off = frozenset(days)
    empty = Calendar({year: Year(off, frozenset()) for year in range(2050, 2060)})
    with pytest.raises(NoCalendarError):
        empty.after(D(2050, 1, 1), 1)
