"""Addresses of the plan, its tasks and the work on them. Each part brings its own list."""

from django.urls import include, path

urlpatterns = [
    path("", include("tasks.urls_work")),
    path("", include("tasks.urls_overview")),
    path("", include("tasks.urls_plan")),
    path("", include("tasks.urls_admin")),
    path("", include("tasks.urls_import")),
    path("", include("tasks.urls_duties")),
    path("", include("tasks.urls_workbooks")),
]
