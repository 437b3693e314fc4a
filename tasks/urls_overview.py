"""Addresses."""

from django.urls import URLPattern, path

from lib.pending import pending

urlpatterns: list[URLPattern] = [
    path("<int:year>/dashboard/", pending, name="dashboard"),
]
