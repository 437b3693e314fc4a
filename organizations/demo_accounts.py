"""The accounts of the demo: what the login page offers and `seed_demo` creates. Never used outside DEMO."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEMO_PASSWORD = "Qingdao-2017"  # noqa: S105  (printed on the login page of the demo, on purpose)

# (account, what it shows)
DEMO_ACCOUNTS: tuple[tuple[str, str | Promise], ...] = (
    ("admin", _("Commission office, admin")),
    ("auditor", _("Commission, auditor")),
    ("head-anjian", _("Work safety bureau, head")),
    ("inspector-anjian", _("Work safety bureau, inspector")),
    ("head-jiaozhou", _("Jiaozhou, head")),
    ("inspector-jiaozhou", _("Jiaozhou, inspector")),
    ("enterprise-1", _("An enterprise, inspector")),
)
