"""The import through the pages: upload, preview, commit, discard; and what is refused."""

import datetime
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from audit.verify import verify
from lib.sheets.read import read_workbook
from organizations.models import Organization
from organizations.roles import Role
from tasks import counts
from tasks.actions import import_create
from tasks.models import Assignment, ImportBatch, Plan, Task, TaskUnit
from tests import factories

from .import_world import CLASSIC, ERRORS, UPDATE, build, row, sheet

LIST = reverse("import_list", kwargs={"year": 2017})


@pytest.fixture
def world(db, log_in):
    """(plan, client of the admin)."""
    plan, admin = build()
    client = log_in(admin)
    client.cookies["django_language"] = "en"
    return plan, client


def upload(client, path, name=None):
    """Posts a file; the response."""
    return client.post(LIST, {"file": SimpleUploadedFile(name or path.name, path.read_bytes())})


def previewed(client, path):
    """The batch of an uploaded file."""
    response = upload(client, path)
    assert response.status_code == 302, response.content.decode()
    return ImportBatch.objects.latest("pk")


def address(name, batch):
    return reverse(name, kwargs={"year": 2017, "pk": batch.pk})


def commit(client, batch):
    return client.post(address("import_commit", batch), follow=True)


def test_the_classic_list_from_upload_to_ledger(world):
    plan, client = world
    batch = previewed(client, CLASSIC)
    assert (batch.new, batch.changed, batch.unchanged, batch.refused) == (62, 0, 0, 0)
    assert not Task.objects.exists()
    page = client.get(address("import_preview", batch)).content.decode()
    assert "Import 62 tasks" in page and "4,500 册" in page and "header on row 4" in page
    page = commit(client, batch).content.decode()
    assert "62 tasks created, 0 changed" in page
    batch.refresh_from_db()
    assert (batch.outcome["created"], batch.outcome["assignments"]["created"]) == (62, Assignment.objects.count())
    task = Task.objects.get(number="55")
    assert (task.target, task.unit, task.due_on, task.origin) == (450, "家", datetime.date(2017, 10, 31), batch)
    assert Task.objects.get(number="8").cadence == "quarterly"
    assert [m.due_on for m in Task.objects.get(number="3").milestones.all()] == [datetime.date(2017, 6, 30)]
    assert Assignment.objects.filter(task=task, organization__short_name="市安监局", target=450).exists()
    assert counts.differences(plan) == {}
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"import.preview", "import.commit", "task.create"} <= verbs
    acts = AuditEntry.objects.filter(verb="task.create").values_list("after", flat=True)
    asked = {name for after in acts for name in [*after["lead"], *after.get("cooperating", [])]}
    named = set(TaskUnit.objects.exclude(group=None).values_list("group__name", flat=True))
    assert named and named <= asked
    made = AuditEntry.objects.of("tasks.task", [task.pk]).get()  # one entry says both, task and assignments
    assert (made.object_text, made.after["row"]) == (str(task), task.origin_row)
    assert made.after["created"] == task.assignments.count() > 1
    assert verify().intact


def test_the_same_list_again_changes_nothing(world):
    _plan, client = world
    commit(client, previewed(client, CLASSIC))
    batch = previewed(client, CLASSIC)
    assert (batch.new, batch.changed, batch.unchanged) == (0, 0, 62)
    page = client.get(address("import_preview", batch)).content.decode()
    assert "the plan holds all of this already" in page and "Import 0" not in page


