"""Addresses."""

from django.urls import URLPattern, path

from lib.pending import pending

urlpatterns: list[URLPattern] = [
    path("<int:year>/ledger/", pending, name="ledger"),
    path("<int:year>/ledger/export/", pending, name="ledger_export"),
    path("<int:year>/search/", pending, name="search"),
    path("<int:year>/plan/", pending, name="plan"),
    path("<int:year>/points/<int:number>/", pending, name="work_point"),
    path("tasks/<int:pk>/", pending, name="task"),
]
