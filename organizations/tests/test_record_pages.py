"""The pages of the record: who sees what, filters, pages, export, the entry."""

import csv
import datetime
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry, Seal, Verification
from audit.record import Act, record, record_many
from audit.verify import verify
from lib.sheets.read import read_workbook
from tests import factories

AT = datetime.datetime(2017, 9, 20, 1, tzinfo=datetime.UTC)


def text(response):
    return re.sub(r"<[^>]+>", " ", response.content.decode())


def shown(response):
    return [row.entry.object_text for row in response.context["rows"]]


@pytest.fixture
def told(city, cast, plan):
    """Acts of the commission on units of two districts, and one of the district's head on an own unit."""
    for number, unit in enumerate((city.jiaozhou, city.pingdu, city.safety)):
        record("organization.update", unit, by=cast.admin, at=AT + datetime.timedelta(hours=number),
               before={"note": ""}, after={"note": f"第{number}次"})  # fmt: skip
    record("user.update", cast.head, by=cast.head, at=AT + datetime.timedelta(days=1), before={"role": "head"},
           after={"role": "admin"})  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"), [("admin", 200), ("auditor", 200), ("head", 403), ("inspector", 403), ("enterprise", 403)]
)
def test_admins_and_auditors_read_it(who, status, told, cast, log_in):
    client = log_in(getattr(cast, who))
    assert client.get("/record/").status_code == status
    assert client.get("/record/export/").status_code == status
    assert ("/record/" in client.get("/units/").content.decode()) is (status == 200)


def test_each_sees_the_own_scope(told, city, cast, log_in):
    assert len(shown(log_in(cast.auditor).get("/record/"))) == 4
    local = factories.user(city.jiaozhou, "auditor")
    assert set(shown(log_in(local).get("/record/"))) == {"胶州市政府", cast.head.real_name}
    pingdu = AuditEntry.objects.get(object_text="平度市政府")
    assert log_in(local).get(f"/record/{pingdu.pk}/").status_code == 404
    assert log_in(cast.head).get(f"/record/{pingdu.pk}/").status_code == 404
    assert "平度" not in log_in(local).get("/record/export/?format=csv").getvalue().decode()
    regulator = factories.user(city.safety, "auditor")
    record("organization.update", city.plant, by=cast.admin, at=AT, after={"note": "x"})
    assert set(shown(log_in(regulator).get("/record/"))) == {"市安监局", "青岛示例化工有限公司"}
    assert shown(log_in(cast.outsider).get("/record/")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=平度", ["平度市政府"]), ("q=平度 胶州", []), ("q=%25", []), ("who=HEAD", ["head"]),
        ("verb=user.update", ["head"]),
        ("kind=organizations.user", ["head"]), ("from=2017-09-21", ["head"]), ("to=2017-09-19", []),
        ("from=2017-09-21&to=2017-09-21", ["head"]), ("address=1.2.3.4", []), ("request=none", []),
        ("text=第1次", ["平度市政府"]), ("text=admin", ["head"]), ("text=第 1次", ["平度市政府"]), ("text=%25", []),
        ("verb=nonsense&from=yesterday&unit=x&on=y&kind=z", [None] * 4),
    ],
)  # fmt: skip
def test_filters(query, found, told, cast, log_in):
    found = [cast.head.real_name if one == "head" else one for one in found]
    rows = shown(log_in(cast.admin).get(f"/record/?{query}"))
    assert len(rows) == len(found)
    assert found[:1] in ([], [None]) or rows == found


def test_filters_by_unit_and_object(told, city, cast, log_in):
    client = log_in(cast.admin)
    assert set(shown(client.get(f"/record/?unit={city.jiaozhou.pk}"))) == {"胶州市政府", cast.head.real_name}
    assert shown(client.get(f"/record/?on=organizations.organization.{city.pingdu.pk}")) == ["平度市政府"]


