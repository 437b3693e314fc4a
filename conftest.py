"""The fixed cast and the pinned day. Everything else is made by tests.factories where it is needed."""

import os
import shutil
import socket
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client
from django.utils import translation

from audit import guard
from organizations.models import Organization, OrganizationGroup
from organizations.roles import Role
from responsibilities import guard as lists_guard
from tasks import guard as steps_guard
from tests import factories

Kind = Organization.Kind
LONGEST = ("qdsafety/tests/test_seed_demo.py", "tests/test_walk.py", "tests/browser/", "tests/test_exports.py")


@pytest.fixture(autouse=True, scope="session")
def emptied_between_tests():
    """Tests with real transactions empty every table afterwards, which triggers (record, steps, lists) would refuse."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self, sql_list):
        with guard.lifted(self.connection), lists_guard.lifted(self.connection), steps_guard.lifted(self.connection):
            flush(self, sql_list)

    BaseDatabaseOperations.execute_sql_flush = execute_sql_flush
    yield
    BaseDatabaseOperations.execute_sql_flush = flush


@pytest.fixture(autouse=True)
def pinned_day(settings):
    """Every test lives on 20 September 2017."""
    settings.BUSINESS_DATE = factories.TODAY.isoformat()


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Every test keeps its files in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def first_language(settings):
    """Every test begins in Chinese, whatever language the page before it was read in."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def city(db):
    """A small city: commission, office, two departments, a district with a town and an enterprise, another one."""
    make = factories.organization
    commission = make("青岛市安全生产委员会", Kind.COMMISSION, short_name="市安委会", position=1)
    office = make("青岛市安全生产委员会办公室", Kind.COMMISSION, short_name="市安委办", parent=commission, position=2)
    safety = make("青岛市安全生产监督管理局", short_name="市安监局", parent=commission, is_member=True, position=3)
    transport = make("青岛市交通运输委员会", short_name="市交通运输委", parent=commission, is_member=True, position=4)
    jiaozhou = make("胶州市人民政府", Kind.DISTRICT, short_name="胶州市政府", parent=commission, position=5)
    pingdu = make("平度市人民政府", Kind.DISTRICT, short_name="平度市政府", parent=commission, position=6)
    town = make("胶州市胶北街道办事处", Kind.TOWN, short_name="胶北街道", parent=jiaozhou, position=7)
    plant = make("青岛示例化工有限公司", Kind.ENTERPRISE, parent=town, sector_regulator=safety, position=8)
    districts = OrganizationGroup.objects.create(
        city=commission,
        name="各区市政府",
        spellings="各区（市）政府",
        rule=OrganizationGroup.Rule.KIND,
        argument=Kind.DISTRICT,
    )
    return SimpleNamespace(
        commission=commission, office=office, safety=safety, transport=transport, jiaozhou=jiaozhou, pingdu=pingdu,
        town=town, plant=plant, districts=districts,
    )  # fmt: skip


@pytest.fixture
def cast(city):
    """One person of each kind; the outsider belongs to another city."""
    elsewhere = factories.organization("济南市安全生产委员会", Kind.COMMISSION, short_name="济南安委会")
    make = factories.user
    return SimpleNamespace(
        admin=make(city.office, Role.ADMIN, "admin"),
        head=make(city.jiaozhou, Role.HEAD, "head"),
        inspector=make(city.safety, Role.INSPECTOR, "inspector"),
        enterprise=make(city.plant, Role.INSPECTOR, "enterprise"),
        auditor=make(city.commission, Role.AUDITOR, "auditor"),
        outsider=make(elsewhere, Role.ADMIN, "outsider"),
    )


@pytest.fixture
def plan(city):
    """The plan of 2017 with ten work points and no tasks."""
    return factories.plan(city.commission)


@pytest.fixture
def log_in():
    """A client that is logged in as a person: `log_in(cast.head).get(...)`."""

    def enter(person) -> Client:
        client = Client()
        client.force_login(person, backend="organizations.backends.ActiveStaffBackend")
        return client

    return enter


def _missing() -> dict[str, str]:
    """What this machine lacks: marker → why, in words."""
    lacking = {}
    if shutil.which("chromium") is None:
        lacking["browser"] = "no Chromium on this machine (apt install chromium)"
    try:
        socket.create_connection(("127.0.0.1", 6379), timeout=1).close()
    except OSError:
        lacking["redis"] = "no Redis at 127.0.0.1:6379"
    return lacking


def pytest_collection_modifyitems(config, items):
    """Skips by name what cannot run here; with REQUIRE_ALL=1 such a skip is an error. The longest files go first."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    lacking = _missing()
    elsewhere = "sqlite" if connection.vendor == "postgresql" else "postgres"  # runs in the other pass
    deselected = [item for item in items if item.get_closest_marker(elsewhere)]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in deselected]
    for item in items:
        for marker, why in lacking.items():
            if item.get_closest_marker(marker):
                if os.environ.get("REQUIRE_ALL") == "1":
                    raise pytest.UsageError(f"REQUIRE_ALL=1, but {why}")
                item.add_marker(pytest.mark.skip(reason=f"{item.name}: {why}"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """With REQUIRE_ALL=1 whatever was skipped after all fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("REQUIRE_ALL") == "1" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium; root cannot use its sandbox."""
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
