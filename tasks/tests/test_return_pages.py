"""资料回收 on its pages: who hands out what, who brings in what, and what they are told."""

import datetime
import io
import zipfile

import openpyxl
import pytest
from django.utils import timezone

from background.models import Work
from organizations.roles import Role
from tasks.actions import packages
from tasks.models import ProgressEntry, ProgressReturn
from tasks.states import AssignmentState
from tests import factories
from tests.files import octets
from tests.working import work as do_work

from .test_returns import RETURN, book_of, fill, sign

DAY = datetime.date
URL = "/2017/returns/"


def upload(client, *books):
    files = []
    for number, book in enumerate(books):
        buffer = io.BytesIO()
        book.save(buffer)
        buffer.seek(0)
        buffer.name = f"return{number}.xlsx"
        files.append(buffer)
    return client.post(URL, {"file": files}, follow=True)


@pytest.fixture
def filled(owed, plan, city):
    book = book_of(plan, city.safety)
    sign(book["填报表"])
    fill(book["填报表"], 5, progress="又查 56 家", completed=156)
    fill(book["填报表"], 6, progress="已印发", completed="若干")
    fill(book["填报表"], 7, progress="太多", rate=1, completed=-1)
    return book


def test_upload_check_and_log(filled, cast, city, log_in):
    client = log_in(cast.admin)
    page = upload(client, filled)
    batch = ProgressReturn.objects.get()
    assert page.redirect_chain[-1][0] == f"{URL}{batch.pk}/"
    text = page.content.decode()
    assert "又查 56 家" in text
    assert "<del>100 家</del> <ins>156 家</ins>" in text
    assert "“若干”不是数字" in text
    assert "王伟" in text
    assert not ProgressEntry.objects.exists()
    page = client.post(f"{URL}{batch.pk}/commit/", follow=True)
    assert "已为市安监局记入 3 条进展" in page.content.decode()
    assert ProgressEntry.objects.count() == 3
    page = client.post(f"{URL}{batch.pk}/commit/", follow=True)
    assert "没有重复记入" in page.content.decode()
    assert ProgressEntry.objects.count() == 3
    again = io.BytesIO(octets(client.get(f"{URL}{batch.pk}/file/")))
    again.name = "copy.xlsx"
    page = client.post(URL, {"file": [again]}, follow=True)
    assert "这个文件已于" in page.content.decode()
    history = client.get(URL).content.decode()
    assert "王伟" in history
    assert octets(client.get(f"{URL}{batch.pk}/file/"))[:2] == b"PK"


def test_an_inspector_brings_in_the_own_units_return_only(filled, owed, plan, city, cast, log_in):
    client = log_in(cast.inspector)
    page = upload(client, filled)
    own = ProgressReturn.objects.get()
    assert own.organization == city.safety
    client.post(f"{URL}{own.pk}/commit/")
    assert ProgressEntry.objects.filter(signed_by="王伟").count() == 3
    other = book_of(plan, city.transport)
    fill(other["填报表"], 5, progress="别人的")
    page = upload(client, other)
    assert "这是市交通运输委的资料" in page.content.decode()
    assert ProgressReturn.objects.count() == 1
    theirs = log_in(factories.user(city.transport))
    assert theirs.get(f"{URL}{own.pk}/").status_code == 404
    assert theirs.post(f"{URL}{own.pk}/commit/").status_code == 404
    assert "return0.xlsx" not in theirs.get(URL).content.decode()


def test_the_preview_speaks_the_language_of_who_looks_at_it(filled, owed, plan, city, cast, log_in):
    """Uploaded in Chinese, read and confirmed in English: no reason stays in the other language."""
    fill(filled["填报表"], 5, completed=100.5)
    fill(filled["填报表"], 6, done="是", completed=None)
    fill(filled["填报表"], 7, progress="满了", rate=0.5, completed=None)
    factories.Task.objects.filter(pk=owed[1].task_id).update(evidence_required=True)
    owed[3].state = "submitted"
    owed[3].save()
    fill(filled["填报表"], 8, progress="已报")
    upload(log_in(cast.admin), filled)
    batch = ProgressReturn.objects.get()
    client = log_in(cast.admin)
    texts = {}
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        texts[language] = client.get(f"{URL}{batch.pk}/").content.decode()
    for zh, en in (("“家”数须为整数", "A number of 家 is a whole number. Enter 0 or 1."),
                   ("还不能报审", "It cannot be submitted yet. Missing: "),
                   ("该任务已是“待审核”", "The assignment is “Waiting for sign-off”")):  # fmt: skip
        assert zh in texts["zh-hans"]
        assert zh not in texts["en"]
        assert en in texts["en"]
    client.post(f"{URL}{batch.pk}/commit/")
    assert ProgressEntry.objects.count() == 2, "another language is no reason to judge anew"


def test_an_auditor_reads_and_brings_in_nothing(filled, cast, log_in):
    upload(log_in(cast.admin), filled)
    client = log_in(cast.auditor)
    pk = ProgressReturn.objects.get().pk
    assert client.get(URL).status_code == client.get(f"{URL}{pk}/").status_code == 200
    assert client.post(URL, {}).status_code == 403
    for verb in ("commit", "discard", "correct"):
        assert client.post(f"{URL}{pk}/{verb}/").status_code == 403
    assert client.get(f"{URL}workbooks/?all=1").status_code == 403


