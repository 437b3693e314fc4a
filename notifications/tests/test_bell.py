"""A dead broker, or one that swallows packets, neither breaks nor slows the page that rings."""

import contextlib
import socket
import time

import pytest
from django.db import transaction

from notifications import bell

from .brokers import broker_at


@pytest.fixture
def broker(settings, monkeypatch):
    """Points the site at a broker of the test's choice; forgets earlier failures."""
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    with contextlib.ExitStack() as stack:

        def at(url):
            settings.REDIS_URL = url
            stack.enter_context(broker_at(url, settings.CELERY_BROKER_TRANSPORT_OPTIONS))

        yield at
        assert bell._busy.acquire(timeout=20)
        bell._busy.release()


@pytest.fixture
def ring_and_time(django_capture_on_commit_callbacks):
    """Rings as a page does; returns the seconds that it cost."""

    def ring():
        began = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            bell.ring()
        return time.monotonic() - began

    return ring


@pytest.mark.django_db
def test_a_broker_that_refuses_costs_nothing(broker, caplog, ring_and_time):
    broker("redis://127.0.0.1:1/0")
    assert ring_and_time() < 0.2
    assert bell._busy.acquire(timeout=15)
    bell._busy.release()
    assert "the broker does not answer" in caplog.text
    assert bell._silent_until > time.monotonic()  # the next pages do not even try


@pytest.mark.django_db
def test_a_broker_that_swallows_packets_costs_nothing(broker, ring_and_time):
    with socket.socket() as hole:  # accepts, and never answers
        hole.bind(("127.0.0.1", 0))
        hole.listen(1)
        broker(f"redis://127.0.0.1:{hole.getsockname()[1]}/0")
        assert [ring_and_time() < 0.2 for _ in range(3)] == [True] * 3


@pytest.mark.django_db(transaction=True)
def test_no_ring_for_what_is_rolled_back(broker, monkeypatch):
    broker("redis://127.0.0.1:1/0")
    rung = []
    monkeypatch.setattr(bell, "_ring_beside", lambda task: rung.append(1))
    with pytest.raises(RuntimeError), transaction.atomic():
        bell.ring()
        raise RuntimeError
    assert rung == []
    with transaction.atomic():
        bell.ring()
    assert rung == [1]


def test_no_broker_no_ring(settings, monkeypatch):
    settings.REDIS_URL = ""
    monkeypatch.setattr(transaction, "on_commit", lambda *_, **__: pytest.fail("rung"))
    bell.ring()
