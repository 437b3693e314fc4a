"""A form that outlived its session: nothing typed is lost, and nothing is sent by anybody else."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from organizations import carry
from organizations.models import User
from tests import factories

TYPED = {"username": "wang", "real_name": "王\n小明", "organization": "市安监局", "role": "inspector", "password1": "x"}


def text(response):
    return response.content.decode()


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', text(response)).group(1)


@pytest.fixture
def client():
    found = Client(enforce_csrf_checks=True)
    found.cookies["django_language"] = "en"
    return found


def send(client, path, data, **more):
    token = hidden(client.get("/login/"), "csrfmiddlewaretoken")
    return client.post(path, data | {"csrfmiddlewaretoken": token}, **more)


def log_in_with(client, page, username):
    data = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "carried", "next")}
    return client.post("/login/", data | {"username": username, "password": factories.PASSWORD})


def test_what_was_typed_survives_the_log_in(cast, city, client):
    page = send(client, "/people/new/?from=list", TYPED)
    assert page.status_code == 401
    assert "What you typed is kept" in text(page)
    assert log_in_with(client, page, "admin")["Location"] == "/login/continue/"
    offer = client.get("/login/continue/")
    assert "Nothing has been saved yet" in text(offer)
    assert "王\n小明</li>" in text(offer)
    assert 'name="password1"' not in text(offer), "passwords are never carried"
    token = hidden(offer, "csrfmiddlewaretoken")
    again = {name: value for name, value in TYPED.items() if name != "password1"}
    response = client.post("/login/continue/", again | {"csrfmiddlewaretoken": token}, follow=True)
    assert response.redirect_chain == [("/people/new/?from=list", 307)]
    assert User.objects.get(username="wang").organization == city.safety
    assert client.get("/login/continue/")["Location"] == "/", "it is sent once"


def test_it_can_be_discarded(cast, client):
    page = send(client, "/people/new/", TYPED)
    log_in_with(client, page, "admin")
    token = hidden(client.get("/login/continue/"), "csrfmiddlewaretoken")
    assert client.post("/login/continue/?discard=1", TYPED | {"csrfmiddlewaretoken": token})["Location"] == "/"
    assert client.get("/login/continue/")["Location"] == "/"
    assert not User.objects.filter(username="wang").exists()


def test_a_wrong_password_in_between_loses_nothing(cast, client):
    page = send(client, "/people/new/", TYPED)
    data = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "carried", "next")}
    page = client.post("/login/", data | {"username": "admin", "password": "wrong"})
    assert page.status_code == 200
    assert log_in_with(client, page, "admin")["Location"] == "/login/continue/"


def test_nor_does_the_lock(cast, client, settings):
    settings.AXES_FAILURE_LIMIT = 1
    page = send(client, "/people/new/", TYPED)
    data = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "carried", "next")}
    page = client.post("/login/", data | {"username": "admin", "password": "wrong"})
    assert page.status_code == 429
    assert carry.unpack(hidden(page, "carried")).path == "/people/new/"


def test_nor_does_the_password_that_has_to_be_changed(cast, client):
    page = send(client, "/people/new/", TYPED)
    cast.admin.must_change_password = True
    cast.admin.save()
    log_in_with(client, page, "admin")
    page = client.get("/login/continue/", follow=True)
    data = {"old": factories.PASSWORD, "new": "shandong-2017-x", "again": "shandong-2017-x"}
    token = hidden(page, "csrfmiddlewaretoken")
    assert client.post("/password/", data | {"csrfmiddlewaretoken": token})["Location"] == "/login/continue/"


def test_files_are_asked_for_again(cast, client):
    file = SimpleUploadedFile("现场.jpg", b"x", content_type="image/jpeg")
    page = send(client, "/people/new/", {"real_name": "a", "photos": file})
    assert "Chosen files could not be kept" in text(page)
    log_in_with(client, page, "admin")
    offer = text(client.get("/login/continue/"))
    assert 'type="file" multiple name="photos"' in offer
    assert "现场.jpg" in offer


def test_too_much_is_said_and_not_kept(cast, client):
    page = send(client, "/people/new/", {"note": "字" * carry.MAX_OCTETS})
    assert page.status_code == 401
    assert "too large to be kept" in text(page)
    assert 'name="carried"' not in text(page)


def test_a_foreign_site_cannot_make_it_up(cast, client):
    assert client.post("/people/new/", TYPED).status_code == 403, "without the token nothing is carried"
    token = hidden(client.get("/login/"), "csrfmiddlewaretoken")
    forged = {"csrfmiddlewaretoken": token, "username": "admin", "password": factories.PASSWORD, "carried": "e30:x:y"}
    assert client.post("/login/", forged)["Location"] == "/"


@pytest.mark.parametrize("path", ["//evil.example/x", "https://evil.example/", "javascript:1", "people/"])
def test_only_addresses_of_this_site(path):
    assert carry.unpack(carry.Carried(path, [], []).pack()) is None


def test_a_step_without_fields_is_asked_to_be_repeated(cast, client):
    response = send(client, "/people/bulk/", {}, follow=True)
    assert response.redirect_chain == [("/login/", 302)]
    assert "this step was not carried out" in text(response)


def test_a_page_asked_for_comes_after_the_log_in(cast, client):
    assert client.get("/people/?q=a")["Location"] == "/login/?next=/people/%3Fq%3Da"
