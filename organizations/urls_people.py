"""Addresses."""

from django.urls import URLPattern, path

from lib.pending import pending

urlpatterns: list[URLPattern] = [
    path("people/", pending, name="user_list"),
    path("people/new/", pending, name="user_create"),
    path("people/<int:pk>/", pending, name="user_edit"),
    path("people/bulk/", pending, name="user_bulk"),
    path("people/export/", pending, name="user_export"),
]
