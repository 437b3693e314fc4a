"""Addresses of the accountability sheets."""

from django.urls import path

from .views import sheets

urlpatterns = [
    path("accountability/", sheets.sheet_list, name="sheet_list"),
    path("accountability/<int:pk>/", sheets.sheet, name="sheet"),
    path("accountability/<int:pk>/rows/", sheets.sheet_rows, name="sheet_rows"),
]
