"""The frame around every page, and what an operator meets first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

BASE = Path(__file__).resolve().parents[2]


def start(**environment):
    """What `manage.py check` says with only these variables set."""
    keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE,
        env=keep | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("missing", "given"),
    [
        ("SECRET_KEY", {}),
        ("ALLOWED_HOSTS", {"SECRET_KEY": "x" * 50}),
        ("DATABASE_URL", {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "safety.example"}),
    ],
)
def test_production_refuses_to_start_and_names_the_variable(missing, given):
    outcome = start(**given)
    assert outcome.returncode != 0
    assert f"{missing} is not set" in outcome.stderr


def test_production_refuses_a_pinned_day():
    given = {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "safety.example", "DATABASE_URL": "sqlite:///:memory:"}
    outcome = start(**given, BUSINESS_DATE="2017-09-20")
    assert outcome.returncode != 0
    assert "BUSINESS_DATE" in outcome.stderr


@pytest.mark.django_db
def test_health_needs_no_login():
    assert Client().get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(("who", "start"), [("inspector", "to-do"), ("head", "dashboard"), ("admin", "dashboard")])
def test_everybody_starts_where_the_work_is(who, start, cast, plan, log_in):
    response = log_in(getattr(cast, who)).get("/")
    assert response["Location"] == f"/2017/{start}/"


def test_the_language_is_chinese_until_somebody_chooses(cast, plan, log_in):
    client = log_in(cast.admin)
    page = client.get("/plans/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="zh-CN"' in page
    response = client.post("/language/", {"language": "en", "next": "/plans/"})
    assert response["Location"] == "/plans/"
    assert '<html lang="en"' in client.get("/plans/").content.decode()


def test_the_language_switch_leads_nowhere_else(cast, plan, log_in):
    response = log_in(cast.admin).post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert response["Location"] == "/"


def test_the_page_says_that_the_day_is_pinned(cast, plan, log_in):
    assert "2017年9月20日" in log_in(cast.admin).get("/plans/").content.decode()


def test_a_chosen_theme_stays(cast, plan, log_in):
    client = log_in(cast.admin)
    client.post("/theme/", {"theme": "dark", "next": "/"})
    assert 'data-bs-theme="dark" data-theme="dark"' in client.get("/plans/").content.decode()
