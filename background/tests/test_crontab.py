"""When a job is due: five fields, local time."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from background.crontab import Crontab

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("line", "until", "expected"),
    [
        ("30 2 * * *", "2017-09-20T02:30", "2017-09-20T02:30"),
        ("30 2 * * *", "2017-09-20T02:29", "2017-09-19T02:30"),
        ("*/20 * * * *", "2017-09-20T00:10", "2017-09-20T00:00"),
        ("5-59/25 8,20 * * *", "2017-09-20T19:00", "2017-09-20T08:55"),
        ("0 9 1 */3 *", "2017-09-20T09:00", "2017-07-01T09:00"),
        ("0 9 * * 1-5", "2017-09-24T23:00", "2017-09-22T09:00"),  # a Sunday asks back to Friday
        ("0 9 * * 7", "2017-09-20T09:00", "2017-09-17T09:00"),
        ("0 0 29 2 *", "2017-09-20T09:00", "2016-02-29T00:00"),
    ],
)
def test_latest(line, until, expected):
    assert Crontab.parse(line).latest(at(until), ZONE) == at(expected)


def test_a_day_that_never_comes():
    assert Crontab.parse("0 0 31 2 *").latest(at("2017-09-20T00:00"), ZONE) is None


def test_between_leaves_the_first_end_out_and_keeps_the_second():
    found = list(Crontab.parse("0 6 * * *").between(at("2017-09-18T06:00"), at("2017-09-20T06:00"), ZONE))
    assert found == [at("2017-09-19T06:00"), at("2017-09-20T06:00")]


def test_the_zone_is_local_whatever_zone_the_question_comes_in():
    until = datetime.datetime(2017, 9, 19, 18, 30, tzinfo=datetime.UTC)
    assert Crontab.parse("30 2 * * *").latest(until, ZONE) == at("2017-09-20T02:30")


@pytest.mark.parametrize(
    "line", ["", "* * * *", "60 * * * *", "* 24 * * *", "x * * * *", "*/0 * * * *", "5-1 * * * *", "1- * * * *"]
)
def test_nonsense_is_refused(line):
    with pytest.raises(ValueError, match=r".+"):
        Crontab.parse(line)
