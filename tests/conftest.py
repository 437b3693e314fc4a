"""What the tests of the whole site begin with."""

import pytest

from .things import things_of


@pytest.fixture
def things(cast, city, plan):
    """One of everything, by the name of the address (or of its part) that shows it."""
    return things_of(cast, city, plan)
