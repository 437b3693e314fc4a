"""One message to one person, and each way on which it travels."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .ladder import Reminder

if TYPE_CHECKING:
    from organizations.models import User


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Reads, as adjectives; each queryset shown to a person begins with `visible_to(user)`."""

    def visible_to(self, user: User) -> NotificationQuerySet:
        """The own inbox, and nobody else's."""
        return self.filter(recipient=user.pk, in_inbox=True) if user.is_authenticated else self.none()

    def unread(self) -> NotificationQuerySet:
        """Those that nobody has opened yet."""
        return self.filter(read_at__isnull=True)

    def about(self, thing: models.Model) -> NotificationQuerySet:
        """What was said about one thing, whether as news of its own or as a stage of the ladder."""
        label = thing._meta.label_lower
        said = Q(about_type=label, about_id=thing.pk)
        return self.filter(said | Q(reminders__about_type=label, reminders__about_id=thing.pk)).distinct()

    def matching(self, text: str) -> NotificationQuerySet:
        """Those that contain every word of `text`, in their own words or in those of a digest's lines."""
        found = self
        for word in text.split():
            line = Reminder.objects.filter(Q(what__icontains=word) | Q(unit__icontains=word))
            found = found.filter(Q(words__icontains=word) | Q(pk__in=line.values("notification")))
        return found


class Notification(models.Model):
    """What was said. `subject` and `text` are English message ids, filled with `params` when they are shown.

    So the inbox speaks the reader's language, and the mail Chinese. `words` holds the params' texts for the search.
    The plan and the thing it is about stand on floors above and are known by number only.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notifications", db_index=False
    )
    kind = models.CharField(_("Kind"), max_length=40)
    subject = models.CharField(_("Subject"), max_length=200)
    text = models.TextField(_("Text"), blank=True)
    params = models.JSONField(default=dict)
    words = models.TextField(blank=True)
    link = models.CharField(max_length=200, blank=True)
    dedup_key = models.CharField(max_length=160, unique=True)
    plan_id = models.BigIntegerField(null=True)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True)
    stage = models.CharField(max_length=20, blank=True)
    urgent = models.BooleanField(_("Urgent"), default=False)
    in_inbox = models.BooleanField(default=True)  # False: a mail that only gathers what the inbox shows already
    created_at = models.DateTimeField(_("When"))
    read_at = models.DateTimeField(_("Read"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="ntf_inbox"),
            models.Index(fields=["recipient"], name="ntf_unread", condition=Q(read_at__isnull=True, in_inbox=True)),
            models.Index(fields=["about_type", "about_id"], name="ntf_about"),
        ]

    def __str__(self) -> str:
        return self.subject


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads, as adjectives."""

    def by_mail(self) -> DeliveryQuerySet:
        """Those that leave the house."""
        return self.filter(channel=Delivery.Channel.MAIL)

    def waiting(self) -> DeliveryQuerySet:
        """Mail that still has to be handed to the server."""
        return self.filter(state=Delivery.State.WAITING)

    def free(self, at: datetime.datetime) -> DeliveryQuerySet:
        """Waiting mail whose time has come and that no process holds, or one that fell silent."""
        due = Q(next_attempt_at__lte=at)
        return self.waiting().filter(due & (Q(lease_until__isnull=True) | Q(lease_until__lte=at)))

    def failed(self) -> DeliveryQuerySet:
        """Mail that was given up."""
        return self.filter(state=Delivery.State.FAILED)


class Delivery(models.Model):
    """One message on one way. `lease` names the process that is just sending it."""

    class Channel(models.TextChoices):
        INBOX = "inbox", _("In the inbox")
        MAIL = "mail", _("By e-mail")

    class State(models.TextChoices):
        HELD = "held", _("Waits for the daily digest")
        WAITING = "waiting", pgettext_lazy("mail", "Waits to be sent")
        SENT = "sent", pgettext_lazy("mail", "Delivered")
        FAILED = "failed", pgettext_lazy("mail", "Not delivered")
        DECLINED = "declined", _("No e-mail wanted")
        READ = "read", _("Read before the digest")

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.CharField(_("How"), max_length=8, choices=Channel.choices)
    state = models.CharField(_("Result"), max_length=8, choices=State.choices)
    address = models.CharField(_("E-mail"), max_length=254, blank=True)
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("Next attempt"), null=True)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    error = models.CharField(_("Reason"), max_length=500, blank=True)
    permanent = models.BooleanField(default=False)
    sent_at = models.DateTimeField(_("Delivered at"), null=True)
    settled = models.BooleanField(default=False)  # the office has seen the failure and dealt with it
    carried_by = models.ForeignKey(
        Notification, models.SET_NULL, null=True, blank=True, related_name="carried", db_index=False
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once_a_channel")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="dlv_waiting", condition=Q(state="waiting")),
            models.Index(fields=["id"], name="dlv_failed", condition=Q(state="failed", settled=False)),
            models.Index(fields=["id"], name="dlv_held", condition=Q(state="held")),
            models.Index(fields=["carried_by"], name="dlv_carried", condition=Q(carried_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_state_display()}"
