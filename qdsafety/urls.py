"""Every address of the site. The apps bring their own; here they are only put together."""

from django.urls import include, path

from . import errors, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("language/", views.set_language, name="set_language"),
    path("theme/", views.set_theme, name="set_theme"),
    path("", include("notifications.urls")),
    path("", include("organizations.urls")),
    path("", include("responsibilities.urls")),
    path("", include("tasks.urls")),
    path("", include("reports.urls")),
    path("", include("reports.urls_sheets")),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
