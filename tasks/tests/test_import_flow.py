"""Choosing, refused rows that wait, tasks that the sheet leaves out, history, undo; all through the pages."""

import datetime

from django.urls import reverse

from audit.models import AuditEntry
from lib.sheets.read import read_workbook
from tasks import counts
from tasks.models import Assignment, ImportBatch, ProgressEntry, Task
from tests import factories
from tests.watch import unsaid

from .import_world import row, sheet
from .office_desk import LIST


def two_versions(office, tmp_path):
    """A list of five tasks, and a new version: one new, one changed, one left out."""
    first = office.imported(sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 6))))
    rows = [row(1), row(2, amount=9, lead="市公安局", others=""), row(3), row(4), row(6)]
    return first, office.upload(sheet(tmp_path / "b.xlsx", *rows))


class TestChoosing:
    def test_right_rows_are_taken_while_refused_ones_wait(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", row(1), row(2, deadline="2017年2月30日")))
        assert "1 row is refused" in office.see(batch)
        assert "1 row was refused" in office.press("import_commit", batch)
        assert Task.objects.count() == 1
        assert "Download with marks" in office.see(batch)

    def test_all_or_nothing_writes_nothing_while_a_row_is_refused(self, office, tmp_path):
        batch = office.upload(sheet(tmp_path / "a.xlsx", row(1), row(2, deadline="2017年2月30日")))
        page = office.press("import_choose", batch, whole="1")
        assert batch.whole and "disabled aria-describedby" in page and "All or nothing is chosen" in page
        assert "All or nothing is chosen" in office.press("import_commit", batch)
        assert batch.state == "previewed" and not Task.objects.exists()
        office.press("import_choose", batch, whole="0")
        office.press("import_commit", batch)
        assert Task.objects.count() == 1

    def test_nothing_is_chosen_any_more_once_it_is_imported(self, office, tmp_path):
        batch = office.imported(sheet(tmp_path / "a.xlsx", row(1)))
        assert "was imported before" in office.press("import_choose", batch, whole="1")
        assert not batch.whole


class TestAbsent:
    def test_what_the_sheet_leaves_out_is_kept_unless_it_is_withdrawn(self, office, tmp_path):
        _first, batch = two_versions(office, tmp_path)
        assert batch.absent == 1
        page = office.see(batch, "?show=absent")
        assert "任务5" in page and "Withdraw all 1" in page
        office.press("import_commit", batch)
        assert not Task.objects.get(number="5").withdrawn

    def test_one_is_withdrawn_with_its_reason_and_done_work_stays(self, office, tmp_path):
        _first, batch = two_versions(office, tmp_path)
        task = Task.objects.get(number="5")
        done, still = task.assignments.order_by("pk")
        Assignment.objects.filter(pk=done.pk).update(state="done", done_on="2017-06-01")
        counts.rebuild(office.plan)
        left = batch.rows.get(verdict="absent")
        page = office.press("import_choose", batch, withdraw=left.pk, reason="调整后取消", back="absent")
        assert "1 task will be withdrawn" in page
        assert "withdraw 1" in office.see(batch)
        assert "1 task was withdrawn" in office.press("import_commit", batch)
        task.refresh_from_db()
        assert task.withdrawn
        done.refresh_from_db()
        still.refresh_from_db()
        assert (done.state, still.state) == ("done", "cancelled")
        entry = AuditEntry.objects.get(verb="task.update", object_id=task.pk)
        assert entry.after == {"withdrawn": True, "reason": "调整后取消", "import": batch.pk}
        assert counts.differences(office.plan) == {}

    def test_the_choice_outlives_judging_anew_and_can_be_taken_back(self, office, tmp_path):
        _first, batch = two_versions(office, tmp_path)
        office.press("import_choose", batch, withdraw="all")
        office.press("import_again", batch)
        left = batch.rows.get(verdict="absent")
        assert left.withdraw
        office.press("import_choose", batch, keep=left.pk)
        assert not batch.rows.get(verdict="absent").withdraw

    def test_a_choice_that_no_longer_holds_stops_the_import(self, office, tmp_path):
        _first, batch = two_versions(office, tmp_path)
        office.press("import_choose", batch, withdraw="all")
        Task.objects.filter(number="5").update(withdrawn=True)
        assert "Nothing was imported" in office.press("import_commit", batch)


class TestSameFile:
    def test_the_same_file_waits_once(self, office, tmp_path):
        path = sheet(tmp_path / "a.xlsx", row(1))
        first = office.upload(path)
        assert office.upload(path, "other name.xlsx") == first
        assert ImportBatch.objects.count() == 1

    def test_it_is_said_that_the_file_was_imported_before(self, office, tmp_path):
        path = sheet(tmp_path / "a.xlsx", row(1), row(2, lead="没有的单位"))
        office.imported(path)
        again = office.upload(path)
        assert again.unchanged == 1 and "This very file was imported before" in office.see(again)

    def test_rows_that_were_refused_come_in_once_the_unit_is_known(self, office, tmp_path):
        batch = office.imported(sheet(tmp_path / "a.xlsx", row(1), row(2, lead="市应急局")))
        factories.organization("青岛市应急管理局", short_name="市应急局", parent=office.plan.issuer)
        page = office.press("import_again", batch)
        assert "compared with the plan anew" in page
        fresh = ImportBatch.objects.latest("pk")
        assert fresh != batch and (fresh.new, fresh.unchanged, fresh.refused) == (1, 1, 0)


class TestHistory:
    def test_says_who_when_and_what_came_of_it(self, office, tmp_path):
        batch = office.imported(sheet(tmp_path / "四月任务.xlsx", row(1)))
        page = office.client.get(LIST).content.decode()
        assert "四月任务.xlsx" in page and "1 created, 0 changed" in page
        assert office.admin.post_and_unit in page
        assert batch.decided_by == office.admin

    def test_is_searched_and_filtered(self, office, tmp_path):
        office.imported(sheet(tmp_path / "四月任务.xlsx", row(1)))
        office.upload(sheet(tmp_path / "九月调整.xlsx", row(2)))
        page = office.client.get(LIST + "?q=九月").content.decode()
        assert "九月调整.xlsx" in page and "四月任务.xlsx" not in page
        page = office.client.get(LIST + "?state=committed&mine=1").content.decode()
        assert "四月任务.xlsx" in page and "九月调整.xlsx" not in page
        assert "No import matches" in office.client.get(LIST + "?q=nothing").content.decode()

    def test_is_exported_as_it_is_filtered(self, office, tmp_path):
        office.imported(sheet(tmp_path / "四月任务.xlsx", row(1)))
        office.upload(sheet(tmp_path / "九月调整.xlsx", row(2)))
        response = office.client.get(reverse("import_history_export", kwargs={"year": 2017}) + "?state=committed")
        (tmp_path / "out.xlsx").write_bytes(b"".join(response.streaming_content))
        (found,) = read_workbook(tmp_path / "out.xlsx")
        assert [line[0] for line in found.rows[3:]] == ["四月任务.xlsx"]

    def test_gives_the_file_back_as_it_came(self, office, tmp_path):
        path = sheet(tmp_path / "四月任务.xlsx", row(1))
        batch = office.imported(path)
        response = office.client.get(office.at("import_file", batch))
        assert b"".join(response.streaming_content) == path.read_bytes()
        assert "attachment" in response["Content-Disposition"]
        assert response["Content-Type"] == "application/octet-stream"

    def test_rows_are_searched(self, office, tmp_path):
        rows = [row(n, title=f"检查{'化工' if n == 7 else '商场'}企业{n}") for n in range(1, 9)]
        batch = office.upload(sheet(tmp_path / "a.xlsx", *rows))
        page = office.see(batch, "?q=化工")
        assert "检查化工企业7" in page and "检查商场企业1" not in page

    def test_a_constant_number_of_queries(self, office, tmp_path, django_assert_max_num_queries):
        batch = office.upload(sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 41))))
        with django_assert_max_num_queries(15):
            office.see(batch)
        for n in range(5):
            office.upload(sheet(tmp_path / f"x{n}.xlsx", row(1, title=f"另一项{n}")))
        with django_assert_max_num_queries(15):
            office.client.get(LIST)


