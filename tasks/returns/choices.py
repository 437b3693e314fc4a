"""What people said about the columns of returns, remembered for later returns with the same header."""

from __future__ import annotations

from django.db.models import Q

from organizations.imports.choices import Noted, as_noted, merged, said_in
from organizations.models import Organization
from tasks.models import ProgressReturn


def remembered_for(city: Organization, unit: Organization | None) -> Noted:
    """What was said with the returns of the city that were not thrown away, the latest winning.

    A unit's return is read by the words of its own people and of the commission office. What the office brings in
    (`unit` None) is read by the office's words alone. So a unit that names a column wrongly does so for itself.
    """
    earlier = ProgressReturn.objects.filter(Q(columns_of=None) | Q(columns_of=unit), plan__issuer=city)
    return as_noted(merged(said_in(earlier.exclude(state=ProgressReturn.State.DISCARDED))))
