"""Every address of the site, and one of everything to try it with."""

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from audit.models import AuditEntry
from audit.record import record
from background.models import Work
from notifications.ladders import ladder_of
from organizations.models import UnitImport
from responsibilities.models import ListImport
from tasks.models import ImportBatch, ImportRow, ProgressReturn, ReturnRow, TaskItem
from tests import factories

OPEN = {"login", "set_language", "set_theme", "health"}


def all_patterns(resolver=None):
    """Every named address of the site with the names of its parts."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from all_patterns(entry)
        elif isinstance(entry, URLPattern):
            yield entry.name, tuple(entry.pattern.converters)


PATTERNS = sorted(set(all_patterns()))


def things_of(cast, city, plan):
    """One of everything, by the name of the address (or of its part) that shows it."""
    task = factories.task(plan, lead=city.safety, cooperating=city.districts, target=450, unit="家")
    owed = factories.assignment(task, city.safety)
    proof = factories.evidence(owed, cast.inspector)
    factories.assignment(task, city.jiaozhou, role="cooperating")
    factories.assignment(factories.task(plan, point=2, lead=city.plant), city.plant)
    layout = {"header_rows": [4], "labels": {"title": "重点任务"}}
    batch = ImportBatch.objects.create(
        plan=plan, name="任务1.xlsx", layout=layout, refused=1, at=timezone.now(), state="previewed"
    )
    fault = {"column": "重点任务", "code": "title_missing", "value": None, "_": {"field": "title"}}
    ImportRow.objects.create(
        batch=batch, row=5, verdict="refused", values={"cells": {}, "key": [1, "1", ""]}, errors=[fault]
    )
    note = factories.message(cast.inspector)
    record("organization.update", city.jiaozhou, by=cast.admin, at=timezone.now(), after={"note": "新"})
    lists = _lists(cast, city, task)
    unit_batch = UnitImport.objects.create(city=city.commission, kind="units", name="胶州单位.xlsx", at=timezone.now())
    return lists | {
        "year": plan.year,
        "number": 1,
        "task": task.pk,
        "task_edit": task.pk,
        "task_result": task.pk,
        "assignment": owed.pk,
        "progress_create": owed.pk,
        "submit": owed.pk,
        "approve": owed.pk,
        "send_back": owed.pk,
        **dict.fromkeys(("endorse", "withdraw", "cancel", "reopen", "extension_ask"), owed.pk),
        "evidence": proof.pk,
        **dict.fromkeys((name for name, _parts in PATTERNS if name and name.startswith("import_")), batch.pk),
        **dict.fromkeys(("message", "message_read"), note.pk),
        "stage_edit": ladder_of(city.commission).stages.all()[0].pk,
        "delivery_act": note.deliveries.get(channel="mail").pk,
        "organization": city.jiaozhou.pk,
        "record_entry": AuditEntry.objects.latest("id").pk,
        "organization_edit": city.jiaozhou.pk,
        **dict.fromkeys((name for name, _parts in PATTERNS if name and name.startswith("unit_import")), unit_batch.pk),
        "group_edit": city.districts.pk,
        "user_edit": cast.inspector.pk,
        **reports_of(plan, city, cast),
        **_returns(plan, city, cast, owed),
        **_readings(city, cast),
    }


def _readings(city, cast):
    """Files that wait to be read in the background, by the names of their addresses."""
    payload = {"city": city.commission.pk, "file": "to-be-read/none", "name": "胶州单位.xlsx", "register": "units",
               "unit": None, "year": 2017}  # fmt: skip
    made = {"by": cast.admin, "at": timezone.now(), "payload": payload}
    units = Work.objects.create(kind="organizations.read_units", **made)
    lists = Work.objects.create(kind="responsibilities.read_lists", **made)
    return {
        **dict.fromkeys(("unit_reading", "unit_reading_stop"), units.pk),
        **dict.fromkeys(("duty_reading", "duty_reading_stop"), lists.pk),
    }


def _columns(label, field):
    """The layout of a return with one column, which nobody is sure of."""
    column = {"column": 0, "label": label, "field": field, "sure": 0.5, "reason": "sounds"}
    return {"parts": [{"from": 4, "fingerprint": "f1", "columns": [column]}]}


def _returns(plan, city, cast, owed):
    """A returned workbook that waits to be checked, by the names of its addresses."""
    back = ProgressReturn.objects.create(
        plan=plan, organization=city.safety, quarter="2017Q3", name="任务1.xlsx", by=cast.inspector, at=timezone.now(),
        added=1, refused=1, layout=_columns("重点任务", "title"),
    )  # fmt: skip
    fault = {"code": "below_total", "field": "completed", "value": "5", "details": {"logged": 9}}
    values = {"number": "1", "progress": "任务1"}
    ReturnRow.objects.create(batch=back, row=5, verdict="refused", assignment=owed, values=values, errors=[fault])
    order = Work.objects.create(
        kind="tasks.pack_workbooks", by=cast.inspector, at=timezone.now(), total=1,
        payload={"plan": plan.pk, "quarter": "2017Q3", "units": [city.safety.pk], "today": "2017-09-20"},
    )  # fmt: skip
    found = dict.fromkeys((name for name, _parts in PATTERNS if name and name.startswith("return_")), back.pk)
    return found | dict.fromkeys(("package", "package_file", "package_stop"), order.pk)


def reports_of(plan, city, cast):
    """A draft, a signed, an accepted and a returned report, and the order that compiles them."""
    report = factories.report(plan, city.safety, signer=cast.admin)
    order = Work.objects.create(
        kind="reports.compile", payload={"plan": plan.pk, "quarter": "2017Q2"}, at=timezone.now()
    )
    accepted = factories.report(plan, city.jiaozhou, state="accepted", signer=cast.head)
    amended = factories.report(plan, city.jiaozhou, previous=accepted)
    return {
        **dict.fromkeys(("report", "report_edit", "report_refill", "report_sign", "report_rows"), report.pk),
        **dict.fromkeys(("report_accept", "report_return"),
                        factories.report(plan, city.transport, state="signed", signer=cast.head).pk),
        "report_amend": factories.report(plan, city.pingdu, state="returned", signer=cast.head).pk,
        "report_compare": amended.pk,
        "report_document": accepted.pk,
        "kind": "docx",
        **dict.fromkeys(("compile_run", "compile_stop"), order.pk),
    }  # fmt: skip


def _lists(cast, city, task):
    """A published list with a linked duty, its revision in draft, and an import to be checked."""
    listed = factories.duty_list(city.safety, "粉尘防爆监督检查", state="published")
    draft = factories.duty_list(city.safety, "粉尘防爆监督检查", version=2)
    held = factories.term(listed, person=cast.inspector, starts_on=factories.TODAY)
    TaskItem.objects.create(
        task=task, duty=listed.items.first().duty, state="confirmed", by=cast.admin, at=timezone.now()
    )
    upload = ListImport.objects.create(
        city=city.commission, year=2017, name="清单.xlsx", at=timezone.now(), content={"sheets": []}
    )
    on_list = ("duty_list", "duty_list_export", "duty_list_compare", "duty_list_number", "duty_item_create")
    on_item = ("duty_item", "duty_item_edit", "duty_item_change", "duty_item_link", "duty_term_create")
    on_unit = ("duty_unit", "duty_unit_export", "duty_links", "duty_link_decide", "sheet", "sheet_rows")
    on_import = [name for name, parts in PATTERNS if name and name.startswith("duty_import_") and parts]
    return {
        **dict.fromkeys(on_list, draft.pk),
        **dict.fromkeys(on_item, draft.items.first().pk),
        **dict.fromkeys(on_unit, city.safety.pk),
        **dict.fromkeys(on_import, upload.pk),
        "duty_term_change": listed.items.first().pk,
        "term": held.pk,
        "duty_list_step": draft.pk,
        "verb": "submit",
    }


def address(name, parts, things):
    """The address with its parts filled in; a missing object fails with a clear message."""
    values = {}
    for part in parts:
        found = things.get(name) if part == "pk" else things.get(part)
        found = 999999 if found is None and name.startswith(("import_", "return_", "evidence")) else found
        assert found is not None, f"{name}: the walk does not know which object to try; add it to `things`"
        values[part] = found
    return reverse(name, kwargs=values)
