"""When a mail that did not go out is tried again, and which answers of a server are final. Pure."""

from __future__ import annotations

import datetime
import smtplib

_MINUTES = (1, 5, 15, 60)
_DAY = 24 * 60


def pauses() -> list[datetime.timedelta]:
    """After 1, 5, 15, 60 minutes, then each hour, as long as 24 hours have not passed."""
    found, passed = list(_MINUTES), sum(_MINUTES)
    while passed + _MINUTES[-1] <= _DAY:
        found.append(_MINUTES[-1])
        passed += _MINUTES[-1]
    return [datetime.timedelta(minutes=minutes) for minutes in found]


def pause_after(attempts: int) -> datetime.timedelta | None:
    """The pause after so many attempts (1 or more); None when it is time to give up."""
    found = pauses()
    return found[attempts - 1] if attempts <= len(found) else None


def is_final(error: Exception) -> bool:
    """Whether the server says that this mail will never be taken (5xx about recipient or content).

    A refused sender or log-in is the site's own mistake and concerns all mail: an operator can mend it, so it is
    tried again.
    """
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPAuthenticationError):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    return False


def reason(error: Exception) -> str:
    """What the server said, in one line that fits the row."""
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, text = next(iter(error.recipients.values()))
        return _line(f"{code} {_text(text)}")
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(f"{error.smtp_code} {_text(error.smtp_error)}")
    return _line(f"{type(error).__name__}: {error}")


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _line(text: str) -> str:
    return " ".join(text.split())[:500]
