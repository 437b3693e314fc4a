"""Addresses."""

from django.urls import URLPattern, path

from lib.pending import pending

from .views import awaits, evidence

urlpatterns: list[URLPattern] = [
    path("<int:year>/to-do/", awaits.awaits_me, name="awaits_me"),
    path("assignments/<int:pk>/", pending, name="assignment"),
    path("assignments/<int:pk>/progress/", pending, name="progress_create"),
    path("assignments/<int:pk>/submit/", pending, name="submit"),
    path("assignments/<int:pk>/approve/", pending, name="approve"),
    path("assignments/<int:pk>/send-back/", pending, name="send_back"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
]
