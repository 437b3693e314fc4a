"""The least that an import of tasks can cost, with nothing of what makes it an import that one can trust.

calamine reads the sheet in this process, COPY stages its cells as text, and INSERT … SELECT writes the rows that any
import of this list has to write, into the same tables with the same indexes and foreign keys: tasks (an upsert by work
point and number), their units and milestones; and, as the second floor, their assignments. What is written in a cell is
looked up in a table of its few spellings. No layout is found, no limit holds, nothing is judged, shown, recorded or
kept.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from django.db import connection
from python_calamine import CalamineWorkbook

from tasks.models import Plan

# How the deadlines of the bench's list are meant: due on, an earlier day, starts on.
Meant = Mapping[str, tuple[str, str | None, str]]


def floor(path: Path, plan: Plan, numerals: str, deadlines: Meant, *, fan_out: bool) -> tuple[int, int]:
    """Reads and writes the list; how many tasks and assignments were made."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    width = len(rows[0])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE floor_rows ({', '.join(f'c{index} text' for index in range(width))})")
        if connection.vendor == "postgresql":
            text = "\n".join("\t".join(map(_written, row)) for row in rows[1:]) + "\n"
            cursor.copy_expert("COPY floor_rows FROM STDIN", io.StringIO(text))
        else:
            marks = ", ".join(["%s"] * width)
            cursor.executemany(f"INSERT INTO floor_rows VALUES ({marks})", [list(map(_written, r)) for r in rows[1:]])
        for statement in _statements(plan, numerals, deadlines, fan_out):
            cursor.execute(statement)
        cursor.execute("DROP TABLE floor_rows")
        cursor.execute("DROP TABLE floor_meant")
        if connection.vendor == "postgresql":  # what a commit checks at its end
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"SELECT count(*) FROM tasks_task WHERE plan_id = {plan.pk}")
        tasks = cursor.fetchone()[0]
        cursor.execute(f"SELECT count(*) FROM tasks_assignment WHERE plan_id = {plan.pk}")
        return tasks, cursor.fetchone()[0]


def _written(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _statements(plan: Plan, numerals: str, deadlines: Meant, fan_out: bool) -> list[str]:
    points = ", ".join(f"('{numerals[point.number - 1]}', {point.pk})" for point in plan.work_points.all())
    day = "date" if connection.vendor == "postgresql" else "text"
    meant = ", ".join(
        f"('{phrase}', '{due_on}', '{early}', '{starts_on}')".replace("'None'", "NULL")
        for phrase, (due_on, early, starts_on) in deadlines.items()
    )
    joined = (
        f"FROM floor_rows r JOIN (SELECT column1 AS word, column2 AS pk FROM (VALUES {points}) v) p ON p.word = r.c1 "
        "JOIN floor_meant m ON m.phrase = r.c9"
    )
    written = f"{joined} JOIN tasks_task t ON t.work_point_id = p.pk AND t.number = r.c0"
    found = [
        f"CREATE TEMPORARY TABLE floor_meant (phrase text, due_on {day}, early {day}, starts_on {day})",
        f"INSERT INTO floor_meant VALUES {meant}",
        "INSERT INTO tasks_task (plan_id, work_point_id, number, position, title, requirement, cadence, starts_on, "
        "due_on, target, unit, note, is_proposed, withdrawn, version, evidence_required, own_head_first, result, "
        f"target_required) SELECT {plan.pk}, p.pk, r.c0, CAST(r.c0 AS integer), r.c2, '', 'once', m.starts_on, "
        f"m.due_on, CAST(r.c3 AS numeric), r.c4, r.c10, false, false, 1, false, false, '', true {joined} WHERE true "
        "ON CONFLICT (work_point_id, number) WHERE NOT number = '' AND NOT withdrawn AND origin_id IS NULL "
        "DO UPDATE SET title = EXCLUDED.title, starts_on = EXCLUDED.starts_on, due_on = EXCLUDED.due_on, "
        "target = EXCLUDED.target, unit = EXCLUDED.unit, note = EXCLUDED.note, version = tasks_task.version + 1",
    ]
    for position, (role, column) in enumerate((("lead", "c5"), ("cooperating", "c6"))):
        found.append(
            "INSERT INTO tasks_taskunit (task_id, role, organization_id, position) "
            f"SELECT t.id, '{role}', o.id, {position} {written} "
            f"JOIN organizations_organization o ON o.name = r.{column}"
        )
    found.append(
        f"INSERT INTO tasks_milestone (task_id, due_on, title) SELECT t.id, m.early, '' {written} "
        "WHERE m.early IS NOT NULL"
    )
    if fan_out:
        found.append(
            "INSERT INTO tasks_assignment (plan_id, work_point_id, task_id, organization_id, role, period, starts_on, "
            "due_on, first_due_on, state, target, quantity, percent, version) SELECT t.plan_id, t.work_point_id, t.id, "
            f"u.organization_id, u.role, '{plan.year}', t.starts_on, t.due_on, t.due_on, 'not_started', "
            "CASE WHEN u.role = 'lead' THEN t.target END, 0, 0, 1 FROM tasks_task t JOIN tasks_taskunit u "
            f"ON u.task_id = t.id WHERE t.plan_id = {plan.pk}"
        )
    return found
