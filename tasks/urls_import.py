"""Addresses of the import."""

from django.urls import URLPattern, path

from .views import imports

urlpatterns: list[URLPattern] = [
    path("<int:year>/imports/", imports.import_list, name="import_list"),
    path("<int:year>/imports/template/", imports.import_template, name="import_template"),
    path("<int:year>/imports/<int:pk>/", imports.import_preview, name="import_preview"),
    path("<int:year>/imports/<int:pk>/refused/", imports.import_refused, name="import_refused"),
    path("<int:year>/imports/<int:pk>/commit/", imports.import_commit, name="import_commit"),
    path("<int:year>/imports/<int:pk>/discard/", imports.import_discard, name="import_discard"),
]
