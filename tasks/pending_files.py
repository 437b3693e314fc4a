"""Files of a form that was refused for another reason: kept for the next attempt, reached by a signed token.

Each lies in a folder of its day under its hash; folders older than two days are cleared when a file is kept.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.core import signing
from django.core.files.storage import default_storage

from organizations.models import User

from .evidence import Proof
from .models import Assignment

_SALT = "tasks.pending_files"
_FOLDER = "pending"
_DAYS = 2


class Kept(NamedTuple):
    """A file that waits, and the token by which the form finds it again."""

    token: str
    path: str
    name: str
    content_type: str
    size: int
    sha256: str

    def proof(self) -> Proof:
        """The file, as if it had just been chosen."""
        return Proof(default_storage.open(self.path), self.name, self.content_type, self.size, self.sha256)


def keep(proof: Proof, user: User, assignment: Assignment, today: datetime.date) -> Kept:
    """Keeps a checked file for this person and assignment only."""
    _clear(today)
    path = f"{_FOLDER}/{today.isoformat()}/{proof.sha256}"
    if not default_storage.exists(path):
        proof.file.seek(0)
        path = default_storage.save(path, proof.file)
    fields = [path, proof.name, proof.content_type, proof.size, proof.sha256]
    token = signing.dumps([user.pk, assignment.pk, *fields], salt=_SALT, compress=True)
    return Kept(token, path, proof.name, proof.content_type, proof.size, proof.sha256)


def read(tokens: list[str], user: User, assignment: Assignment) -> list[Kept]:
    """The files behind tokens that this person got for this assignment; all others are passed over."""
    found = []
    for token in tokens:
        try:
            owner, owed, *fields = signing.loads(token, salt=_SALT, max_age=_DAYS * 24 * 3600)
        except signing.BadSignature:
            continue
        kept = Kept(token, *fields)
        if (owner, owed) == (user.pk, assignment.pk) and default_storage.exists(kept.path):
            found.append(kept)
    return found


def _clear(today: datetime.date) -> None:
    if not default_storage.exists(_FOLDER):
        return
    for day in default_storage.listdir(_FOLDER)[0]:
        try:
            old = (today - datetime.date.fromisoformat(day)).days > _DAYS
        except ValueError:
            continue
        if old:
            for name in default_storage.listdir(f"{_FOLDER}/{day}")[1]:
                default_storage.delete(f"{_FOLDER}/{day}/{name}")
            default_storage.delete(f"{_FOLDER}/{day}")
