"""Addresses of the ledger, the search and the plan browser."""

from django.urls import URLPattern, path

from .views import browse, ledger, search

urlpatterns: list[URLPattern] = [
    path("<int:year>/ledger/", ledger.ledger, name="ledger"),
    path("<int:year>/ledger/export/", ledger.ledger_export, name="ledger_export"),
    path("<int:year>/search/", search.search, name="search"),
    path("<int:year>/plan/", browse.plan, name="plan"),
    path("<int:year>/points/<int:number>/", browse.work_point, name="work_point"),
    path("tasks/<int:pk>/", browse.task, name="task"),
]