def test_a_new_version_shows_before_and_after(world):
    _plan, client = world
    commit(client, previewed(client, CLASSIC))
    done = Assignment.objects.get(task__number="56", organization__short_name="市总工会")
    Assignment.objects.filter(pk=done.pk).update(state="done", done_on="2017-05-20")
    batch = previewed(client, UPDATE)
    assert (batch.new, batch.changed, batch.unchanged, batch.refused) == (3, 7, 53, 0)
    assert [row.values["number"] for row in batch.rows.filter(verdict="absent")] == ["27", "46"]
    page = client.get(address("import_preview", batch)).content.decode()
    assert "<del>300 家</del><ins>350 家</ins>" in page
    assert "<ins>市财政局</ins>" in page and "<del>市总工会</del>" in page
    assert "53 unchanged rows are folded away" in page
    assert "3 changes move a deadline back" in page
    assert "new version of tasks-classic.xlsx" in page
    absent = client.get(address("import_preview", batch) + "?show=absent").content.decode()
    assert "对亡人事故实施模拟问责和经济问责" in absent
    commit(client, batch)
    assert Task.objects.get(number="10").target == 350
    leads = Task.objects.get(number="23").units.filter(role="lead")
    assert [unit.organization.short_name for unit in leads] == ["市安监局", "市财政局"]
    assert Task.objects.filter(number__in=["27", "46"], withdrawn=False).count() == 2
    done.refresh_from_db()
    assert done.state == "done"
    update = AuditEntry.objects.get(verb="task.update", object_id=Task.objects.get(number="10").pk)
    assert update.before == {"target": {"value": 300, "unit": "家"}}


def test_refused_rows_say_row_column_and_remedy(world):
    _plan, client = world
    batch = previewed(client, ERRORS)
    assert (batch.new, batch.refused) == (15, 10)
    page = client.get(address("import_preview", batch) + "?show=refused").content.decode()
    assert "Row 6, “责任单位”:" in page and "No unit is called “市应急管理局”" in page
    assert '<span class="bad">2017年2月30日</span>' in page
    assert "举办青年安全示范岗竞赛" not in page
    commit(client, batch)
    assert Task.objects.count() == 15


def test_refused_rows_come_as_a_workbook_with_reasons(world, tmp_path):
    _plan, client = world
    batch = previewed(client, ERRORS)
    response = client.get(address("import_refused", batch))
    path = tmp_path / "refused.xlsx"
    path.write_bytes(response.getvalue())
    (found,) = read_workbook(path)
    assert found.rows[2][1:4] == ["序号", "工作要点", "重点任务"]
    assert len(found.rows) == 3 + 10
    assert "No unit is called" in found.rows[3][-1]


def test_two_lists_with_the_same_numbers_stand_side_by_side(world):
    """The breakdown of the policy and a list of the office both begin with 1."""
    plan, client = world
    factories.task(plan, point=1, number="1", title="部署“安全生产改革发展年”活动")
    batch = previewed(client, CLASSIC)
    assert (batch.new, batch.changed, batch.absent) == (62, 0, 0)
    commit(client, batch)
    batch = previewed(client, UPDATE)
    assert (batch.new, batch.changed, batch.unchanged) == (3, 7, 53)


def test_a_reworded_or_moved_task_is_found_by_its_number(world, tmp_path):
    _plan, client = world
    commit(client, previewed(client, sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 6)))))
    owed = Assignment.objects.filter(task__number="5").first()
    rows = [row(1, title="全新的说法"), row(2), row(3), row(4), row(5, point="二")]
    batch = previewed(client, sheet(tmp_path / "b.xlsx", *rows))
    assert (batch.new, batch.changed, batch.unchanged) == (0, 2, 3)
    commit(client, batch)
    assert Task.objects.get(number="1").title == "全新的说法"
    owed.refresh_from_db()
    assert owed.work_point.number == 2
    assert counts.differences(owed.plan) == {}


def test_columns_that_the_sheet_lacks_stay_as_they_are(world, tmp_path):
    _plan, client = world
    commit(client, previewed(client, sheet(tmp_path / "a.xlsx", row(1, note="保留"))))
    head = ["序号", "工作要点", "重点任务", "牵头单位", "责任单位"]
    batch = previewed(client, sheet(tmp_path / "b.xlsx", [1, "一", "任务1", "市安监局", "市公安局"], head=head))
    assert batch.unchanged == 1


