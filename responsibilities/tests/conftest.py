"""What several tests of lists begin with."""

import pytest

from .import_desk import Desk


@pytest.fixture
def desk(cast, log_in):
    """The commission office's desk for imports."""
    return Desk(log_in(cast.admin))