def test_pages_by_key_in_both_orders(told, city, cast, log_in):
    record_many(
        [Act("organization.update", city.town, None, {"note": str(n)}) for n in range(120)], by=cast.admin, at=AT
    )
    client = log_in(cast.admin)
    for sort in ("", "&sort=oldest"):
        seen, href = [], f"?{sort}"
        forth = []
        while href:
            response = client.get(f"/record/{href}")
            forth.append([row.entry.pk for row in response.context["rows"]])
            seen += forth[-1]
            href = response.context["found"].older
        everything = list(AuditEntry.objects.order_by("at", "id").values_list("pk", flat=True))
        assert seen == (everything if sort else everything[::-1])
        href = response.context["found"].newer
        back = []
        while href:
            response = client.get(f"/record/{href}")
            back.append([row.entry.pk for row in response.context["rows"]])
            href = response.context["found"].newer
        assert back == forth[-2::-1]
    for wrong in ("after=x", "before=20170920T010000.000000-x", "after=99-1"):
        assert client.get(f"/record/?{wrong}").status_code == 200


def test_a_constant_number_of_queries(told, city, cast, log_in):
    client = log_in(cast.admin)

    def queries(path):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    entry = AuditEntry.objects.latest("id")
    few, one = queries("/record/"), queries(f"/record/{entry.pk}/")
    units = [factories.organization(parent=city.jiaozhou) for _n in range(20)]
    record_many([Act("organization.create", unit, None, {"parent": unit.parent, "kind": unit.kind}) for unit in units],
                by=cast.head, at=AT)  # fmt: skip
    assert few - 1 <= queries("/record/") <= few + 2 <= 16, "one query for each kind of name"
    assert queries(f"/record/{AuditEntry.objects.latest('id').pk}/") <= one + 2 <= 16


def test_an_entry_in_words_in_both_languages(told, cast, log_in):
    client = log_in(cast.auditor)
    entry = AuditEntry.objects.get(verb="user.update")
    page = text(client.get(f"/record/{entry.pk}/"))
    for word in ("修改人员", "负责人", "管理员", "角色", "这是第一条记录", "与哈希值相符", entry.hash):
        assert word in page
    assert "user.update" not in page.split(entry.hash)[0]
    client.cookies["django_language"] = "en"
    page = text(client.get(f"/record/{entry.pk}/"))
    for word in ("Changed the details of", "Head", "Admin", "Role", "fits its hash"):
        assert word in page


def test_a_web_request_leaves_number_and_address(city, cast, plan, settings, log_in):
    settings.AXES_IPWARE_PROXY_COUNT = 1
    client = log_in(cast.admin)
    response = client.post(
        f"/people/{cast.inspector.pk}/", {"do": "disable"},
        headers={"x-forwarded-for": "198.51.100.1, 203.0.113.7", "x-request-id": "mine"},
    )  # fmt: skip
    assert response.status_code == 302
    entry = AuditEntry.objects.get(verb="user.disable")
    assert entry.address == "203.0.113.7"
    assert re.fullmatch(r"[0-9a-f-]{36}", entry.request_id), "the client's own number is not believed"
    assert (entry.unit, entry.concerns) == (city.office, city.safety)
    assert shown(client.get(f"/record/?request={entry.request_id}")) == [str(cast.inspector)]
    assert shown(client.get("/record/?address=203.0.113.7")) == [str(cast.inspector)]


def test_export_of_exactly_the_filtered_rows(told, city, cast, log_in):
    record("organization.update", city.town, by=cast.admin, at=AT, after={"note": "=HYPERLINK(1)", "name": "=1+1"})
    client = log_in(cast.auditor)
    response = client.get(f"/record/export/?format=csv&unit={city.town.pk}")
    head, *rows = csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig")))
    assert head[:3] == ["编号", "时间", "人员"] or len(head) == 13
    assert len(rows) == 1
    assert not any(cell.startswith("=") for cell in rows[0])
    made = AuditEntry.objects.get(verb="export")
    assert (made.by, made.after["rows"]) == (cast.auditor, 1)
    assert "胶北街道" in made.after["chosen"]
    assert Seal.objects.get().entries == 5, "sealed before it was written"
    response = client.get("/record/export/?format=xlsx&verb=organization.update")
    octets = response.getvalue()
    [sheet] = _sheets(octets)
    assert len(sheet.rows) == 3 + 4
    assert Seal.objects.order_by("number").last().hash in str(sheet.rows[1])
    assert AuditEntry.objects.filter(verb="export").count() == 2


