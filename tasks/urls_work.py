"""Addresses."""

from django.urls import URLPattern, path

from .views import assignment, awaits, desk, desk_bulk, evidence, extensions, progress, results, reviews

urlpatterns: list[URLPattern] = [
    path("<int:year>/to-do/", awaits.awaits_me, name="awaits_me"),
    path("<int:year>/review/", desk.review_desk, name="review_desk"),
    path("<int:year>/review/bulk/", desk_bulk.review_bulk, name="review_bulk"),
    path("assignments/<int:pk>/", assignment.assignment, name="assignment"),
    path("assignments/<int:pk>/extension/", extensions.extension_ask, name="extension_ask"),
    path("assignments/<int:pk>/progress/", progress.progress_create, name="progress_create"),
    path("assignments/<int:pk>/submit/", reviews.submit, name="submit"),
    path("assignments/<int:pk>/approve/", reviews.approve, name="approve"),
    path("assignments/<int:pk>/send-back/", reviews.send_back, name="send_back"),
    path("assignments/<int:pk>/endorse/", reviews.endorse, name="endorse"),
    path("assignments/<int:pk>/withdraw/", reviews.withdraw, name="withdraw"),
    path("assignments/<int:pk>/cancel/", reviews.cancel, name="cancel"),
    path("assignments/<int:pk>/reopen/", reviews.reopen, name="reopen"),
    path("tasks/<int:pk>/result/", results.task_result, name="task_result"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
]
