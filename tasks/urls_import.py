"""Addresses of the import."""

from django.urls import URLPattern, path

from .views import import_names, import_preview, import_undo, imports

urlpatterns: list[URLPattern] = [
    path("<int:year>/imports/", imports.import_list, name="import_list"),
    path("<int:year>/imports/template/", imports.import_template, name="import_template"),
    path("<int:year>/imports/export/", imports.import_history_export, name="import_history_export"),
    path("<int:year>/imports/<int:pk>/", import_preview.import_preview, name="import_preview"),
    path("<int:year>/imports/<int:pk>/file/", imports.import_file, name="import_file"),
    path("<int:year>/imports/<int:pk>/refused/", imports.import_refused, name="import_refused"),
    path("<int:year>/imports/<int:pk>/choose/", import_preview.import_choose, name="import_choose"),
    path("<int:year>/imports/<int:pk>/columns/", import_preview.import_columns, name="import_columns"),
    path("<int:year>/imports/<int:pk>/names/", import_names.import_names, name="import_names"),
    path("<int:year>/imports/<int:pk>/remember/", import_names.import_remember, name="import_remember"),
    path("<int:year>/imports/<int:pk>/marked/", imports.import_marked, name="import_marked"),
    path("<int:year>/imports/<int:pk>/commit/", import_preview.import_commit, name="import_commit"),
    path("<int:year>/imports/<int:pk>/discard/", import_preview.import_discard, name="import_discard"),
    path("<int:year>/imports/<int:pk>/stop/", import_preview.import_stop, name="import_stop"),
    path("<int:year>/imports/<int:pk>/again/", import_preview.import_again, name="import_again"),
    path("<int:year>/imports/<int:pk>/undo/", import_undo.import_undo, name="import_undo"),
]
