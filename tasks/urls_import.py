"""Addresses."""

from django.urls import URLPattern, path

from lib.pending import pending

urlpatterns: list[URLPattern] = [
    path("<int:year>/imports/", pending, name="import_list"),
    path("<int:year>/imports/<int:pk>/", pending, name="import_preview"),
    path("<int:year>/imports/<int:pk>/commit/", pending, name="import_commit"),
    path("<int:year>/imports/<int:pk>/discard/", pending, name="import_discard"),
]
