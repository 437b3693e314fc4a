"""Addresses of lists of powers and duties; the page of an item and the search stand upstairs, with the tasks."""

from django.urls import include, path

from .views import items, list_page, lists, terms

urlpatterns = [
    path("lists/", lists.duty_lists, name="duty_lists"),
    path("lists/export/", lists.duty_lists_export, name="duty_lists_export"),
    path("lists/new/", lists.duty_list_create, name="duty_list_create"),
    path("lists/of/<int:pk>/", lists.duty_unit, name="duty_unit"),
    path("lists/of/<int:pk>/export/", lists.duty_unit_export, name="duty_unit_export"),
    path("lists/<int:pk>/", list_page.duty_list, name="duty_list"),
    path("lists/<int:pk>/export/", list_page.duty_list_export, name="duty_list_export"),
    path("lists/<int:pk>/compare/", list_page.duty_list_compare, name="duty_list_compare"),
    path("lists/<int:pk>/number/", items.duty_list_number, name="duty_list_number"),
    path("lists/<int:pk>/items/new/", items.duty_item_create, name="duty_item_create"),
    path("lists/<int:pk>/<slug:verb>/", list_page.duty_list_step, name="duty_list_step"),
    path("items/<int:pk>/edit/", items.duty_item_edit, name="duty_item_edit"),
    path("items/<int:pk>/change/", items.duty_item_change, name="duty_item_change"),
    path("items/<int:pk>/terms/new/", terms.duty_term_create, name="duty_term_create"),
    path("items/<int:pk>/terms/<int:term>/", terms.duty_term_change, name="duty_term_change"),
    path("lists/", include("responsibilities.urls_import")),
]
