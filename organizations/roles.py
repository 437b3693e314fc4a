"""Who may do what, as a table that a manager can read. A leaf: imports nothing of ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in the own organization."""

    INSPECTOR = "inspector", _("Inspector")
    HEAD = "head", _("Head")
    ADMIN = "admin", _("Admin")
    AUDITOR = "auditor", _("Auditor")


class Capability(models.TextChoices):
    """Something that a role allows; *where* it holds is decided by visibility."""

    LOG_PROGRESS = "log_progress", _("Log progress for the own unit")
    SUBMIT = "submit", _("Submit for sign-off")
    REVIEW = "review", _("Approve or send back")
    CANCEL = "cancel", _("Cancel and reopen assignments")
    MANAGE_PLAN = "manage_plan", _("Plans, tasks and imports")
    MANAGE_PEOPLE = "manage_people", _("Organizations and people")
    READ_AUDIT = "read_audit", _("Read the audit record")
    OPERATE = "operate", _("Reminders, mail and background jobs")
    WRITE_REPORT = "write_report", _("Draft the own unit's quarterly report")
    SIGN_REPORT = "sign_report", _("Sign the own unit's quarterly report")
    DECIDE_REPORTS = "decide_reports", _("Compile, accept and return quarterly reports")
    DRAFT_LISTS = "draft_lists", _("Draft the own unit's lists of powers and duties")
    APPROVE_LISTS = "approve_lists", _("Approve the own unit's lists of powers and duties")
    PUBLISH_LISTS = "publish_lists", _("Publish lists of powers and duties")


CAPABILITIES: dict[str, frozenset[str]] = {
    Role.INSPECTOR: frozenset(
        {Capability.LOG_PROGRESS, Capability.SUBMIT, Capability.WRITE_REPORT, Capability.DRAFT_LISTS}
    ),
    Role.HEAD: frozenset(
        {Capability.LOG_PROGRESS, Capability.SUBMIT, Capability.REVIEW, Capability.CANCEL, Capability.WRITE_REPORT,
         Capability.SIGN_REPORT, Capability.DECIDE_REPORTS,
         Capability.DRAFT_LISTS, Capability.APPROVE_LISTS}
    ),
    Role.ADMIN: frozenset(
        {Capability.LOG_PROGRESS, Capability.SUBMIT, Capability.REVIEW, Capability.CANCEL,
         Capability.MANAGE_PLAN, Capability.MANAGE_PEOPLE, Capability.READ_AUDIT, Capability.WRITE_REPORT,
         Capability.SIGN_REPORT, Capability.DECIDE_REPORTS, Capability.OPERATE,
         Capability.DRAFT_LISTS, Capability.APPROVE_LISTS, Capability.PUBLISH_LISTS}
    ),
    Role.AUDITOR: frozenset({Capability.READ_AUDIT}),
}  # fmt: skip

# These concern the whole city, so they hold only in the commission and its office.
COMMISSION_ONLY = frozenset(
    {
        Capability.CANCEL,
        Capability.MANAGE_PLAN,
        Capability.MANAGE_PEOPLE,
        Capability.OPERATE,
        Capability.DECIDE_REPORTS,
        Capability.PUBLISH_LISTS,
    }
)