class TestUndo:
    def test_gives_everything_back_where_nobody_worked(self, office, tmp_path):
        _first, batch = two_versions(office, tmp_path)
        before = snapshot()
        office.press("import_choose", batch, withdraw="all")
        office.press("import_commit", batch)
        assert snapshot() != before
        page = office.see(batch, name="import_undo")
        assert "任务6" in page
        assert snapshot() != before, "looking is not doing"
        page = office.press("import_undo", batch)
        assert "Undone: 1 tasks removed, 1 restored, 1 brought back." in page
        assert snapshot() == before
        assert batch.state == "undone" and batch.undone_by == office.admin
        assert counts.differences(office.plan) == {}
        assert AuditEntry.objects.filter(verb="import.undo", object_id=batch.pk).count() == 1
        assert unsaid() == []

    def test_what_units_have_worked_on_is_kept_and_named(self, office, tmp_path):
        batch = office.imported(sheet(tmp_path / "a.xlsx", row(1), row(2)))
        owed = Assignment.objects.filter(task__number="1").first()
        log(owed)
        page = office.see(batch, "?show=keep", name="import_undo")
        assert "任务1" in page and "units have worked on it since" in page
        page = office.press("import_undo", batch)
        assert "1 was kept" in page and "任务1" in page
        assert list(Task.objects.values_list("number", flat=True)) == ["1"]
        assert "Kept when it was undone" in office.see(batch)

    def test_fields_that_were_changed_again_stay(self, office, tmp_path):
        office.imported(sheet(tmp_path / "a.xlsx", row(1), row(2)))
        batch = office.imported(sheet(tmp_path / "b.xlsx", row(1, amount=9, note="补充"), row(2)))
        Task.objects.filter(number="1").update(target=77, version=9)
        page = office.see(batch, "?show=keep", name="import_undo")
        assert "target stay: changed again since" in page
        office.press("import_undo", batch)
        task = Task.objects.get(number="1")
        assert (task.target, task.note) == (77, "")

    def test_units_stay_where_a_unit_that_came_in_has_begun(self, office, tmp_path):
        office.imported(sheet(tmp_path / "a.xlsx", row(1), row(2)))
        batch = office.imported(sheet(tmp_path / "b.xlsx", row(1, lead="市财政局", amount=9), row(2)))
        log(Assignment.objects.get(task__number="1", organization__short_name="市财政局"))
        assert "units have worked on it since" in office.see(batch, "?show=keep", name="import_undo")
        office.press("import_undo", batch)
        task = Task.objects.get(number="1")
        assert task.target == 5
        assert task.units.get(role="lead").organization.short_name == "市财政局"

    def test_deadlines_with_their_rule_and_milestones_come_back(self, office, tmp_path):
        office.imported(sheet(tmp_path / "a.xlsx", row(1, deadline="每月10日前"), row(2, deadline="6月底、11月底")))
        batch = office.imported(sheet(tmp_path / "b.xlsx", row(1, deadline="12月底"), row(2, deadline="每季度")))
        assert batch.changed == 2
        office.press("import_undo", batch)
        one, two = Task.objects.order_by("number")
        assert (one.cadence, one.due_day, one.due_on) == ("monthly", 10, None)
        assert (two.cadence, two.due_on) == ("once", datetime.date(2017, 11, 30))
        assert [m.due_on for m in two.milestones.all()] == [datetime.date(2017, 6, 30)]

    def test_the_first_version_after_the_second_keeps_what_the_second_changed(self, office, tmp_path):
        first, batch = two_versions(office, tmp_path)
        office.press("import_commit", batch)
        page = office.see(first, name="import_undo")
        assert "A later version of this list was imported" in page
        office.press("import_undo", first)
        assert sorted(Task.objects.values_list("number", flat=True)) == ["2", "6"]

    def test_is_done_once_and_the_file_can_come_again(self, office, tmp_path):
        path = sheet(tmp_path / "a.xlsx", row(1))
        batch = office.imported(path)
        office.press("import_undo", batch)
        assert "was undone before" in office.press("import_undo", batch)
        assert "was undone before" in office.press("import_commit", batch)
        again = office.imported(path)
        assert again != batch and Task.objects.count() == 1

    def test_a_number_that_was_given_away_is_not_taken_back(self, office, tmp_path):
        first, batch = two_versions(office, tmp_path)
        office.press("import_choose", batch, withdraw="all")
        office.press("import_commit", batch)
        factories.task(office.plan, number="5", origin=first)
        assert "its number was given to another task since" in office.see(batch, "?show=keep", name="import_undo")
        office.press("import_undo", batch)
        assert Task.objects.filter(number="5", withdrawn=True).count() == 1


def log(owed):
    """The unit has begun."""
    author = factories.user(owed.organization)
    now = datetime.datetime(2017, 9, 1, tzinfo=datetime.UTC)
    ProgressEntry.objects.create(
        plan=owed.plan,
        assignment=owed,
        author=author,
        happened_on=now.date(),
        percent=10,
        what="已部署",
        created_at=now,
    )
    Assignment.objects.filter(pk=owed.pk).update(state="in_progress", last_progress_on=now.date(), percent=10)
    counts.rebuild(owed.plan)


def snapshot():
    """The plan as people see it: tasks, units, milestones, standing assignments."""
    fields = ("number", "title", "target", "unit", "due_on", "cadence", "due_day", "note", "withdrawn", "work_point")
    tasks = list(Task.objects.order_by("number").values_list(*fields))
    units = sorted(Task.objects.values_list("number", "units__role", "units__organization", "units__position"))
    owed = Assignment.objects.exclude(state="cancelled").values_list("task__number", "organization", "role", "due_on")
    return tasks, units, sorted(owed)
