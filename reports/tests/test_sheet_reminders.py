"""Reminders received: the stages that the ladder really said stand on the sheet, on screen and in Excel."""

import datetime
import re

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from lib.sheets.read import read_workbook
from lib.workdays import Calendar
from notifications.models import Reminder
from notifications.planner import plan_day
from organizations.roles import Role
from reports import sheet_period
from reports.sheet_data import sheets_of
from tasks.models import TaskItem, Transition
from tests import factories

DAY = datetime.date
JULY, SEPT = DAY(2017, 7, 31), DAY(2017, 9, 20)
PLANNED_ON = [DAY(2017, 7, 24), DAY(2017, 7, 30), JULY, DAY(2017, 8, 1), DAY(2017, 8, 7), DAY(2017, 8, 14)]


@pytest.fixture
def world(city, cast, plan):
    """市安监局 with an inspector and a head: one duty with an owed and an early done assignment, one that is office's.

    The ladder runs on six days, twice on one of them.
    """
    factories.user(city.safety, Role.HEAD, "chief")
    factories.user(city.commission, Role.HEAD, "leader")
    listed = factories.duty_list(city.safety, "粉尘防爆", state="published")
    item = listed.items.select_related("duty").get()
    tasks = [factories.task(plan, lead=city.safety, title=title, due_on=JULY) for title in ("专项检查", "应急演练")]
    owed = factories.assignment(tasks[0], city.safety)
    waits = factories.assignment(
        tasks[1], city.safety, state="submitted", phase=1, done_on=DAY(2017, 6, 20), handed_on=DAY(2017, 6, 20)
    )
    Transition.objects.create(
        plan=plan, assignment=waits, verb="submit", source="in_progress", target="submitted", due_on=JULY,
        on=DAY(2017, 6, 20), at=timezone.now(),
    )  # fmt: skip
    other = factories.assignment(tasks[0], city.transport)  # reminded as well, and on nobody's sheet here
    for task in tasks:
        TaskItem.objects.create(task=task, duty=item.duty, state="confirmed")
    for day in [*PLANNED_ON, PLANNED_ON[-1]]:
        plan_day(commission=city.commission, on=day, at=timezone.now(), calendar=Calendar())
    return {"owed": owed, "waits": waits, "other": other, "item": item}


def said_to(unit, one, until):
    """An independent count: (deadline, stage) said about it to people of the unit by that day."""
    rows = Reminder.objects.filter(about_type="tasks.assignment", about_id=one.pk, subject="assignment")
    return len({(row.due_on, row.stage) for row in rows if row.on <= until and row.recipient.organization == unit})


def sheet_of(unit, query="period=2017Q3"):
    [sheet] = sheets_of([unit], sheet_period.read(QueryDict(query), SEPT))
    return sheet


def test_each_stage_counts_once_however_many_were_told(world, city):
    assert said_to(city.safety, world["owed"], SEPT) == 7
    told = Reminder.objects.filter(about_id=world["owed"].pk, subject="assignment")
    assert told.filter(recipient__organization=city.safety).count() == 10  # the head hears the last three too
    assert told.exclude(recipient__organization=city.safety).exists()  # and so do office and leader
    [line] = sheet_of(city.safety).lines
    assert line.tally.reminders == 7
    assert {row.pk: row.reminders for row in line.rows} == {world["owed"].pk: 7, world["waits"].pk: 0}


def test_what_was_said_to_the_reviewer_is_no_reminder_of_the_unit(world, city):
    about = Reminder.objects.filter(about_id=world["waits"].pk)
    assert set(about.values_list("subject", flat=True)) == {"review"}
    assert sheet_of(city.safety).lines[0].rows[1].reminders == 0


@pytest.mark.parametrize(("last", "number"), [("2017-07-23", 0), ("2017-07-31", 4), ("2017-08-06", 5)])
def test_only_what_was_said_by_the_last_day_counts(last, number, world, city):
    day = DAY.fromisoformat(last)
    assert said_to(city.safety, world["owed"], day) == number
    found = sheet_of(city.safety, f"from=2017-05-01&to={last}").lines[0].tally
    assert found.reminders == number if found.total else number == 0


def test_the_screen_the_rows_and_the_workbook_say_so(world, city, cast, log_in, tmp_path):
    client = log_in(cast.inspector)
    page = client.get(reverse("sheet", args=[city.safety.pk]), {"period": "2017Q3"}).content.decode()
    heads = re.findall(r"<th [^>]*>(.*?)</th>", page)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page.split("<tbody>")[1].split("</tbody>")[0])
    assert cells[heads.index("收到提醒")] == "7"
    page = client.get(reverse("sheet_rows", args=[city.safety.pk]), {"period": "2017Q3"}).content.decode()
    rows = [row.split("</td>")[-2].rsplit(">", 1)[1] for row in page.split("<tbody>")[1].split("<tr>")[1:]]
    assert sorted(rows) == ["0", "7"]
    answer = client.get(reverse("sheet", args=[city.safety.pk]), {"period": "2017Q3", "format": "xlsx"})
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    sheet, assignments, _rules = read_workbook(path)
    assert sheet.rows[3][sheet.rows[2].index("收到提醒")] == 7
    column = assignments.rows[2].index("收到提醒")
    assert sorted(row[column] for row in assignments.rows[3:]) == [0, 7]
    due = assignments.rows[2].index("时限")
    assert [row[due] for row in assignments.rows[3:]] == [JULY, JULY]
