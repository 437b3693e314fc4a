"""Both catalogues are complete, none is fuzzy, and placeholders survive translation."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import messages


def test_catalogues_are_complete():
    assert messages.problems() == []


def test_a_template_message_is_found():
    keys = {key[1] for key in messages.extract()}
    assert "Skip to content" in keys
    assert "Rows %(first)s–%(last)s of %(total)s" in keys
