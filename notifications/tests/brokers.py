"""Pointing Celery at another broker for a while, and leaving nothing of it behind."""

import contextlib

from kombu import pools

from qdsafety.celery import app


@contextlib.contextmanager
def broker_at(url, options):
    """Celery with its messages at `url`; its connections are made anew before and after."""
    before = app.conf.broker_url, app.conf.broker_transport_options
    _point(url, options)
    try:
        yield app
    finally:
        _point(*before)


def _point(url, options):
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
    app.conf.update(broker_url=url, broker_transport_options=options)
