"""The walk over every address, as anonymous, as an outsider, and as each role.

A new address fails here until it says which object it is tried with.
"""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tasks.models import Assignment
from tests.things import PATTERNS, address

OPEN = {"login", "set_language", "set_theme", "health"}


def faults(client, things, methods=("get",)):
    """Walks every address; yields (name, response, body) for the test to judge."""
    for name, parts in PATTERNS:
        for method in methods:
            response = getattr(client, method)(address(name, parts, things))
            body = b"".join(response.streaming_content) if response.streaming else response.content
            yield name, parts, response, body.decode(errors="replace")


def test_anonymous_meets_the_log_in_page(things):
    for name, _parts, response, _body in faults(Client(), things):
        if name not in OPEN:
            assert response.status_code == 302, name
            assert response["Location"].startswith(reverse("login")), name


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_outsider_learns_nothing(method, things, cast, log_in):
    client = log_in(cast.outsider)
    for name, parts, response, body in faults(client, things, [method]):
        assert response.status_code < 500, name
        if parts and name not in OPEN:
            assert response.status_code in (404, 405), f"{name} gives {response.status_code}"
        if name != "login":  # which names the accounts of the demo
            assert not re.search("青岛|胶州|任务1|安监", body), f"{name} shows another city"
        if name == "logout":
            client.force_login(cast.outsider, backend="organizations.backends.ActiveStaffBackend")


ROLES = ["admin", "head", "inspector", "enterprise", "auditor"]


# The admin and an inspector between them meet every template; in English they stand for all.
@pytest.mark.parametrize(
    ("who", "language"), [*((who, "zh-hans") for who in ROLES), ("admin", "en"), ("inspector", "en")]
)
def test_no_role_meets_a_broken_page(who, language, things, cast, log_in):
    client = log_in(getattr(cast, who))
    client.cookies["django_language"] = language
    for name, _parts, response, body in faults(client, things):
        assert response.status_code in (200, 302, 403, 404, 405), f"{name} gives {response.status_code}"
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
            continue
        assert "Content-Security-Policy" in response
        assert " style=" not in body, f"{name} has an inline style, which the CSP blocks"
        scripts = re.findall(r"<script[^>]*>", body)
        inline = [tag for tag in scripts if "src=" not in tag and "application/json" not in tag]
        assert inline == [], f"{name} has an inline script, which the CSP blocks"
        assert "javascript:" not in body
        assert body.count("<h1>") == 1, f"{name} needs exactly one h1"


def test_an_auditor_writes_nothing(things, cast, log_in):
    client = log_in(cast.auditor)
    before = list(Assignment.objects.values_list("pk", "state", "version", "quantity"))
    for name, parts in PATTERNS:
        if name in OPEN | {"logout", "password_change", "message_settings"}:
            continue
        response = client.post(address(name, parts, things))
        assert response.status_code in (302, 403, 404, 405), f"{name} gives {response.status_code}"
    assert list(Assignment.objects.values_list("pk", "state", "version", "quantity")) == before
