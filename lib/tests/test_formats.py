"""How dates, numbers, sizes and periods are written, in both languages."""

import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from lib import formats

JUNE = datetime.date(2017, 6, 30)


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("write", "chinese", "english"),
    [
        (lambda: formats.day(JUNE), "2017年6月30日", "30 Jun 2017"),
        (lambda: formats.day(None), "", ""),
        (lambda: formats.short_day(JUNE, 2017), "6月30日", "30 Jun"),
        (lambda: formats.short_day(JUNE, 2018), "2017年6月30日", "30 Jun 2017"),
        (lambda: formats.short_day(JUNE), "6月30日", "30 Jun"),
        (lambda: formats.short_day(None, 2017), "", ""),
        (lambda: formats.month(12), "12月", "Dec"),
        (lambda: formats.moment(datetime.datetime(2017, 6, 30, 9, 5)), "2017年6月30日 09:05", "30 Jun 2017 09:05"),
        (lambda: formats.ordinal(1), "一", "1"),
        (lambda: formats.ordinal(10), "十", "10"),
        (lambda: formats.ordinal(11), "11", "11"),
        (lambda: formats.ordinal(0), "0", "0"),
        (lambda: formats.period("2017"), "2017年", "2017"),
        (lambda: formats.period("2017Q2"), "2017年第二季度", "Q2 2017"),
        (lambda: formats.period("2017-05"), "2017年5月", "May 2017"),
    ],
)
def test_by_language(language, write, chinese, english):
    assert write() == (chinese if language == "zh-hans" else english)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""), (0, "0"), (7, "7"), (37420, "37,420"), (-1200, "-1,200"), (0.5, "0.5"), (100, "100"),
        (Decimal("450.00"), "450"), (Decimal("0.50"), "0.5"), (Decimal("1234567.89"), "1,234,567.89"),
        (Decimal("1E+5"), "100,000"), (Decimal("0.00"), "0"),
    ],
)  # fmt: skip
def test_number(value, expected):
    assert formats.number(value) == expected


def test_amount():
    assert formats.amount(Decimal("450.00"), "家") == "450 家"
    assert formats.amount(3) == "3"
    assert formats.amount(0, "家") == "0 家"
    assert formats.amount(None, "家") == ""


@pytest.mark.parametrize(
    ("octets", "expected"),
    [(0, "1 KB"), (1, "1 KB"), (38 * 1024, "38 KB"), (1024 * 1024 - 1, "1024 KB"), (int(4.2 * 1024**2), "4.2 MB")],
)
def test_size(octets, expected):
    assert formats.size(octets) == expected
