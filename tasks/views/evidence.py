"""Handing out proof: photos to look at, everything else as a download under its own name."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from lib import clock
from organizations.person import person_of
from tasks.actions.evidence import opened
from tasks.evidence import SHOWN_INLINE
from tasks.models import Evidence
from tasks.thumbs import has_thumb, thumb_of

DAY = 24 * 3600


def _kept(response: FileResponse) -> FileResponse:
    """The content behind an address never changes, but only this person's browser may keep it."""
    response["Cache-Control"] = f"private, max-age={DAY}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def evidence(request: HttpRequest, pk: int) -> FileResponse:
    """`?size=small` a photo's small picture, `?view=1` the photo itself; otherwise, and for all else, a download."""
    person = person_of(request)
    found = get_object_or_404(Evidence.objects.visible_to(person).select_related("assignment"), pk=pk)
    if request.GET.get("size") == "small":
        path = thumb_of(found) if has_thumb(found) else None
        if path is None:
            raise Http404
        return _kept(FileResponse(default_storage.open(path), content_type="image/jpeg"))
    inline = "view" in request.GET and found.content_type in SHOWN_INLINE
    try:
        file = found.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    opened(proof=found, by=person, at=clock.now())
    return _kept(FileResponse(file, as_attachment=not inline, filename=found.name, content_type=found.content_type))
