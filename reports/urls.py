"""Addresses of the quarterly reports."""

from django.urls import URLPattern, path

from .views import documents, listing, report, runs, steps

urlpatterns: list[URLPattern] = [
    path("<int:year>/reports/", listing.report_list, name="report_list"),
    path("<int:year>/reports/export/", listing.report_export, name="report_export"),
    path("<int:year>/reports/compile/", runs.report_compile, name="report_compile"),
    path("<int:year>/reports/compilations/<int:pk>/", runs.compile_run, name="compile_run"),
    path("<int:year>/reports/compilations/<int:pk>/stop/", runs.compile_stop, name="compile_stop"),
    path("reports/<int:pk>/", report.report, name="report"),
    path("reports/<int:pk>/edit/", report.report_edit, name="report_edit"),
    path("reports/<int:pk>/refill/", report.report_refill, name="report_refill"),
    path("reports/<int:pk>/sign/", steps.report_sign, name="report_sign"),
    path("reports/<int:pk>/accept/", steps.report_accept, name="report_accept"),
    path("reports/<int:pk>/return/", steps.report_return, name="report_return"),
    path("reports/<int:pk>/amend/", steps.report_amend, name="report_amend"),
    path("reports/<int:pk>/compare/", report.report_compare, name="report_compare"),
    path("reports/<int:pk>/rows/", report.report_rows, name="report_rows"),
    path("reports/<int:pk>/document.<str:kind>", documents.report_document, name="report_document"),
]
