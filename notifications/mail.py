"""A message as an e-mail: text and HTML, in Chinese, in the manner of an office."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation

from lib import formats
from organizations.models import User

from . import lines, texts
from .models import Delivery, Notification

LANGUAGE = "zh-hans"


def one_line(text: str) -> str:
    """Without line breaks or control characters: nothing that is typed can become a header."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:200]


def message_id(delivery: Delivery) -> str:
    """The same for every attempt, so that a mail that arrives twice is known to be one."""
    digest = hashlib.sha256(f"{delivery.pk} {delivery.notification.dedup_key}".encode()).hexdigest()[:20]
    return f"<{delivery.pk}.{digest}@{urlsplit(settings.SITE_URL).hostname or 'qdsafety.local'}>"


def compose(delivery: Delivery, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The mail of one delivery. Raises ValueError (BadHeaderError) for an address that is none."""
    message = delivery.notification
    with translation.override(LANGUAGE):
        context = context_of(message, list(message.carried.all()))
        mail = EmailMultiAlternatives(
            subject=one_line(f"{settings.EMAIL_SUBJECT_PREFIX}{context['subject']}"),
            body=render_to_string("notifications/mail.txt", context),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[delivery.address],
            headers={"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"},
            connection=connection,
        )
        mail.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
    return mail


def context_of(message: Notification, carried: Sequence[Delivery]) -> dict[str, Any]:
    """What both parts show, in the active language."""
    recipient: User = message.recipient
    return {
        "subject": texts.subject_of(message),
        "text": texts.text_of(message),
        "urgent": message.urgent,
        "who": recipient.real_name,
        "post": recipient.post_and_unit,
        "commission": settings.SITE_NAME,
        "site": settings.SITE_URL,
        "link": message.link,
        "day": formats.day(message.created_at.date()),
        "lines": lines.of_rows(message, message.reminders.all()),
        "news": [
            {
                "subject": texts.subject_of(one.notification),
                "text": texts.text_of(one.notification),
                "link": one.notification.link,
                "when": formats.moment(one.notification.created_at),
            }
            for one in carried
        ],
    }
