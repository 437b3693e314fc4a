"""What people said about columns, remembered by layout: the next sheet with the same header is read the same way."""

from __future__ import annotations

from collections.abc import Iterable

from organizations.imports.choices import Noted, merged, said_in
from tasks.models import ImportBatch

from .headers import FIELDS
from .layout import Choices


def choices_for(batch: ImportBatch) -> Choices:
    """Fingerprint of a header → column → field ("" for none).

    From `ImportBatch.columns` ({fingerprint: {"3": "lead"}}) of the imports of the city that were not thrown away,
    the latest winning, and above all of this one.
    """
    earlier = ImportBatch.objects.filter(plan__issuer=batch.plan.issuer_id).exclude(pk=batch.pk)
    return _known([*said_in(earlier.exclude(state=ImportBatch.State.DISCARDED)), batch.columns])


def own_choices(batch: ImportBatch) -> Choices:
    """The same, of this import alone."""
    return _known([batch.columns])


def _known(said: Iterable[Noted]) -> Choices:
    return merged(
        {print_: {column: field for column, field in columns.items() if field in ("", *FIELDS)}}
        for noted in said
        for print_, columns in noted.items()
    )
