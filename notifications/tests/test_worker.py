"""A real Celery worker on a real Redis, killed in the middle of its work: everything arrives all the same."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.utils import timezone

from notifications.bell import DELIVER
from notifications.models import Delivery
from notifications.outbox import News, queue
from organizations.roles import Role
from tests import factories

from .brokers import broker_at
from .post_office import post_office

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/5")
MAILS, LEASE = 14, 5
pytestmark = [pytest.mark.redis, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def until(condition, seconds=30):
    """Waits for a condition; fails when it takes too long."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it took too long"
        time.sleep(0.05)


@pytest.fixture
def broker(settings):
    """Redis, emptied before and after."""
    with broker_at(REDIS, settings.CELERY_BROKER_TRANSPORT_OPTIONS) as app:
        app.loader.import_default_modules()
        app.control.purge()
        yield app
        app.control.purge()


@pytest.fixture
def hire(settings, tmp_path):
    """Starts workers on the database of the test; whoever is left at the end is stopped."""
    known = connection.settings_dict
    login = f"{known['USER']}:{known['PASSWORD']}" if known["PASSWORD"] else known["USER"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "qdsafety.settings", "DEMO": "1", "DEBUG": "0", "SECRET_KEY": "x", "REDIS_URL": REDIS,
        "BUSINESS_DATE": "", "DELIVERY_LEASE_SECONDS": str(LEASE), "EMAIL_TIMEOUT": "2", "EMAIL_URL": "",
        "DATABASE_URL": f"postgres://{login}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}",
    }  # fmt: skip
    workers = []

    def start():
        environment["EMAIL_URL"] = f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        command = [sys.executable, "-m", "celery", "-A", "qdsafety", "worker", "-c", "1", "--without-gossip",
                   "--without-mingle", "-l", "WARNING"]  # fmt: skip
        log = (tmp_path / f"worker{len(workers)}.log").open("wb")
        worker = subprocess.Popen(
            command, env=environment, cwd=site.BASE_DIR, stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGTERM)
        worker.wait(timeout=20)


def test_kill_9_in_mid_run_loses_nothing(broker, hire, settings, city):
    people = [factories.user(city.safety, Role.INSPECTOR, email=f"a{n}@example.com") for n in range(MAILS)]
    with transaction.atomic():
        queue([News(p.pk, "x", "Sent back", "", {}, "/", f"k{p.pk}", urgent=True) for p in people], at=timezone.now())
    with post_office(settings, slow=0.15) as post:
        broker.send_task(DELIVER)
        first = hire()
        until(lambda: len(post.mails) >= 4)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(timeout=10)
        assert 4 <= len(post.mails) < MAILS
        hire()
        # What beat does each minute: the sweeper finds the rows whose lease has run out.
        until(lambda: not Delivery.objects.waiting().filter(lease_until__gt=timezone.now()).exists())
        broker.send_task("background.sweep")
        until(lambda: not Delivery.objects.waiting().exists())
        arrived = Counter(one["Message-ID"] for one in post.mails)
    assert {one["To"] for one in post.mails} == {person.email for person in people}
    assert len(arrived) == MAILS
    # At most the one mail that the server had taken when the process died comes twice, under the same Message-ID.
    assert sum(arrived.values()) - MAILS <= 1
    assert Delivery.objects.by_mail().filter(state=Delivery.State.SENT).count() == MAILS
