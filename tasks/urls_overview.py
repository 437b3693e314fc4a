"""Addresses."""

from django.urls import URLPattern, path

from tasks.views import dashboard

urlpatterns: list[URLPattern] = [
    path("<int:year>/dashboard/", dashboard.dashboard, name="dashboard"),
    path("<int:year>/dashboard/export/", dashboard.dashboard_export, name="dashboard_export"),
]
