"""What several tests of units share."""

import pytest

from .unit_desk import Desk


@pytest.fixture
def desk(cast, log_in):
    client = log_in(cast.admin)
    client.cookies["django_language"] = "en"
    return Desk(client)
