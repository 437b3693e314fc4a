"""Addresses of duties where they meet the plan."""

from django.urls import path

from .views import duties

urlpatterns = [
    path("lists/search/", duties.duty_search_page, name="duty_search"),
    path("lists/of/<int:pk>/tasks/", duties.duty_links_page, name="duty_links"),
    path("lists/of/<int:pk>/tasks/decide/", duties.duty_link_decide, name="duty_link_decide"),
    path("items/<int:pk>/", duties.duty_item, name="duty_item"),
    path("items/<int:pk>/link/", duties.duty_item_link, name="duty_item_link"),
]
