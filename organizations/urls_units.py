"""Addresses of units and collective units."""

from django.urls import URLPattern, path

from .views import groups, units, units_bulk

urlpatterns: list[URLPattern] = [
    path("units/", units.organization_list, name="organization_list"),
    path("units/new/", units.organization_create, name="organization_create"),
    path("units/<int:pk>/", units.organization, name="organization"),
    path("units/<int:pk>/edit/", units.organization_edit, name="organization_edit"),
    path("units/bulk/", units_bulk.organization_bulk, name="organization_bulk"),
    path("units/export/", units.organization_export, name="organization_export"),
    path("collective-units/", groups.group_list, name="group_list"),
    path("collective-units/new/", groups.group_create, name="group_create"),
    path("collective-units/<int:pk>/", groups.group_edit, name="group_edit"),
]
