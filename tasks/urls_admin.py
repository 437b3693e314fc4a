"""Addresses of the admin's pages for plans, work points and tasks."""

from django.urls import URLPattern, path

from .views import admin_bulk, admin_plans, admin_tasks

urlpatterns: list[URLPattern] = [
    path("plans/", admin_plans.plan_list, name="plan_list"),
    path("plans/new/", admin_plans.plan_create, name="plan_create"),
    path("<int:year>/edit/", admin_plans.plan_edit, name="plan_edit"),
    path("<int:year>/points/new/", admin_plans.work_point_create, name="work_point_create"),
    path("<int:year>/points/<int:number>/edit/", admin_plans.work_point_edit, name="work_point_edit"),
    path("<int:year>/tasks/", admin_tasks.task_list, name="task_list"),
    path("<int:year>/tasks/new/", admin_tasks.task_create, name="task_create"),
    path("tasks/<int:pk>/edit/", admin_tasks.task_edit, name="task_edit"),
    path("<int:year>/tasks/bulk/", admin_bulk.task_bulk, name="task_bulk"),
    path("<int:year>/tasks/export/", admin_tasks.task_export, name="task_export"),
]
