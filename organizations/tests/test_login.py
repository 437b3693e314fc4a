"""The front door: who gets in, who does not, and what is said."""

import datetime

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from audit.models import AuditEntry
from organizations.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from tests import factories

WRONG = "wrong password 1"


def enter(client, username, password=factories.PASSWORD, **more):
    return client.post("/login/", {"username": username, "password": password} | more)


def text(response):
    return response.content.decode()


@pytest.fixture
def english():
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def test_the_page_offers_both_languages_and_the_demo_accounts(db, settings):
    settings.DEMO = True
    body = text(Client().get("/login/"))
    assert body.count("<h1>") == 1
    assert "中文" in body and "EN" in body
    assert DEMO_PASSWORD in body
    assert all(f'value="{account}"' in body for account, _label in DEMO_ACCOUNTS)


def test_production_shows_no_demo_password(db, settings):
    settings.DEMO = False
    body = text(Client().get("/login/"))
    assert DEMO_PASSWORD not in body
    assert "inspector-anjian" not in body


def test_the_only_commission_is_named(city, settings):
    assert "青岛市安全生产委员会" in text(Client().get("/login/"))
    factories.organization("济南市安全生产委员会", "commission")
    assert "青岛市" not in text(Client().get("/login/"))


def test_a_person_gets_in_and_out(cast, plan):
    client = Client()
    assert enter(client, "inspector")["Location"] == "/"
    assert client.get("/", follow=True).status_code in (200, 404)
    assert client.get("/login/")["Location"] == "/"
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/password/")["Location"].startswith("/login/")


@pytest.mark.parametrize(
    ("target", "landed"),
    [
        ("/people/?q=1", "/people/?q=1"),
        ("//evil.example/x", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/logout/", "/"),
        ("/no/such/page/", "/"),
    ],
)
def test_next_is_honoured_on_this_site_only(target, landed, cast):
    assert enter(Client(), "admin", next=target)["Location"] == landed


def test_a_wrong_password_is_said_and_the_account_kept(cast, english):
    response = enter(english, "inspector", WRONG)
    assert response.status_code == 200
    assert "The account or the password is wrong" in text(response)
    assert 'value="inspector"' in text(response)
    assert WRONG not in text(response)
    assert "账号或密码" in text(enter(Client(), "inspector", WRONG))


def test_an_unknown_account_reads_like_a_wrong_password(cast, english):
    assert "The account or the password is wrong" in text(enter(english, "nobody", WRONG))


def test_locked_after_repeated_failures_and_says_for_how_long(cast, english, settings):
    settings.AXES_FAILURE_LIMIT = 3
    for _attempt in range(2):
        assert enter(english, "inspector", WRONG).status_code == 200
    response = enter(english, "inspector", WRONG)
    assert response.status_code == 429
    assert "locked on this computer for 15 minutes" in text(response)
    assert enter(english, "inspector").status_code == 429, "the right password does not help while locked"
    assert enter(Client(REMOTE_ADDR="10.0.0.9"), "inspector").status_code == 302, "another computer is not locked"
    assert enter(english, "head").status_code == 302, "another account is not locked"


def test_the_lock_ends_by_itself(cast, settings):
    settings.AXES_FAILURE_LIMIT = 1
    settings.AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
    assert enter(Client(), "inspector", WRONG).status_code == 429
    settings.AXES_COOLOFF_TIME = datetime.timedelta(0, 0, 1)
    assert enter(Client(), "inspector").status_code == 302


def test_a_disabled_person_cannot_log_in_and_is_told(cast, english):
    cast.inspector.is_active = False
    cast.inspector.save()
    assert "This account is disabled" in text(enter(english, "inspector"))
    assert "disabled" not in text(enter(english, "inspector", WRONG)), "only who knows the password is told"


def test_people_of_a_dissolved_unit_cannot_log_in(cast, city, english):
    city.safety.is_active = False
    city.safety.save()
    assert "Your unit was dissolved" in text(enter(english, "inspector"))


@pytest.mark.parametrize("what", ["person", "unit"])
def test_a_running_session_ends_at_once(what, cast, city, log_in, plan):
    client = log_in(cast.inspector)
    assert client.get("/password/").status_code == 200
    thing = cast.inspector if what == "person" else city.safety
    type(thing).objects.filter(pk=thing.pk).update(is_active=False)
    assert client.get("/password/")["Location"].startswith("/login/")


def test_a_session_ends_by_its_age(cast, log_in, settings):
    client = log_in(cast.inspector)
    assert 0 < settings.SESSION_COOKIE_AGE <= 24 * 3600
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))
    assert client.get("/password/")["Location"].startswith("/login/")


def test_passwords_are_kept_as_argon2id(settings):
    settings.PASSWORD_HASHERS = ["organizations.hashers.OfficeArgon2Hasher"]
    found = make_password("a long enough one")
    assert found.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert identify_hasher(found).algorithm == "argon2"


def test_the_site_uses_that_hasher_first():
    import ast
    from pathlib import Path

    tree = ast.parse((Path(__file__).resolve().parents[2] / "qdsafety" / "settings.py").read_text())
    found = [n.value for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == "PASSWORD_HASHERS"]
    assert ast.literal_eval(found[0])[0] == "organizations.hashers.OfficeArgon2Hasher"


class TestOwnPassword:
    NEW = "zhongguo-haibian-8"

    def change(self, client, old=factories.PASSWORD, new=NEW, again=NEW, **more):
        return client.post("/password/", {"old": old, "new": new, "again": again} | more)

    def test_changed_and_still_logged_in(self, cast, log_in):
        client, other = log_in(cast.inspector), log_in(cast.inspector)
        response = self.change(client, next="/people/?page=2")
        assert response["Location"] == "/people/?page=2"
        assert client.get("/password/").status_code == 200
        assert other.get("/password/")["Location"].startswith("/login/"), "other devices are logged out"
        assert enter(Client(), "inspector", self.NEW).status_code == 302
        entry = AuditEntry.objects.get(verb="user.password")
        assert entry.by == cast.inspector and entry.after is None and entry.before is None

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"old": "not it at all"}, "not your present password"),
            ({"again": "something else 1"}, "differ"),
            ({"new": "short1", "again": "short1"}, "too short"),
            ({"new": "1234567890123", "again": "1234567890123"}, "numeric"),
            ({"new": factories.PASSWORD, "again": factories.PASSWORD}, "Choose another"),
        ],
    )
    def test_what_is_refused(self, given, said, cast, log_in):
        client = log_in(cast.inspector)
        client.cookies["django_language"] = "en"
        response = self.change(client, **given)
        assert response.status_code == 200
        assert said in text(response)
        assert not AuditEntry.objects.exists()

    def test_no_way_around_it_at_the_first_login(self, cast, plan):
        cast.inspector.must_change_password = True
        cast.inspector.save()
        client = Client()
        enter(client, "inspector")
        response = client.get("/2017/ledger/?q=a&signal=over")
        assert response["Location"] == "/password/?next=/2017/ledger/%3Fq%3Da%26signal%3Dover"
        assert client.post("/people/new/", {"a": 1})["Location"] == "/password/"
        page = client.get(response["Location"])
        assert 'value="/2017/ledger/?q=a&amp;signal=over"' in text(page)
        assert self.change(client, next="/2017/ledger/?q=a&signal=over")["Location"] == "/2017/ledger/?q=a&signal=over"
        cast.inspector.refresh_from_db()
        assert not cast.inspector.must_change_password
        assert client.get("/2017/ledger/").status_code in (200, 404)
