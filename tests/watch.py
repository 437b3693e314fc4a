"""A writer without a record is caught in every test: what a request writes or hands out has to leave an entry.

The tests' settings put this middleware outermost. It looks at the statements of each request that runs
inside a test's transaction, forgets what was rolled back to a savepoint, and fails the test where rows of
our tables were written, or a list was handed out, and no entry with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from audit import words

WRITE = re.compile(r'\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM|COPY)\s+"?(\w+)"?', re.IGNORECASE)
BACK = re.compile(r'\s*ROLLBACK TO SAVEPOINT "?(\w+)"?', re.IGNORECASE)
SAVE = re.compile(r'\s*SAVEPOINT "?(\w+)"?', re.IGNORECASE)
ENTRY = "audit_auditentry"
OURS = ("organizations_", "tasks_", "responsibilities_", "reports_")
# Sums that follow from other rows, and messages, which are a record of their own.
DERIVED = {"tasks_assignmentcount", "tasks_branchcount"}
# An empty form tells nothing.
FREE = {"import_template", "duty_import_template", "units_import_template", "enterprises_import_template"}
SHEETS = re.compile(r"spreadsheet|csv|wordprocessing|pdf")


class Watch:
    """Middleware that raises AssertionError."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not connection.in_atomic_block:
            return self.get_response(request)  # a real rollback would not be seen
        seen: list[tuple[str, str]] = []

        def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            note(seen, str(sql))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(look):
            response = self.get_response(request)
        judge(request, response, [name for kind, name in seen if kind == "write"])
        return response


def note(seen: list[tuple[str, str]], sql: str) -> None:
    """Keeps what stays: tables written, savepoints; a rollback takes away what came after its savepoint."""
    if found := WRITE.match(sql):
        seen.append(("write", found[1]))
    elif found := BACK.match(sql):
        while seen and seen[-1] != ("save", found[1]):
            seen.pop()
    elif found := SAVE.match(sql):
        seen.append(("save", found[1]))


def judge(request: HttpRequest, response: HttpResponse, tables: list[str]) -> None:
    """Raises where something happened and no entry says so."""
    if ENTRY in tables:
        return
    written = {name for name in tables if name.startswith(OURS)} - DERIVED
    assert not written, f"{request.method} {request.path} writes {sorted(written)} and records nothing (audit.record)"
    match = request.resolver_match
    handed = "attachment" in response.get("Content-Disposition", "") and SHEETS.search(response["Content-Type"])
    if handed and response.status_code == 200 and match and match.view_name not in FREE:
        raise AssertionError(f"{request.path} hands out a list and records nothing (audit.exports.record_export)")


def unsaid() -> list[str]:
    """Verbs and keys of the entries in the database that have no words."""
    from audit.models import AuditEntry

    found = set()
    for verb, kind, before, after in AuditEntry.objects.values_list("verb", "object_type", "before", "after"):
        if words.verb_of(verb) is None:
            found.add(verb)
        keys = {**(before or {}), **(after or {})}
        found |= {f"{verb}: {key}" for key in keys if words.field_of(kind, key) is None}
    return sorted(found)