def test_milestones_with_a_title_are_kept(world, tmp_path):
    _plan, client = world
    commit(client, previewed(client, sheet(tmp_path / "a.xlsx", row(1, deadline="6月底、11月底"))))
    task = Task.objects.get()
    task.milestones.create(due_on="2017-08-15", title="中期评估")
    assert previewed(client, sheet(tmp_path / "b.xlsx", row(1, deadline="6月底、11月底"))).unchanged == 1
    commit(client, previewed(client, sheet(tmp_path / "c.xlsx", row(1, deadline="7月底、12月底"))))
    assert [(m.due_on.month, m.title) for m in task.milestones.all()] == [(7, ""), (8, "中期评估")]


def test_a_second_press_writes_nothing_twice(world):
    _plan, client = world
    batch = previewed(client, CLASSIC)
    commit(client, batch)
    page = commit(client, batch).content.decode()
    assert "nothing was written a second time" in page
    assert Task.objects.count() == 62
    assert AuditEntry.objects.filter(verb="import.commit").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_write_once(log_in, tmp_path):
    _plan, admin = build()
    batch = previewed(log_in(admin), sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 41))))

    def press(client: Client) -> int:
        try:
            return client.post(address("import_commit", batch)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(press, [log_in(admin), log_in(admin)])) == [302, 302]
    assert Task.objects.count() == 40


def test_a_plan_that_changed_since_the_preview_is_judged_anew(world, tmp_path):
    _plan, client = world
    commit(client, previewed(client, sheet(tmp_path / "a.xlsx", row(1), row(2))))
    batch = previewed(client, sheet(tmp_path / "b.xlsx", row(1, amount=9), row(2)))
    Task.objects.filter(number="2").update(target=77)
    page = commit(client, batch).content.decode()
    assert "the plan has changed since the preview, and 1 row" in page
    assert Task.objects.get(number="1").target == 5
    batch.refresh_from_db()
    assert (batch.state, batch.changed) == ("previewed", 2)
    commit(client, batch)
    assert sorted(Task.objects.values_list("target", flat=True)) == [5, 9]


def test_a_unit_dissolved_since_the_preview_stops_the_commit(world, tmp_path):
    _plan, client = world
    batch = previewed(client, sheet(tmp_path / "a.xlsx", row(1)))
    Organization.objects.filter(short_name="市公安局").update(is_active=False)
    assert "Nothing was imported" in commit(client, batch).content.decode()
    batch.refresh_from_db()
    assert (batch.new, batch.refused) == (0, 1)


def test_what_does_not_concern_the_list_may_change_meanwhile(world, tmp_path):
    _plan, client = world
    commit(client, previewed(client, sheet(tmp_path / "a.xlsx", row(1))))
    batch = previewed(client, sheet(tmp_path / "b.xlsx", row(1, amount=9)))
    Task.objects.update(requirement="补充要求")
    commit(client, batch)
    assert Task.objects.get().target == 9


def test_a_failure_half_way_leaves_nothing_behind(world, monkeypatch):
    _plan, client = world
    batch = previewed(client, CLASSIC)

    def fail(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(import_create, "record_many", fail)  # everything else of the portion is written by then
    with pytest.raises(RuntimeError):
        commit(client, batch)
    batch.refresh_from_db()
    assert batch.state == "previewed"
    assert not Task.objects.exists()
    monkeypatch.undo()
    commit(client, batch)
    assert Task.objects.count() == 62


def test_a_discarded_preview_is_gone(world):
    _plan, client = world
    batch = previewed(client, CLASSIC)
    kept = batch.file.storage, batch.file.name
    assert kept[0].exists(kept[1])
    page = client.post(address("import_discard", batch), follow=True).content.decode()
    assert "The plan is as it was" in page
    batch.refresh_from_db()
    assert batch.state == "discarded" and not batch.rows.exists()
    assert "was discarded before" in commit(client, batch).content.decode()
    assert not Task.objects.exists()
    client.post(address("import_discard", batch))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("list.exe", b"MZ" + b"\0" * 100, "Files of the kind “.exe” are not read"),
        ("list", b"x", "Files of the kind “?” are not read"),
        ("list.csv", b"\x00\x01" * 50, "no Excel workbook"),
        ("list.xlsx", b"", "The file is empty"),
        ("list.xlsx", b"PK\x03\x04 no archive", "damaged"),
        ("list.xls", b"<html><table></table></html>", "web page"),
        ("list.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("list.xlsx", b"PK\x03\x04" + b"\0" * 1024 * 1024, "larger than 1 MB"),
    ],
    ids=["exe", "no-ending", "csv", "empty", "broken", "html", "encrypted", "large"],
)
def test_a_wrong_file_is_said_at_the_form(world, settings, name, content, words):
    settings.UPLOAD_LIMIT_MB = 1
    _plan, client = world
    response = client.post(LIST, {"file": SimpleUploadedFile(name, content)})
    page = response.content.decode()
    assert response.status_code == 200 and words in page
    assert 'id="id_file_error"' in page and 'aria-describedby="id_file_error"' in page
    assert not ImportBatch.objects.exists()


