"""The operator opens the first admin's account."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from audit.models import AuditEntry
from organizations.models import Organization, User
from tests import factories


def create(*arguments):
    out = io.StringIO()
    call_command("create_admin", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def test_the_printed_password_opens_the_site_and_must_be_changed(city):
    password = create("wang.wei", "--real-name", "王伟")
    user = User.objects.get(username="wang.wei")
    assert (user.organization, user.role, user.real_name) == (city.office, "admin", "王伟")
    client = Client()
    response = client.post("/login/", {"username": "wang.wei", "password": password})
    assert response.status_code == 302
    assert client.get("/people/")["Location"].startswith("/password/")
    entry = AuditEntry.objects.get(verb="user.invite")
    assert (entry.by, entry.scope) == (None, city.commission)


def test_a_taken_name_is_refused(cast):
    with pytest.raises(CommandError, match=r"taken|已被使用"):
        create("admin", "--unit", "市安委办")
    assert User.objects.filter(username="admin").count() == 1


def test_several_commissions_must_be_told_apart(city):
    other = factories.organization("济南市安全生产委员会", Organization.Kind.COMMISSION)
    factories.organization("济南市安委会办公室", Organization.Kind.COMMISSION, parent=other)
    with pytest.raises(CommandError, match="济南市安委会办公室"):
        create("wang.wei")
    create("wang.wei", "--unit", "济南市安委会办公室")
    assert User.objects.get().organization.name == "济南市安委会办公室"


def test_without_a_commission_it_says_what_to_do(db):
    with pytest.raises(CommandError, match="import_organizations"):
        create("wang.wei")
