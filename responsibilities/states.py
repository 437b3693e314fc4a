"""How a list of powers or duties comes into force. A leaf: imports nothing of ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ListKind(models.TextChoices):
    """权力清单, 责任清单."""

    POWERS = "powers", _("List of powers")
    DUTIES = "duties", _("List of duties")


class ListState(models.TextChoices):
    """Where a version of a list stands. A published one never changes again."""

    DRAFT = "draft", pgettext_lazy("list", "Draft")
    RETURNED = "returned", pgettext_lazy("list", "Returned")
    SUBMITTED = "submitted", pgettext_lazy("list", "Waiting for approval")
    APPROVED = "approved", pgettext_lazy("list", "Waiting for publication")
    PUBLISHED = "published", pgettext_lazy("list", "Published")


EDITABLE = frozenset({ListState.DRAFT, ListState.RETURNED})
PENDING = frozenset({ListState.SUBMITTED, ListState.APPROVED})

# verb → (states it may start from, state it leads to)
TRANSITIONS: dict[str, tuple[frozenset[ListState], ListState]] = {
    "submit": (EDITABLE, ListState.SUBMITTED),
    "withdraw": (PENDING, ListState.DRAFT),
    "approve": (frozenset({ListState.SUBMITTED}), ListState.APPROVED),
    "refuse": (frozenset({ListState.SUBMITTED}), ListState.RETURNED),
    "publish": (frozenset({ListState.APPROVED}), ListState.PUBLISHED),
    "send_back": (frozenset({ListState.APPROVED}), ListState.RETURNED),
}

SIGNAL_OF = {
    ListState.DRAFT: "none",
    ListState.RETURNED: "back",
    ListState.SUBMITTED: "sent",
    ListState.APPROVED: "sent",
    ListState.PUBLISHED: "done",
}