def test_unit_and_day_are_corrected_where_the_sheet_does_not_say_them(owed, city, cast, log_in):
    book = openpyxl.Workbook()
    book.active.append(["填报单位：不知道的单位"])
    book.active.append(["序号", "重点任务", "进展情况", "完成数量"])
    book.active.append([1, "开展企业安全体检", "又查 20 家", 120])
    client = log_in(cast.admin)
    page = upload(client, book)
    batch = ProgressReturn.objects.get()
    assert batch.organization is None
    assert "没有名为“不知道的单位”的单位" in page.content.decode()
    about = {"about-organization": city.safety.pk, "about-quarter": "2017Q3", "about-signed_by": "李娜",
             "about-filled_on": "2017-09-15"}  # fmt: skip
    future = client.post(f"{URL}{batch.pk}/correct/", about | {"about-filled_on": "2017-10-01"}, follow=True)
    assert "2017年10月1日在未来" in future.content.decode()
    client.post(f"{URL}{batch.pk}/correct/", about)
    batch.refresh_from_db()
    assert (batch.organization, batch.quarter, batch.signed_by, batch.added) == (city.safety, "2017Q3", "李娜", 1)
    client.post(f"{URL}{batch.pk}/commit/")
    assert ProgressEntry.objects.get().happened_on == DAY(2017, 9, 15)


def test_work_that_went_on_meanwhile_is_shown_before_anything_is_logged(filled, owed, cast, log_in):
    client = log_in(cast.admin)
    upload(client, filled)
    batch = ProgressReturn.objects.get()
    owed[0].quantity = 120
    owed[0].save()
    page = client.post(f"{URL}{batch.pk}/commit/", follow=True)
    assert "没有记入" in page.content.decode()
    assert "<del>120 家</del> <ins>156 家</ins>" in page.content.decode()
    assert not ProgressEntry.objects.exists()
    client.post(f"{URL}{batch.pk}/commit/")
    assert ProgressEntry.objects.get(assignment=owed[0]).quantity == 36


def test_what_is_no_return_is_refused_where_it_was_chosen(owed, cast, log_in):
    client = log_in(cast.admin)
    junk = io.BytesIO(b"junk")
    junk.name = "表.xlsx"
    page = client.post(URL, {"file": [junk]})
    assert "表.xlsx" in page.content.decode()
    wrong = io.BytesIO(b"x")
    wrong.name = "表.docx"
    assert "表.docx" in client.post(URL, {"file": [wrong]}).content.decode()
    assert "请先选择文件" in client.post(URL, {}).content.decode()
    assert "进展情况" in upload(client, openpyxl.Workbook()).content.decode()
    assert not ProgressReturn.objects.exists()


def test_several_files_at_once_wait_side_by_side(filled, plan, city, owed, cast, log_in):
    page = upload(log_in(cast.admin), filled, book_of(plan, city.transport))
    assert page.redirect_chain[-1][0] == URL
    assert ProgressReturn.objects.count() == 2


def test_discarded_is_gone(filled, cast, log_in):
    client = log_in(cast.admin)
    upload(client, filled)
    batch = ProgressReturn.objects.get()
    client.post(f"{URL}{batch.pk}/discard/")
    batch.refresh_from_db()
    assert (batch.state, batch.rows.count(), bool(batch.file)) == ("discarded", 0, False)
    assert client.post(f"{URL}{batch.pk}/commit/", follow=True).status_code == 200
    assert not ProgressEntry.objects.exists()


# ---------------------------------------------------------------- handing out


