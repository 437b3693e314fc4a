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
    MANAGE_PLAN = "manage_plan", _("Plans, tasks and imports")
    MANAGE_PEOPLE = "manage_people", _("Organizations and people")
    READ_AUDIT = "read_audit", _("Read the audit record")


CAPABILITIES: dict[str, frozenset[str]] = {
    Role.INSPECTOR: frozenset({Capability.LOG_PROGRESS, Capability.SUBMIT}),
    Role.HEAD: frozenset({Capability.LOG_PROGRESS, Capability.SUBMIT, Capability.REVIEW}),
    Role.ADMIN: frozenset(
        {Capability.LOG_PROGRESS, Capability.SUBMIT, Capability.REVIEW, Capability.MANAGE_PLAN,
         Capability.MANAGE_PEOPLE, Capability.READ_AUDIT}
    ),
    Role.AUDITOR: frozenset({Capability.READ_AUDIT}),
}  # fmt: skip

# These concern the whole city, so they hold only in the commission and its office.
COMMISSION_ONLY = frozenset({Capability.MANAGE_PLAN, Capability.MANAGE_PEOPLE})
