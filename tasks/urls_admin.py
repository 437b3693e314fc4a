"""Addresses."""

from django.urls import URLPattern, path

from lib.pending import pending

urlpatterns: list[URLPattern] = [
    path("plans/", pending, name="plan_list"),
    path("plans/new/", pending, name="plan_create"),
    path("<int:year>/edit/", pending, name="plan_edit"),
    path("<int:year>/points/new/", pending, name="work_point_create"),
    path("<int:year>/points/<int:number>/edit/", pending, name="work_point_edit"),
    path("<int:year>/tasks/", pending, name="task_list"),
    path("<int:year>/tasks/new/", pending, name="task_create"),
    path("tasks/<int:pk>/edit/", pending, name="task_edit"),
    path("<int:year>/tasks/bulk/", pending, name="task_bulk"),
    path("<int:year>/tasks/export/", pending, name="task_export"),
]
