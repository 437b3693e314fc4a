"""Addresses of the organization tree, the people and their accounts."""

from django.contrib.auth import views as auth
from django.urls import include, path

urlpatterns = [
    path("login/", auth.LoginView.as_view(template_name="organizations/login.html"), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("", include("organizations.urls_people")),
    path("", include("organizations.urls_units")),
]
