"""Addresses of units and collective units."""

from django.urls import URLPattern, path

from .views import groups, unit_imports, unit_works, units, units_bulk

urlpatterns: list[URLPattern] = [
    path("units/", units.organization_list, name="organization_list"),
    path("units/new/", units.organization_create, name="organization_create"),
    path("units/<int:pk>/", units.organization, name="organization"),
    path("units/<int:pk>/edit/", units.organization_edit, name="organization_edit"),
    path("units/bulk/", units_bulk.organization_bulk, name="organization_bulk"),
    path("units/export/", units.organization_export, name="organization_export"),
    *(
        path(f"units/imports/{kind}/", unit_imports.unit_import_list, {"register": kind}, name=f"{kind}_import_list")
        for kind in ("units", "enterprises")
    ),
    *(
        path(
            f"units/imports/{kind}/template/",
            unit_imports.unit_import_template,
            {"register": kind},
            name=f"{kind}_import_template",
        )
        for kind in ("units", "enterprises")
    ),
    path("units/import/<int:pk>/", unit_imports.unit_import, name="unit_import"),
    path("units/import/<int:pk>/stop/", unit_works.unit_import_stop, name="unit_import_stop"),
    path("units/import/reading/<int:pk>/", unit_works.unit_reading, name="unit_reading"),
    path("units/import/reading/<int:pk>/stop/", unit_works.unit_reading_stop, name="unit_reading_stop"),
    path("units/import/<int:pk>/file/", unit_imports.unit_import_file, name="unit_import_file"),
    path("units/import/<int:pk>/columns/", unit_imports.unit_import_columns, name="unit_import_columns"),
    path("units/import/<int:pk>/commit/", unit_imports.unit_import_commit, name="unit_import_commit"),
    path("units/import/<int:pk>/discard/", unit_imports.unit_import_discard, name="unit_import_discard"),
    path("units/import/<int:pk>/undo/", unit_imports.unit_import_undo, name="unit_import_undo"),
    path("collective-units/", groups.group_list, name="group_list"),
    path("collective-units/new/", groups.group_create, name="group_create"),
    path("collective-units/<int:pk>/", groups.group_edit, name="group_edit"),
]
