"""Addresses of the admin's pages for people."""

from django.urls import URLPattern, path

from .views import people

urlpatterns: list[URLPattern] = [
    path("people/", people.user_list, name="user_list"),
    path("people/new/", people.user_create, name="user_create"),
    path("people/<int:pk>/", people.user_edit, name="user_edit"),
    path("people/bulk/", people.user_bulk, name="user_bulk"),
    path("people/export/", people.user_export, name="user_export"),
]
