"""What a column of a return was taken for, corrected and remembered: by whom, and for whose files."""

import datetime
import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from audit.models import AuditEntry
from lib import clock
from lib.sheets.read import read_workbook
from organizations.roles import Role
from tasks.actions import return_batches as returns
from tasks.actions import return_staging
from tasks.actions.return_columns import choose_columns
from tasks.models import ProgressEntry, ProgressReturn
from tests import factories
from tests.queries import LIMIT, taken
from tests.watch import unsaid

from .import_world import sheet
from .return_desk import Desk, fields

UNIT = ["填报单位：市安监局"]
HEAD = ["序号", "重点任务", "工作说明", "完成数量"]  # 说明 sounds like a note, and is where they write what was done
ROW = [1, "开展企业安全体检", "又查 56 家", 156]
AT = datetime.datetime(2017, 9, 20, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def desk(owed, cast, log_in):
    return Desk(log_in(cast.admin))


@pytest.fixture
def own(owed, cast, log_in):
    """The desk of the safety bureau."""
    return Desk(log_in(cast.inspector))


@pytest.fixture
def other(owed, city, log_in):
    """The desk of another unit, with its own task."""
    return Desk(log_in(factories.user(city.transport, Role.INSPECTOR)))


def theirs(text="已办"):
    return ["填报单位：市交通运输委"], HEAD, [4, "别人的任务", text, None]


class TestCorrecting:
    def test_a_wrong_guess_is_corrected_and_the_rows_are_judged_anew(self, desk, city):
        batch = desk.upload(UNIT, HEAD, ROW)
        page = desk.see(batch)
        assert fields(batch)["工作说明"] == "note" and batch.refused == 1
        assert "C · 工作说明" in page and '<option value="note" selected>Note</option>' in page
        about = {"about-organization": city.safety.pk, "about-quarter": "2017Q2", "about-signed_by": "李娜",
                 "about-filled_on": "2017-06-15"}  # fmt: skip
        desk.press("return_correct", batch, **about)
        page = desk.choose(batch, C="progress")
        assert "Read again with these columns" in page and "又查 56 家" in page
        assert (batch.added, batch.refused, fields(batch)["工作说明"]) == (1, 0, "progress")
        assert (batch.quarter, batch.signed_by, batch.filled_on) == ("2017Q2", "李娜", datetime.date(2017, 6, 15))
        entry = AuditEntry.objects.get(verb="return.choose")
        print_ = batch.layout["parts"][0]["fingerprint"]
        assert (entry.before, entry.after) == ({"columns": {}}, {"columns": {print_: {"2": "progress"}}})
        assert unsaid() == []
        desk.press("return_commit", batch)
        logged = ProgressEntry.objects.get()
        assert (logged.what, logged.quantity, logged.signed_by) == ("又查 56 家", 56, "李娜")

    def test_a_field_belongs_to_one_column(self, desk):
        batch = desk.upload(UNIT, [*HEAD, "进展情况"], [*ROW, "无"])
        desk.choose(batch, C="progress")
        assert fields(batch) == {
            "序号": "number", "重点任务": "title", "工作说明": "progress", "完成数量": "completed", "进展情况": "",
        }  # fmt: skip
        assert batch.rows.get().values["progress"] == "又查 56 家"
        desk.choose(batch, C="problems", E="problems")
        assert (fields(batch)["工作说明"], fields(batch)["进展情况"]) == ("", "problems"), "the last of the two"

    def test_what_was_swapped_is_logged_as_shown(self, desk):
        head = ["序号", "重点任务", "进展情况", "存在问题", "下一步措施"]
        batch = desk.upload(UNIT, head, [2, "起草实施文件", "已起草", "征求意见", "人手不足"])
        desk.choose(batch, D="next_steps", E="problems")
        desk.press("return_commit", batch)
        logged = ProgressEntry.objects.get()
        assert (logged.problems, logged.next_steps) == ("人手不足", "征求意见")

    def test_nothing_differs_and_nothing_is_written(self, desk):
        batch = desk.upload(UNIT, HEAD, ROW)
        assert "Read again with these columns." not in desk.choose(batch, A="number", B="title", C="note")
        assert batch.columns == {} and not AuditEntry.objects.filter(verb="return.choose").exists()

    def test_nonsense_changes_nothing(self, desk):
        batch = desk.upload(UNIT, HEAD, ROW)
        desk.choose(batch, C="salary", D="__class__", Z="progress")
        print_ = batch.layout["parts"][0]["fingerprint"]
        nonsense = {"c0-2": "progress", f"c{print_}-": "progress", "cdeadbeef-2": "progress", f"c{print_}-2x": "done"}
        desk.press("return_columns", batch, **nonsense)
        assert batch.columns == {} and batch.refused == 1

    @pytest.mark.parametrize("chosen", [{"A": "", "B": ""}, {"C": "note", "D": "target"}])
    def test_columns_that_make_no_return_are_not_taken(self, desk, chosen):
        batch = desk.upload(UNIT, HEAD, ROW)
        layout = batch.layout
        page = desk.choose(batch, **chosen)
        assert "they were left as they were. It needs a column for the number or the task" in page
        assert (batch.columns, batch.layout, batch.refused, batch.rows.count()) == ({}, layout, 1, 1)
        assert not AuditEntry.objects.filter(verb="return.choose").exists()

    def test_each_header_is_chosen_for_itself_and_none_is_lost(self, desk):
        second = ["序号", "重点任务", "工作体会", "进度"]
        batch = desk.upload(UNIT, HEAD, ROW, second, [2, "起草实施文件", "已印发", 0.5])
        assert len(batch.layout["parts"]) == 2
        page = desk.see(batch)
        assert "Header on row 2" in page and "Header on row 4" in page
        assert "they were left as they were" in desk.choose(batch, 1, D=""), "its rows would vanish"
        desk.choose(batch, 1, C="progress")
        assert (fields(batch)["工作说明"], fields(batch, 1)["工作体会"]) == ("note", "progress")
        assert (batch.added, batch.refused) == (1, 1)

    def test_a_decided_return_stays_as_it_is(self, desk, cast):
        batch = desk.upload(UNIT, HEAD, ROW)
        desk.choose(batch, C="progress")
        desk.press("return_commit", batch)
        noted, layout = batch.columns, batch.layout
        assert "nothing was written a second time" in desk.choose(batch, C="note")
        assert (batch.columns, batch.layout) == (noted, layout)
        assert 'id="columns"' not in desk.see(batch)
        gone = desk.upload(UNIT, HEAD, ROW)
        desk.press("return_discard", gone)
        assert "was discarded before" in desk.choose(gone, C="note")

    def test_a_header_that_nobody_knows_is_refused_as_before(self, desk):
        page = desk.send(UNIT, ["姓名", "电话", "住址"], ["王伟", "123", "青岛"])
        assert page.status_code == 200 and "No sheet has a header with" in page.content.decode()
        assert not ProgressReturn.objects.exists()


class TestRemembering:
    def test_the_office_s_words_hold_for_every_unit(self, desk, own, other):
        batch = desk.upload(UNIT, HEAD, ROW)
        desk.choose(batch, C="progress")
        for later in (desk.upload(UNIT, HEAD, ROW), own.upload(UNIT, HEAD, ROW), other.upload(*theirs())):
            assert (fields(later)["工作说明"], later.added, later.columns) == ("progress", 1, {})

    def test_a_unit_s_words_hold_for_that_unit_alone(self, desk, own, other, city):
        batch = own.upload(UNIT, HEAD, ROW)
        own.choose(batch, C="progress")
        assert batch.columns_of == city.safety
        assert fields(own.upload(UNIT, HEAD, ROW))["工作说明"] == "progress"
        assert fields(other.upload(*theirs()))["工作说明"] == "note"
        assert fields(desk.upload(UNIT, HEAD, ROW))["工作说明"] == "note", "the office reads by its own words"

    def test_words_in_which_a_unit_has_a_part_are_that_unit_s(self, desk, own, other, city):
        """Whoever brought the return in, and whoever said something after it."""
        batch = desk.upload(UNIT, HEAD, ROW)
        desk.choose(batch, C="progress")
        assert batch.columns_of is None
        own.choose(batch, D="rate")
        assert batch.columns_of == city.safety
        desk.choose(batch, B="note")
        assert batch.columns_of == city.safety
        assert fields(other.upload(*theirs()))["工作说明"] == "note"
        later = own.upload(UNIT, HEAD, ROW)
        assert fields(later) == {"序号": "number", "重点任务": "note", "工作说明": "progress", "完成数量": "rate"}

    def test_the_latest_wins_column_by_column(self, desk, own):
        first = desk.upload(UNIT, HEAD, ROW)
        desk.choose(first, C="progress", D="target")
        second = own.upload(UNIT, HEAD, ROW)
        own.choose(second, D="completed")
        later = own.upload(UNIT, HEAD, ROW)
        assert (fields(later)["工作说明"], fields(later)["完成数量"]) == ("progress", "completed")
        assert fields(desk.upload(UNIT, HEAD, ROW))["完成数量"] == "target"

    def test_words_that_contradict_one_another_shut_no_file_out(self, desk, own):
        """Together they would leave no column that says how things stand."""
        first, second = own.upload(UNIT, HEAD, ROW), desk.upload(UNIT, HEAD, ROW)
        own.choose(first, C="progress", D="target")
        desk.choose(second, C="problems")
        later = own.upload(UNIT, HEAD, ROW)
        assert (fields(later)["工作说明"], fields(later)["完成数量"], later.remembered) == ("note", "completed", {})

    def test_what_was_discarded_is_forgotten(self, desk):
        batch = desk.upload(UNIT, HEAD, ROW)
        desk.choose(batch, C="progress")
        desk.press("return_discard", batch)
        assert fields(desk.upload(UNIT, HEAD, ROW))["工作说明"] == "note"

    def test_another_city_learns_nothing(self, desk, cast, log_in):
        desk.choose(desk.upload(UNIT, HEAD, ROW), C="progress")
        factories.plan(cast.outsider.organization)
        elsewhere = Desk(log_in(cast.outsider))
        assert fields(elsewhere.upload(UNIT, HEAD, ROW))["工作说明"] == "note"

    def test_the_confirmation_reads_what_was_shown(self, desk):
        """By the words of the first reading, whatever has become of them and whatever was said since."""
        taught = desk.upload(UNIT, HEAD, ROW)
        desk.choose(taught, C="progress")
        batch = desk.upload(UNIT, HEAD, ROW)
        desk.press("return_discard", taught)
        desk.choose(desk.upload(UNIT, HEAD, ROW), C="problems")
        desk.press("return_correct", batch, **{"about-organization": batch.organization_id, "about-signed_by": "李娜"})
        assert fields(batch)["工作说明"] == "progress"
        desk.press("return_commit", batch)
        assert ProgressEntry.objects.get().what == "又查 56 家"

    def test_the_command_reads_as_the_page_does_to_the_unit(self, own, owed, tmp_path, city):
        own.choose(own.upload(UNIT, HEAD, ROW), C="progress")
        quiet = {"stdout": io.StringIO(), "stderr": io.StringIO()}
        call_command("import_progress", str(sheet(tmp_path / "a.xlsx", ROW, head=HEAD)), "--organization=市安监局",
                     "--quarter=2017Q3", **quiet)  # fmt: skip
        assert ProgressEntry.objects.get().what == "又查 56 家"
        refused = sheet(tmp_path / "b.xlsx", [4, "别人的任务", "已办", 3], head=HEAD)
        with pytest.raises(SystemExit):
            call_command("import_progress", str(refused), "--organization=市交通运输委", "--quarter=2017Q3", **quiet)


class TestMeanwhile:
    """Somebody else names a column while the file is being read."""

    @pytest.fixture
    def overtaken(self, desk, monkeypatch):
        batch = desk.upload(UNIT, HEAD, ROW)
        desk.choose(batch, C="progress")
        print_ = batch.layout["parts"][0]["fingerprint"]
        once = [{print_: {"2": "problems"}}]

        def read(path):
            if once:
                ProgressReturn.objects.filter(pk=batch.pk).update(columns=once.pop())
            return read_workbook(path)

        monkeypatch.setattr(return_staging, "read_workbook", read)
        return batch

    def test_the_confirmation_is_refused(self, overtaken, cast):
        with pytest.raises(returns.ChangedError):
            returns.commit(batch=overtaken, by=cast.admin, at=AT, today=clock.today())
        assert not ProgressEntry.objects.exists()

    def test_rows_that_were_not_seen_are_not_logged(self, desk, own):
        batch = desk.upload(UNIT, HEAD, ROW)
        desk.choose(batch, C="progress")
        seen = desk.client.get(desk.at("return_preview", batch)).context["seen"]
        assert f'name="seen" value="{seen}"' in own.see(batch)
        own.choose(batch, C="problems")
        own.choose(batch, C="progress")
        page = desk.press("return_commit", batch, seen=seen)
        assert "somebody has corrected the return since you saw it" in page
        assert batch.state == "previewed" and not ProgressEntry.objects.exists()
        desk.press("return_commit", batch, seen=desk.client.get(desk.at("return_preview", batch)).context["seen"])
        assert ProgressEntry.objects.get().what == "又查 56 家"

    def test_the_rows_are_judged_by_what_was_said_last(self, overtaken, cast):
        returns.refresh(batch=overtaken, by=cast.admin, at=AT, today=clock.today())
        overtaken.refresh_from_db()
        assert fields(overtaken)["工作说明"] == "problems"

    def test_both_choices_stand(self, overtaken, cast):
        print_ = overtaken.layout["parts"][0]["fingerprint"]
        choose_columns(batch=overtaken, chosen={print_: {3: "rate"}}, by=cast.admin, at=AT, today=clock.today())
        overtaken.refresh_from_db()
        assert (fields(overtaken)["工作说明"], fields(overtaken)["完成数量"]) == ("problems", "rate")


class TestPage:
    def test_who_may_not_see_it_finds_nothing_and_who_may_only_look_changes_nothing(self, desk, other, cast, log_in):
        batch = desk.upload(UNIT, HEAD, ROW)
        address = desk.at("return_columns", batch)
        print_ = batch.layout["parts"][0]["fingerprint"]
        data = {f"c{print_}-2": "progress"}
        assert other.client.post(address, data).status_code == 404
        assert log_in(cast.outsider).post(address, data).status_code == 404
        auditor = log_in(cast.auditor)
        assert auditor.post(address, data).status_code == 403
        assert 'id="columns"' not in auditor.get(desk.at("return_preview", batch)).content.decode()
        assert desk.client.get(address).status_code == 405
        batch.refresh_from_db()
        assert batch.columns == {}

    def test_it_speaks_the_reader_s_language_and_says_where_it_is_unsure(self, desk, cast, log_in):
        batch = desk.upload(UNIT, ["序号", "本月事项", "进展情况", "目标数量"], [1, "甲", "又查 56 家", 450])
        page = desk.see(batch)
        assert ">Quantity done</option>" in page and "是否完成</option>" not in page
        assert "It is not sure what the column “本月事项” is." in page and "unsure" in page
        chinese = Desk(log_in(cast.admin), "zh-hans").see(batch)
        assert '<option value="target" selected>目标</option>' in chinese and ">是否完成</option>" in chinese
        assert "“本月事项” 列的含义不能确定" in chinese
        desk.choose(batch, B="title", D="completed")
        assert "It is not sure" in desk.see(batch), "only what was changed was looked at"

    def test_the_list_explains_it(self, desk):
        page = desk.client.get(reverse("return_list", args=[2017])).content.decode()
        assert "that of a unit for its own returns" in page

    def test_the_preview_takes_few_queries(self, desk, plan, city):
        batch = desk.upload(UNIT, HEAD, ROW)
        desk.choose(batch, C="progress")
        few = taken(desk.client, desk.at("return_preview", batch))
        rows = []
        for number in range(10, 50):
            factories.assignment(factories.task(plan, number=str(number), title=f"任务{number}", lead=city.safety),
                                 city.safety)  # fmt: skip
            rows.append([number, f"任务{number}", "已办", None])
        many = desk.upload(UNIT, HEAD, *rows)
        assert many.added == 40
        assert few == taken(desk.client, desk.at("return_preview", many)) <= LIMIT


def test_thrown_away_while_it_was_to_be_judged_anew(desk, cast, monkeypatch):
    """Somebody logs where work has gone on, and somebody else discards before the rows are judged anew."""
    batch = desk.upload(UNIT, [*HEAD[:2], "进展情况", "完成数量"], ROW)

    def overtaken(**_values):
        returns.discard(batch=batch, by=cast.admin, at=AT)
        raise returns.ChangedError(1)

    monkeypatch.setattr("tasks.views.returns.actions.commit", overtaken)
    page = desk.press("return_commit", batch)
    assert "This preview was discarded before." in page and not ProgressEntry.objects.exists()
