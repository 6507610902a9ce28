"""What nationals open: no account, at most a signed link."""

from django.urls import URLPattern, URLResolver, include, path

from safeconduct.picture.registry.web.urls import citizen as registration
from safeconduct.portals.citizen import views

# At the root: a worker serves nothing above its own address.
worker = [path("sw.js", views.worker, name="worker")]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((registration, "registration"))),
]
