"""Addresses of messages, the ladder and the operator's page."""

from django.urls import path

from .views import inbox

urlpatterns = [
    path("messages/", inbox.message_list, name="message_list"),
    path("messages/settings/", inbox.message_settings, name="message_settings"),
    path("messages/read/", inbox.message_read_all, name="message_read_all"),
    path("messages/<int:pk>/", inbox.message, name="message"),
    path("messages/<int:pk>/read/", inbox.message_read, name="message_read"),
]
