"""Addresses of the workbooks that leave the office and come back."""

from django.urls import URLPattern, path

from .views import returns, workbooks

urlpatterns: list[URLPattern] = [
    path("<int:year>/tasks/annex/", workbooks.task_annex, name="task_annex"),
    path("<int:year>/returns/", returns.return_list, name="return_list"),
    path("<int:year>/returns/units/", workbooks.return_units, name="return_units"),
    path("<int:year>/returns/workbooks/", workbooks.return_workbooks, name="return_workbooks"),
    path("<int:year>/returns/packages/", workbooks.package_order, name="package_order"),
    path("<int:year>/returns/packages/<int:pk>/", workbooks.package, name="package"),
    path("<int:year>/returns/packages/<int:pk>/file/", workbooks.package_file, name="package_file"),
    path("<int:year>/returns/packages/<int:pk>/stop/", workbooks.package_stop, name="package_stop"),
    path("<int:year>/returns/<int:pk>/", returns.return_preview, name="return_preview"),
    path("<int:year>/returns/<int:pk>/correct/", returns.return_correct, name="return_correct"),
    path("<int:year>/returns/<int:pk>/columns/", returns.return_columns, name="return_columns"),
    path("<int:year>/returns/<int:pk>/commit/", returns.return_commit, name="return_commit"),
    path("<int:year>/returns/<int:pk>/discard/", returns.return_discard, name="return_discard"),
    path("<int:year>/returns/<int:pk>/file/", returns.return_file, name="return_file"),
]