def test_no_file_and_a_foreign_table_are_said_at_the_form(world, tmp_path):
    _plan, client = world
    assert "Choose a file first" in client.post(LIST, {}).content.decode()
    page = upload(client, sheet(tmp_path / "a.xlsx", ["x", "y"], head=["姓名", "电话"])).content.decode()
    assert "No sheet has a header with" in page


def test_the_template_can_be_filled_in_and_imported(world, tmp_path):
    _plan, client = world
    path = tmp_path / "template.xlsx"
    path.write_bytes(client.get(reverse("import_template", kwargs={"year": 2017})).content)
    (empty,) = read_workbook(path)
    filled = io.BytesIO()
    with xlsxwriter.Workbook(filled) as book:
        made = book.add_worksheet("任务")
        for number, line in enumerate([*empty.rows[:3], row(1)]):
            made.write_row(number, 0, line)
    path.write_bytes(filled.getvalue())
    assert previewed(client, path).new == 1


def test_text_from_a_sheet_is_never_markup(world, tmp_path):
    _plan, client = world
    evil = "<script>alert(1)</script>"
    path = sheet(tmp_path / "a.xlsx", row(1, title=evil, note=evil), row(2, title="x", lead=evil, deadline=evil))
    batch = previewed(client, path)
    page = client.get(address("import_preview", batch)).content.decode()
    assert evil not in page and "&lt;script&gt;" in page


def test_pages_ask_the_database_the_same_for_any_number_of_rows(world, tmp_path, django_assert_max_num_queries):
    _plan, client = world
    one = previewed(client, sheet(tmp_path / "a.xlsx", row(1)))
    many = previewed(client, sheet(tmp_path / "b.xlsx", *(row(n, lead="市安监局、市教育局") for n in range(1, 121))))
    numbers = []
    for batch in (one, many):
        with django_assert_max_num_queries(15) as asked:
            client.get(address("import_preview", batch))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]
    with django_assert_max_num_queries(15):
        client.get(LIST)
    assert "Rows 101–120 of 120" in client.get(address("import_preview", many) + "?page=3").content.decode()


@pytest.mark.parametrize("name", ["import_preview", "import_refused", "import_commit", "import_discard"])
def test_only_the_commission_manages_imports(world, log_in, name):
    _plan, client = world
    batch = previewed(client, CLASSIC)
    safety = Organization.objects.get(short_name="市安监局")
    method = "post" if name in {"import_commit", "import_discard"} else "get"
    insider = log_in(factories.user(safety, Role.ADMIN))
    assert getattr(insider, method)(address(name, batch)).status_code == 403
    elsewhere = factories.organization("济南市安全生产委员会", Organization.Kind.COMMISSION)
    factories.plan(elsewhere)
    outsider = log_in(factories.user(elsewhere, Role.ADMIN))
    assert getattr(outsider, method)(address(name, batch)).status_code == 404
    batch.refresh_from_db()
    assert batch.state == "previewed"


def test_a_plan_of_another_year_keeps_its_own_imports(world):
    plan, client = world
    Plan.objects.create(issuer=plan.issuer, year=2018, title="2018", issued_on=datetime.date(2018, 4, 1))
    batch = previewed(client, CLASSIC)
    assert client.get(reverse("import_preview", kwargs={"year": 2018, "pk": batch.pk})).status_code == 404
