"""The upload of a list."""

from django.utils.translation import gettext_lazy

from lib.uploads import WorkbookForm


class UploadForm(WorkbookForm):
    """The list of tasks."""

    what = gettext_lazy("Workbook with the list of tasks")
