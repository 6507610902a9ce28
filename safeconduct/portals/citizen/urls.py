"""What nationals open: no account, at most a signed link."""

from django.urls import URLPattern, URLResolver, include, path

from safeconduct.picture.registry.web.urls import citizen as registration

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((registration, "registration"))),
]
