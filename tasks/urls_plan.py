"""Addresses of the ledger, the search and the plan browser."""

from django.urls import URLPattern, path

from lib.pending import pending

from .views import ledger

urlpatterns: list[URLPattern] = [
    path("<int:year>/ledger/", ledger.ledger, name="ledger"),
    path("<int:year>/ledger/export/", ledger.ledger_export, name="ledger_export"),
    path("<int:year>/search/", pending, name="search"),
    path("<int:year>/plan/", pending, name="plan"),
    path("<int:year>/points/<int:number>/", pending, name="work_point"),
    path("tasks/<int:pk>/", pending, name="task"),
]
