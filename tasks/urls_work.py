"""Addresses."""

from django.urls import URLPattern, path

from .views import assignment, awaits, evidence, progress, reviews

urlpatterns: list[URLPattern] = [
    path("<int:year>/to-do/", awaits.awaits_me, name="awaits_me"),
    path("assignments/<int:pk>/", assignment.assignment, name="assignment"),
    path("assignments/<int:pk>/progress/", progress.progress_create, name="progress_create"),
    path("assignments/<int:pk>/submit/", reviews.submit, name="submit"),
    path("assignments/<int:pk>/approve/", reviews.approve, name="approve"),
    path("assignments/<int:pk>/send-back/", reviews.send_back, name="send_back"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
]
