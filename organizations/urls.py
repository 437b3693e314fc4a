"""Addresses of the organization tree, the people and their accounts."""

from django.urls import include, path

from .views import account

urlpatterns = [
    path("login/", account.login, name="login"),
    path("login/continue/", account.resend, name="resend"),
    path("logout/", account.logout, name="logout"),
    path("password/", account.password_change, name="password_change"),
    path("", include("organizations.urls_people")),
    path("", include("organizations.urls_record")),
    path("", include("organizations.urls_units")),
]
