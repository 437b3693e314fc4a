"""Addresses of the record."""

from django.urls import path

from .record import views

urlpatterns = [
    path("record/", views.record_list, name="record_list"),
    path("record/export/", views.record_export, name="record_export"),
    path("record/<int:pk>/", views.record_entry, name="record_entry"),
]
