"""The navigation by role: at most three groups, a count only where somebody must act."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from organizations.roles import Capability, Role
from tasks.models import Plan


class Item(NamedTuple):
    """One link; `names` are the views on which it is the current one."""

    label: str
    icon: str
    href: str
    current: bool
    number: int | None = None


class Group(NamedTuple):
    """A heading with its links."""

    label: str
    items: list[Item]


def groups(request: HttpRequest, plan: Plan | None, counts: dict[str, int]) -> list[Group]:
    """What the person's role leads to, in the order of LOOK's page anatomy."""
    user: Any = request.user
    view = request.resolver_match.view_name if request.resolver_match else ""

    def item(label: str, icon: str, name: str, *also: str, yearly: bool = True, count: int | None = None) -> Item:
        href = reverse(name, kwargs={"year": plan.year}) if yearly and plan else reverse(name)
        return Item(label, icon, href, view == name or view in also, count)

    work: list[Item] = []
    if plan:
        steps = (
            "assignment", "progress_create", "submit", "endorse", "approve", "send_back", "withdraw", "cancel",
            "reopen", "extension_ask",
        )  # fmt: skip
        todo = item(_("To do"), "n-todo", "awaits_me", *steps, count=counts.get("awaits") or None)
        ledger = item(_("Ledger"), "n-ledger", "ledger")
        board = item(_("Dashboard"), "n-board", "dashboard")
        work = [todo, ledger, board] if user.role == Role.INSPECTOR else [board, ledger, todo]
        if user.may(Capability.REVIEW):
            desk = item(_("Review"), "n-review", "review_desk", "review_bulk", count=counts.get("review") or None)
            work.insert(0, desk)
    inbox = ("message", "message_settings")
    work.append(
        item(_("Messages"), "n-inbox", "message_list", *inbox, yearly=False, count=counts.get("unread") or None)
    )
    if plan:
        work.append(item(_("Plan"), "n-plan", "plan", "work_point", "task", "work_point_create", "work_point_edit"))
    manage: list[Item] = []
    if user.may(Capability.MANAGE_PLAN):
        if plan:
            manage.append(item(_("Tasks"), "n-duty", "task_list", "task_edit", "task_create", "task_bulk"))
            manage.append(item(_("Import"), "n-import", "import_list", "import_preview", "import_undo"))
            manage.append(item(_("Returns"), "n-inbox", "return_list", "return_units", "return_preview"))
        manage.append(item(_("Plans"), "n-report", "plan_list", "plan_edit", "plan_create", yearly=False))
    if user.may(Capability.MANAGE_PEOPLE):
        units = (
            "units_import_list", "enterprises_import_list", "unit_import", "unit_import_undo", "unit_reading",
            "organization", "organization_edit", "organization_create", "organization_bulk",
        )  # fmt: skip
        manage.append(item(_("Units"), "n-org", "organization_list", *units, yearly=False))
        manage.append(item(_("Collective units"), "n-group", "group_list", "group_edit", "group_create", yearly=False))
        manage.append(item(_("People"), "n-people", "user_list", "user_edit", "user_create", yearly=False))
    if user.may(Capability.OPERATE):
        ladder = ("stage_edit", "stage_create", "work_calendar", "delivery_log", "operations")
        manage.insert(0, item(pgettext("navigation", "Reminders"), "n-remind", "ladder", *ladder, yearly=False))
    record: list[Item] = []
    if plan:
        steps_of_report = ("report", "report_edit", "report_sign", "report_accept", "report_return", "report_amend",
                           "report_compare", "report_rows", "compile_run")  # fmt: skip
        reports = pgettext("navigation", "Reports")
        record.append(item(reports, "n-report", "report_list", *steps_of_report, count=counts.get("reports") or None))
    own: list[Item] = []
    if plan and not manage and user.may(Capability.LOG_PROGRESS):
        own.append(item(_("Returns"), "n-inbox", "return_list", "return_units", "return_preview"))
    listed = (
        "duty_unit", "duty_list", "duty_list_create", "duty_list_step", "duty_list_compare", "duty_item", "duty_search",
        "duty_item_edit", "duty_item_create", "duty_term_create", "duty_links", "duty_imports", "duty_import_preview",
        "duty_import_undo", "duty_reading",
    )  # fmt: skip
    lists = item(_("Lists"), "n-duty", "duty_lists", *listed, yearly=False, count=counts.get("lists") or None)
    (manage if manage else own).append(lists)
    record.append(
        item(pgettext("navigation", "Accountability"), "n-score", "sheet_list", "sheet", "sheet_rows", yearly=False)
    )
    if lists in own:
        own.append(item(_("Units"), "n-org", "organization_list", "organization", yearly=False))
    if user.may(Capability.READ_AUDIT):
        record.append(item(_("Record"), "n-audit", "record_list", "record_entry", yearly=False))
    found = [Group(_("Work"), work), Group(_("Manage"), manage), Group(_("Own unit"), own),
             Group(_("Record"), record)]  # fmt: skip
    return [group for group in found if group.items]


def tabs(all_groups: list[Group]) -> list[Item]:
    """The four of the phone's bottom bar: the first three of the first group, and the messages."""
    if not all_groups:
        return []
    items = all_groups[0].items
    inbox = [item for item in items if item.icon == "n-inbox"]
    return [item for item in items if item not in inbox][: 4 - len(inbox)] + inbox
