"""How many queries a page takes, for tests that hold it constant."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

LIMIT = 15  # of any page


def taken(client: Client, address: str) -> int:
    """The queries of one GET."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200, address
    return len(found)