def test_the_office_hands_out_one_workbook_or_many(owed, plan, city, cast, log_in):
    client = log_in(cast.admin)
    page = client.get(f"{URL}units/")
    assert [row.name for row in page.context["rows"]] == ["市安监局", "市交通运输委"]
    assert [(row.open, row.overdue) for row in page.context["rows"]] == [(4, 1), (1, 0)]
    single = octets(client.get(f"{URL}workbooks/?quarter=2017Q3&pick={city.safety.pk}"))
    assert "_标识" in openpyxl.load_workbook(io.BytesIO(single)).sheetnames
    many = octets(client.get(f"{URL}workbooks/?quarter=2017Q3&all=1"))
    with zipfile.ZipFile(io.BytesIO(many)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == ["市安监局 2017Q3 任务进展填报表.xlsx", "市交通运输委 2017Q3 任务进展填报表.xlsx"]
        assert openpyxl.load_workbook(io.BytesIO(archive.read(names[1])))["填报表"]["B5"].value == "别人的任务"
    assert client.get(f"{URL}workbooks/?pick=999999").status_code == 404


def test_many_workbooks_are_made_in_the_background(owed, plan, city, cast, log_in, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "AT_ONCE", 1)
    client = log_in(cast.admin)
    few = client.post(f"{URL}packages/", {"quarter": "2017Q3", "pick": city.safety.pk})
    assert few["Location"] == f"{URL}workbooks/?quarter=2017Q3&pick={city.safety.pk}"
    assert client.get(f"{URL}workbooks/?quarter=2017Q3&all=1").status_code == 404
    ordered = client.post(f"{URL}packages/", {"quarter": "2017Q3", "all": "1"})
    again = client.post(f"{URL}packages/", {"quarter": "2017Q3", "all": "1"})
    assert again["Location"] == ordered["Location"], "one order while it is under way"
    work = Work.objects.get()
    waiting = client.get(ordered["Location"]).content.decode()
    assert "hx-trigger" in waiting
    assert "正在生成" in client.get(f"{URL}units/").content.decode()
    assert client.get(f"{URL}packages/{work.pk}/file/").status_code == 404
    assert log_in(factories.user(city.office, Role.ADMIN)).get(ordered["Location"]).status_code == 404
    assert do_work() == 1
    work.refresh_from_db()
    assert (work.state, work.done, work.total, work.result["number"]) == ("done", 2, 2, 2)
    assert "已就绪" in client.get(f"{URL}units/").content.decode()
    assert f"{work.pk}/file/" in client.get(ordered["Location"]).content.decode()
    with zipfile.ZipFile(io.BytesIO(octets(client.get(f"{URL}packages/{work.pk}/file/")))) as archive:
        assert len(archive.namelist()) == 2
    assert packages.remove_old(at=timezone.now() + datetime.timedelta(days=1)) == 0
    assert packages.remove_old(at=timezone.now() + datetime.timedelta(days=3)) == 1
    assert client.get(f"{URL}packages/{work.pk}/file/").status_code == 404
    assert "重新" in client.get(ordered["Location"]).content.decode()


def test_a_package_is_cancelled(owed, cast, log_in, monkeypatch):
    monkeypatch.setattr(packages, "AT_ONCE", 1)
    client = log_in(cast.admin)
    ordered = client.post(f"{URL}packages/", {"quarter": "2017Q3", "all": "1"})["Location"]
    page = client.post(f"{ordered}stop/", follow=True)
    assert "已取消" in page.content.decode()
    assert Work.objects.get().state == "stopped"
    page = client.post(f"{URL}packages/", {"quarter": "2017Q3"}, follow=True)
    assert "请先选择" in page.content.decode()


def test_an_inspector_gets_the_own_workbook_whatever_is_asked_for(owed, city, cast, log_in):
    client = log_in(cast.inspector)
    found = octets(client.get(f"{URL}workbooks/?all=1&pick={city.transport.pk}"))
    sheet = openpyxl.load_workbook(io.BytesIO(found))["填报表"]
    assert sheet["A2"].value == "填报单位（盖章）：市安监局"
    assert [row.name for row in client.get(f"{URL}units/").context["rows"]] == ["市安监局"]


def test_who_has_returned_and_who_has_not(filled, owed, plan, city, cast, log_in):
    client = log_in(cast.admin)
    upload(client, filled)
    client.post(f"{URL}{ProgressReturn.objects.get().pk}/commit/")
    missing = client.get(f"{URL}units/?state=missing")
    assert [row.name for row in missing.context["rows"]] == ["市交通运输委"]
    assert [tab.number for tab in missing.context["tabs"]] == [2, 1, 1]
    done = client.get(f"{URL}units/?state=returned").context["rows"]
    assert [(row.name, row.returned) for row in done] == [("市安监局", "2017年9月20日")]
    assert client.get(f"{URL}units/?quarter=2017Q2&state=returned").context["rows"] == []


@pytest.mark.parametrize("count", [1, 60])
def test_pages_in_a_constant_number_of_queries(count, plan, city, cast, log_in, django_assert_max_num_queries):
    for number in range(count):
        unit = factories.organization(parent=city.jiaozhou)
        task = factories.task(plan, lead=unit, number=f"q{number}")
        factories.assignment(task, unit, state=AssignmentState.IN_PROGRESS)
        ProgressReturn.objects.create(plan=plan, organization=unit, quarter="2017Q3", name="a.xlsx", by=cast.admin,
                                      at=factories.timezone.now(), state="committed",
                                      decided_at=factories.timezone.now())  # fmt: skip
    client = log_in(cast.admin)
    for page in (URL, f"{URL}units/", f"{URL}?format=csv", f"{URL}units/?format=csv"):
        with django_assert_max_num_queries(15):
            octets(client.get(page))


def test_the_sample_works_on_the_page(db, log_in):
    from django.core.management import call_command

    from . import import_world as world

    _plan, office = world.build()
    call_command("import_tasks", world.CLASSIC, "--year=2017", stdout=io.StringIO(), stderr=io.StringIO())
    client = log_in(office)
    with RETURN.open("rb") as file:
        page = client.post(URL, {"file": [file]}, follow=True)
    text = page.content.decode()
    assert "第 17 行“完成率”" in text
    assert "第 24 行“序号”" in text
    client.post(f"{URL}{ProgressReturn.objects.get().pk}/commit/")
    assert ProgressEntry.objects.count() == 21
