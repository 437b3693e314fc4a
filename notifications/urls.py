"""Addresses of messages, the ladder and the operator's page."""

from django.urls import path

from .views import deliveries, inbox, ladder, operations

urlpatterns = [
    path("messages/", inbox.message_list, name="message_list"),
    path("messages/settings/", inbox.message_settings, name="message_settings"),
    path("messages/read/", inbox.message_read_all, name="message_read_all"),
    path("messages/<int:pk>/", inbox.message, name="message"),
    path("messages/<int:pk>/read/", inbox.message_read, name="message_read"),
    path("reminders/", ladder.ladder, name="ladder"),
    path("reminders/stages/new/", ladder.stage_create, name="stage_create"),
    path("reminders/stages/<int:pk>/", ladder.stage_edit, name="stage_edit"),
    path("reminders/calendar/", ladder.work_calendar, name="work_calendar"),
    path("reminders/sent/", deliveries.delivery_log, name="delivery_log"),
    path("reminders/sent/<int:pk>/", deliveries.delivery_act, name="delivery_act"),
    path("operations/", operations.operations, name="operations"),
    path("operations/run/", operations.job_run, name="job_run"),
    path("operations/mail/", operations.mail_test, name="mail_test"),
]
