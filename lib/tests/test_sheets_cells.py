"""Cells as text."""

import datetime

import pytest

from lib.sheets.cells import text


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (None, ""),
        ("", ""),
        ("\u3000 市安监局\u00a0", "市安监局"),
        ("市安\n监局", "市安监局"),
        ("市\0安\x07监\x85局", "市安监局"),
        ("\0", ""),
        ("３５人，５０％", "35人，50%"),
        ("甲\t乙", "甲\t乙"),
        (3.0, "3"),
        (0.1, "0.1"),
        (1e20, "100000000000000000000"),
        (42, "42"),
        (True, "TRUE"),
        (datetime.datetime(2017, 6, 30), "2017-06-30"),
        (datetime.date(2017, 6, 30), "2017-06-30"),
    ],
)
def test_as_the_sheet_shows_it(cell, shown):
    assert text(cell) == shown
