"""What a person typed into a form whose session had ended, carried across the log-in.

The fields travel as one signed value inside the log-in form, so the server keeps nothing for people it
does not know, and nobody else can make up a form that would be sent in a person's name. After the log-in
they wait in the session until the person sends or discards them (organizations.views.account.resend).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core import signing
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

_SALT = "organizations.carry"
MAX_OCTETS = 64 * 1024  # of all names and values together; a long report has a tenth of it
MAX_FIELDS = 500
MAX_AGE = 24 * 3600  # seconds from the refused request to the log-in
SESSION_KEY = "carried"


class Carried(NamedTuple):
    """A refused POST: its same-site address, its fields, and (field, file name) of the files that were lost."""

    path: str
    fields: list[tuple[str, str]]
    files: list[tuple[str, str]]

    def pack(self) -> str:
        """The signed value for the hidden input of the log-in form."""
        return signing.dumps(self._asdict(), salt=_SALT, compress=True)

    def as_data(self) -> dict[str, Any]:
        """As the session holds it."""
        return self._asdict()


def _is_secret(name: str) -> bool:
    return name == "csrfmiddlewaretoken" or "password" in name.lower()


def is_own_path(path: str) -> bool:
    """True for an address on this site, such as /tasks/5/edit/?page=2."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def of_request(request: HttpRequest) -> Carried | None:
    """What a POST holds, without token and passwords; None where it is too much to carry."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if not _is_secret(name)]
    files = [(name, str(file.name)) for name, found in request.FILES.lists() for file in found]
    octets = sum(len(text.encode()) for pair in [*fields, *files] for text in pair)
    if octets > MAX_OCTETS or len(fields) + len(files) > MAX_FIELDS:
        return None
    return Carried(request.get_full_path(), fields, files)


def _of_data(data: dict[str, Any]) -> Carried | None:
    found = Carried(data["path"], [(n, v) for n, v in data["fields"]], [(n, v) for n, v in data["files"]])
    return found if is_own_path(found.path) else None


def unpack(value: str) -> Carried | None:
    """The content of the hidden input; None where it was tampered with or is too old."""
    if not value:
        return None
    try:
        return _of_data(signing.loads(value, salt=_SALT, max_age=MAX_AGE))
    except signing.BadSignature:
        return None


def of_session(request: HttpRequest) -> Carried | None:
    """What waits to be sent again; None where nothing does."""
    data = request.session.get(SESSION_KEY)
    return _of_data(data) if data else None
