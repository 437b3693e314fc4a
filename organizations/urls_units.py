"""Addresses."""

from django.urls import URLPattern, path

from lib.pending import pending

urlpatterns: list[URLPattern] = [
    path("units/", pending, name="organization_list"),
    path("units/new/", pending, name="organization_create"),
    path("units/<int:pk>/", pending, name="organization"),
    path("units/<int:pk>/edit/", pending, name="organization_edit"),
    path("units/bulk/", pending, name="organization_bulk"),
    path("units/export/", pending, name="organization_export"),
    path("collective-units/", pending, name="group_list"),
    path("collective-units/new/", pending, name="group_create"),
    path("collective-units/<int:pk>/", pending, name="group_edit"),
]
