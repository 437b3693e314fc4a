"""Why an import does not do what was asked. Nothing was written where one of these is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.models import ImportBatch


class AlreadyDecidedError(Exception):
    """The import was committed, discarded or undone before; `batch` is as it is now."""

    def __init__(self, batch: ImportBatch) -> None:
        super().__init__(batch.state)
        self.batch = batch


class BusyError(Exception):
    """Something is done with the import in the background right now."""


class PlanChangedError(Exception):
    """`number` rows would now come to something else than the preview says."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class SameFileError(Exception):
    """The same file was imported by somebody else since the preview, as `batch`."""

    def __init__(self, batch: ImportBatch) -> None:
        super().__init__(batch.pk)
        self.batch = batch


class RefusedRowsError(Exception):
    """All or nothing was chosen, and `number` rows are refused."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
