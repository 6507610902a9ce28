"""What officers open.

A capability's pages: ``path("alerts/", include((alerts_urls.console, "alerts")))``.
"""

from django.urls import URLPattern, URLResolver, include, path

from safeconduct.portals.console import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(([path("", views.home, name="home")], "console"))),
]
