"""States of a quarterly report and the only ways between them. A leaf: imports nothing of ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReportState(models.TextChoices):
    """Where one version of a report stands; *late* is no state, it follows from the date."""

    DRAFTED = "drafted", _("Draft")
    SIGNED = "signed", pgettext_lazy("report", "Handed in")
    ACCEPTED = "accepted", pgettext_lazy("report", "Accepted")
    RETURNED = "returned", pgettext_lazy("report", "Returned")


# verb -> (states it may start from, state it leads to). An amendment is no move: it is a new version.
TRANSITIONS: dict[str, tuple[frozenset[ReportState], ReportState]] = {
    "sign": (frozenset({ReportState.DRAFTED}), ReportState.SIGNED),
    "accept": (frozenset({ReportState.SIGNED}), ReportState.ACCEPTED),
    "return": (frozenset({ReportState.SIGNED}), ReportState.RETURNED),
}
FROZEN = frozenset({ReportState.SIGNED, ReportState.ACCEPTED, ReportState.RETURNED})
HANDED_IN = frozenset({ReportState.SIGNED, ReportState.ACCEPTED})
AMENDABLE = frozenset({ReportState.ACCEPTED, ReportState.RETURNED})  # and the city's, once signed
