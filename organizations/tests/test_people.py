"""The admin's pages for people."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from lib.sheets.read import read_workbook
from organizations.models import User
from tests import factories

NEW = {
    "username": "wang.wei",
    "real_name": "王伟",
    "organization": "市安监局",
    "role": "inspector",
    "post": "安监一科 科员",
    "phone": "0532-1234567",
    "email": "w@example.org",
}


@pytest.fixture
def admin(cast, plan, log_in):
    client = log_in(cast.admin)
    client.cookies["django_language"] = "en"
    return client


def text(response):
    return response.content.decode()


def names(response):
    return [row.account for row in response.context["rows"]]


def edit(client, person, **changed):
    page = client.get(f"/people/{person.pk}/")
    values = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    return client.post(f"/people/{person.pk}/", values | changed)


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("path", ["/people/", "/people/new/", "/people/export/"])
@pytest.mark.parametrize("who", ["head", "inspector", "enterprise", "auditor"])
def test_only_admins_of_the_commission(path, who, cast, plan, log_in):
    assert log_in(getattr(cast, who)).get(path).status_code == 403


def test_an_admin_of_a_district_manages_nobody(cast, city, plan, log_in):
    local = factories.user(city.jiaozhou, "admin")
    client = log_in(local)
    assert client.get("/people/").status_code == 403
    assert client.get(f"/people/{cast.head.pk}/").status_code == 403
    assert client.get(f"/people/{cast.inspector.pk}/").status_code == 404, "out of sight is not there"
    assert client.post(f"/people/{cast.head.pk}/", {"do": "disable"}).status_code == 403
    assert client.post("/people/bulk/", {"do": "disable", "pick": cast.head.pk}).status_code == 403


def test_another_city_is_not_there(cast, plan, log_in):
    client = log_in(cast.outsider)
    assert client.get(f"/people/{cast.head.pk}/").status_code == 404
    assert client.post(f"/people/{cast.head.pk}/", {"do": "disable"}).status_code == 404
    client.post("/people/bulk/", {"do": "disable", "pick": cast.head.pk, "confirmed": 1})
    cast.head.refresh_from_db()
    assert cast.head.is_active
    assert names(client.get("/people/")) == ["outsider"]


# ---------------------------------------------------------------- list


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"admin", "head", "inspector", "enterprise", "auditor"}),
        ("q=胶州市", {"head"}),
        ("q=市安监局 inspector", {"inspector"}),
        ("role=head", {"head"}),
        ("role=nonsense&active=nonsense&unit=x&under=999999999999999999999", None),
        ("under={jiaozhou}", {"head", "enterprise"}),
        ("unit={jiaozhou}", {"head"}),
        ("active=0", {"enterprise"}),
        ("active=1&role=inspector", {"inspector"}),
        ("active=new", {"head"}),
        ("q=nobody", set()),
    ],
)
def test_found_by_what_the_address_says(query, found, admin, cast, city):
    User.objects.filter(pk=cast.enterprise.pk).update(is_active=False)
    User.objects.filter(pk=cast.head.pk).update(must_change_password=True)
    response = admin.get("/people/?" + query.format(jiaozhou=city.jiaozhou.pk))
    assert response.status_code == 200
    everybody = {"admin", "head", "inspector", "enterprise", "auditor"}
    assert set(names(response)) == (everybody if found is None else found)


def test_sorted_both_ways(admin):
    up, down = names(admin.get("/people/?sort=account")), names(admin.get("/people/?sort=-account"))
    assert up == sorted(up) and down == up[::-1]
    assert admin.get("/people/?sort=-login&page=77").status_code == 200


def test_an_empty_list_says_what_to_do(admin):
    assert "Nobody matches these conditions" in text(admin.get("/people/?q=zzz"))


def test_constant_queries(admin, city):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert admin.get("/people/").status_code == 200
        return len(found)

    few = count()
    for number in range(60):
        factories.user([city.safety, city.town, city.plant][number % 3])
    assert count() == few
    assert few <= 15


def test_pages_of_fifty(admin, city):
    for _number in range(60):
        factories.user(city.safety)
    assert len(names(admin.get("/people/?page=2"))) == 15


def test_the_export_holds_exactly_the_list(admin, cast, tmp_path):
    User.objects.filter(pk=cast.head.pk).update(real_name="=1+1")
    response = admin.get("/people/export/?role=head")
    saved = tmp_path / "people.xlsx"
    saved.write_bytes(response.getvalue())
    rows = read_workbook(saved)[0].rows[2:]
    assert [row[0] for row in rows] == ["Account", "head"]
    assert rows[1][1] == "=1+1", "a name never becomes a formula, whose value would be empty here"


# ---------------------------------------------------------------- invite


def test_invited_with_a_password_shown_once(admin, city):
    response = admin.post("/people/new/", NEW)
    person = User.objects.get(username="wang.wei")
    assert (person.organization, person.role, person.must_change_password) == (city.safety, "inspector", True)
    password = response.context["password"]
    assert password in text(response)
    assert "no-store" in response["Cache-Control"]
    assert person.check_password(password)
    entry = AuditEntry.objects.get(verb="user.invite")
    assert entry.after["real_name"] == "王伟"
    assert password not in str(AuditEntry.objects.values())
    assert password not in str([row.get_decoded() for row in Session.objects.all()])
    client = Client()
    client.post("/login/", {"username": "wang.wei", "password": password})
    assert client.get("/people/")["Location"].startswith("/password/")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"username": "ADMIN"}, "This account name is taken"),
        ({"username": "a b"}, "valid username"),
        ({"organization": "市应急管理局"}, "No unit of this city is called “市应急管理局”"),
        ({"organization": "济南安委会"}, "No unit of this city"),
        ({"organization": "市交通运输委"}, "was dissolved"),
        ({"organization": ""}, "This field is required"),
        ({"role": "king"}, "Select a valid choice"),
        ({"email": "x"}, "valid email"),
        ({"real_name": " "}, "This field is required"),
    ],
)
def test_bad_input_is_said_where_it_happened_and_kept(changed, said, admin, city, cast):
    city.transport.is_active = False
    city.transport.save()
    before = User.objects.count()
    response = admin.post("/people/new/", NEW | changed)
    assert said in text(response)
    assert 'value="安监一科 科员"' in text(response), "what was typed stays"
    assert User.objects.count() == before
    assert not AuditEntry.objects.exclude(verb__startswith="refused").exists()


def test_a_unit_is_found_by_any_of_its_names(admin, city):
    city.safety.aliases.create(name="安监")
    admin.post("/people/new/", NEW | {"organization": " 安监 "})
    assert User.objects.get(username="wang.wei").organization == city.safety


def test_a_name_that_means_two_units_is_asked_back(admin, city):
    city.transport.short_name = city.safety.short_name
    city.transport.save()
    assert "means several units" in text(admin.post("/people/new/", NEW))


# ---------------------------------------------------------------- change


def test_changed_with_what_was_before(admin, cast):
    assert edit(admin, cast.inspector, role="head", post="处长")["Location"] == "/people/"
    cast.inspector.refresh_from_db()
    assert (cast.inspector.role, cast.inspector.post) == ("head", "处长")
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.before, entry.after) == (
        "user.update",
        {"role": "inspector", "post": ""},
        {"role": "head", "post": "处长"},
    )
    assert edit(admin, cast.inspector).status_code == 302
    assert AuditEntry.objects.count() == 1, "nothing changed, nothing recorded"


def test_moved_and_logged_out(admin, cast, city, log_in):
    theirs = log_in(cast.inspector)
    edit(admin, cast.inspector, organization="胶州市人民政府")
    cast.inspector.refresh_from_db()
    assert cast.inspector.organization == city.jiaozhou
    assert theirs.get("/password/")["Location"].startswith("/login/")
    entry = AuditEntry.objects.get(verb="user.move")
    assert (entry.before, entry.after) == ({"organization": city.safety.pk}, {"organization": city.jiaozhou.pk})


def test_a_stale_form_is_refused_and_kept(admin, cast):
    page = admin.get(f"/people/{cast.inspector.pk}/")
    values = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    User.objects.filter(pk=cast.inspector.pk).update(post="副科长")
    response = admin.post(f"/people/{cast.inspector.pk}/", values | {"phone": "12345"})
    assert "Somebody changed this account" in text(response)
    assert 'value="12345"' in text(response)
    cast.inspector.refresh_from_db()
    assert (cast.inspector.post, cast.inspector.phone) == ("副科长", "")
    seen = response.context["form"]["seen"].value()
    admin.post(f"/people/{cast.inspector.pk}/", values | {"phone": "12345", "post": "副科长", "seen": seen})
    cast.inspector.refresh_from_db()
    assert cast.inspector.phone == "12345"


def test_disabled_at_once_and_enabled_again(admin, cast, log_in):
    theirs = log_in(cast.head)
    response = admin.post(f"/people/{cast.head.pk}/", {"do": "disable"}, follow=True)
    assert "can no longer log in" in text(response)
    assert theirs.get("/password/")["Location"].startswith("/login/")
    admin.post(f"/people/{cast.head.pk}/", {"do": "enable"})
    assert theirs.get("/password/")["Location"].startswith("/login/"), "the old session does not come back"
    cast.head.refresh_from_db()
    assert cast.head.is_active
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == ["user.disable", "user.enable"]


def test_people_of_a_dissolved_unit_are_not_enabled(admin, cast, city):
    User.objects.filter(pk=cast.head.pk).update(is_active=False)
    city.jiaozhou.is_active = False
    city.jiaozhou.save()
    response = admin.post(f"/people/{cast.head.pk}/", {"do": "enable"}, follow=True)
    assert "was dissolved. Move the person" in text(response)


def test_a_new_password_ends_the_old_one(admin, cast, log_in):
    theirs = log_in(cast.head)
    response = admin.post(f"/people/{cast.head.pk}/", {"do": "reset"})
    cast.head.refresh_from_db()
    assert cast.head.check_password(response.context["password"])
    assert cast.head.must_change_password
    assert theirs.get("/password/")["Location"].startswith("/login/")
    assert response.context["password"] not in str(AuditEntry.objects.values())


def test_an_admin_cannot_lock_himself_out(admin, cast):
    factories.user(cast.admin.organization, "admin")
    for data in ({"do": "disable"}, {"do": "reset"}):
        admin.post(f"/people/{cast.admin.pk}/", data)
    assert "from yourself" in text(edit(admin, cast.admin, role="inspector"))
    assert "from yourself" in text(edit(admin, cast.admin, organization="市安监局"))
    cast.admin.refresh_from_db()
    assert (cast.admin.is_active, cast.admin.role, cast.admin.must_change_password) == (True, "admin", False)
    assert admin.get("/people/").status_code == 200
    edit(admin, cast.admin, phone="1", organization="市安委会")
    cast.admin.refresh_from_db()
    assert (cast.admin.phone, cast.admin.organization.label) == ("1", "市安委会"), "within the commission one may move"


def test_the_last_admin_of_the_commission_stays(cast, city, plan):
    from django.core.exceptions import ValidationError

    from lib import clock
    from organizations.actions import people

    second = factories.user(city.commission, "admin", "second")
    people.disable(users=[second], by=cast.admin, at=clock.now())
    common = {"by": second, "at": clock.now()}
    details = {"real_name": "a", "post": "", "phone": "", "email": ""}
    for act in (
        lambda: people.disable(users=[cast.admin, cast.head], **common),
        lambda: people.move(users=[cast.admin], organization=city.safety, **common),
        lambda: people.update(user=cast.admin, organization=city.office, role="head", **details, **common),
    ):
        with pytest.raises(ValidationError, match=r"最后一名|last active admin"):
            act()
    cast.head.refresh_from_db()
    assert cast.head.is_active, "nothing half written"


# ---------------------------------------------------------------- many at once


def test_confirmed_before_it_is_done(admin, cast):
    data = {"do": "disable", "pick": [cast.head.pk, cast.inspector.pk, cast.admin.pk]}
    page = admin.post("/people/bulk/?role=head", data)
    assert "Disable 2 accounts?" in text(page)
    assert "1 of the chosen is left out" in text(page)
    assert "logged out at once" in text(page)
    assert User.objects.filter(is_active=False).count() == 0
    done = {"do": "disable", "picked": page.context["picked"], "confirmed": "1"}
    response = admin.post("/people/bulk/?role=head", done, follow=True)
    assert response.redirect_chain == [("/people/?role=head", 302)]
    assert "2 accounts disabled" in text(response)
    assert set(User.objects.filter(is_active=False)) == {cast.head, cast.inspector}
    assert AuditEntry.objects.filter(verb="user.disable").count() == 2


def test_all_of_the_filtered_list(admin, city):
    for _number in range(60):
        factories.user(city.town)
    page = admin.post(f"/people/bulk/?unit={city.town.pk}", {"do": "move", "all": "1"})
    assert len(page.context["concerned"]) == 60
    assert "and 40 more" in text(page)
    data = {"do": "move", "picked": page.context["picked"], "confirmed": "1"}
    wrong = admin.post("/people/bulk/", data | {"organization": "没有的单位"})
    assert "No unit of this city" in text(wrong)
    admin.post("/people/bulk/", data | {"organization": "平度市人民政府"})
    assert User.objects.filter(organization=city.pingdu).count() == 60


@pytest.mark.parametrize(
    "data", [{}, {"do": "disable"}, {"do": "explode", "pick": "1"}, {"do": "disable", "pick": "x"}]
)
def test_nobody_chosen_is_said(data, admin):
    response = admin.post("/people/bulk/", data, follow=True)
    assert "Nobody was chosen" in text(response)


@pytest.mark.parametrize("count", [1, 40])
def test_bulk_in_a_constant_number_of_queries(count, admin, city, django_assert_max_num_queries):
    made = [factories.user(city.town) for _number in range(count)]
    data = {"do": "disable", "picked": ",".join(str(person.pk) for person in made), "confirmed": "1"}
    with django_assert_max_num_queries(20):
        admin.post("/people/bulk/", data)
    assert User.objects.filter(is_active=False).count() == count


@pytest.mark.parametrize("path", ["/people/", "/people/new/", "/people/{pk}/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_read_well_in_both_languages(path, language, admin, cast):
    admin.cookies["django_language"] = language
    response = admin.get(path.format(pk=cast.head.pk))
    assert response.status_code == 200
    assert len(connection.queries) <= 15
    assert ("人员" in text(response)) == (language == "zh-hans")
