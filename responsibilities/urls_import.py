"""Addresses of the import of lists."""

from django.urls import path

from .views import import_undo, imports, list_works

urlpatterns = [
    path("import/", imports.duty_imports, name="duty_imports"),
    path("import/template/", imports.duty_import_template, name="duty_import_template"),
    path("import/<int:pk>/", imports.duty_import_preview, name="duty_import_preview"),
    path("import/<int:pk>/stop/", list_works.duty_import_stop, name="duty_import_stop"),
    path("import/reading/<int:pk>/", list_works.duty_reading, name="duty_reading"),
    path("import/reading/<int:pk>/stop/", list_works.duty_reading_stop, name="duty_reading_stop"),
    path("import/<int:pk>/refused/", imports.duty_import_refused, name="duty_import_refused"),
    path("import/<int:pk>/file/", imports.duty_import_file, name="duty_import_file"),
    path("import/<int:pk>/columns/", imports.duty_import_columns, name="duty_import_columns"),
    path("import/<int:pk>/commit/", imports.duty_import_commit, name="duty_import_commit"),
    path("import/<int:pk>/discard/", imports.duty_import_discard, name="duty_import_discard"),
    path("import/<int:pk>/undo/", import_undo.duty_import_undo, name="duty_import_undo"),
]