def _sheets(octets):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.xlsx"
        path.write_bytes(octets)
        return read_workbook(path)


def test_the_page_says_how_the_last_verification_went(told, city, cast, log_in):
    client = log_in(cast.admin)
    assert "尚未核验" in text(client.get("/record/"))
    Verification.keep(verify(), AT)
    assert "完整：已核验 4 条记录" in text(client.get("/record/"))
    entry = AuditEntry.objects.first()
    found = {"kind": "changed", "entry_id": entry.pk, "object_type": entry.object_type, "object_id": entry.object_id,
             "at": "", "other": ""}  # fmt: skip
    Verification.objects.create(at=AT, seconds=1, entries=4, seals=0, intact=False, number=1, findings=[found])
    response = client.get("/record/")
    page = text(response)
    assert "1 处被破坏" in page
    assert f"第 {entry.pk} 号记录 被改动" in page
    assert f"/record/{entry.pk}/" in response.content.decode()


class TestTheDoor:
    def enter(self, client, account, password):
        return client.post("/login/", {"username": account, "password": password})

    def test_in_and_out(self, cast, plan):
        client = Client()
        self.enter(client, "head", factories.PASSWORD)
        client.post("/logout/")
        assert list(AuditEntry.objects.order_by("id").values_list("verb", "by")) == [
            ("login.done", cast.head.pk), ("login.ended", cast.head.pk)
        ]  # fmt: skip

    def test_failures_and_the_lock(self, cast, city, plan, settings):
        settings.AXES_FAILURE_LIMIT = 3
        client = Client()
        for _attempt in range(5):
            self.enter(client, "head", "wrong wrong wrong")
        verbs = list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))
        assert verbs.count("login.failed") >= 3
        assert verbs.count("login.locked") == 1
        entry = AuditEntry.objects.filter(verb="login.failed").first()
        assert (entry.object_id, entry.scope_id, entry.after) == (cast.head.pk, city.commission.pk, {"account": "head"})
        assert "wrong wrong" not in str(AuditEntry.objects.values())

    def test_an_account_that_nobody_has(self, city, db):
        self.enter(Client(), "nobody", "wrong wrong wrong")
        entry = AuditEntry.objects.get()
        assert (entry.object_id, entry.object_text, entry.scope_id) == (None, "nobody", city.commission.pk)
        assert verify().intact


def test_a_step_that_is_not_allowed_is_recorded(cast, city, plan, log_in):
    client = log_in(cast.head)
    assert client.get("/people/").status_code == 403
    assert not AuditEntry.objects.exists()
    assert client.post("/units/new/", {}).status_code == 403
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.by, entry.after["path"]) == ("refused.denied", cast.head, "/units/new/")


def test_timelines(told, city, cast, log_in, plan):
    client = log_in(cast.admin)
    record_many(
        [Act("organization.update", city.town, None, {"note": str(n)}) for n in range(30)], by=cast.admin, at=AT
    )
    page = client.get(f"/units/{city.town.pk}/")
    assert len(page.context["timeline"].said) == 10
    whole = client.get(f"/units/{city.town.pk}/{page.context['timeline'].href.split('#')[0]}")
    assert len(whole.context["timeline"].said) == 30
    assert whole.context["timeline"].href == ""
    assert "修改单位" in text(page)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "9.9.9.9", "127.0.0.1"),
        (1, "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        (2, "1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "nonsense", ""),
    ],
)
def test_the_client_is_who_spoke_to_our_outermost_proxy(proxies, forwarded, address, settings, rf):
    from audit.middleware import client_address

    settings.AXES_IPWARE_PROXY_COUNT = proxies
    assert client_address(rf.get("/", headers={"x-forwarded-for": forwarded})) == address
