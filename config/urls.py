"""Which portal answers where."""

from django.urls import include, path

from safeconduct.ground.accounts.web.urls import accounts

urlpatterns = [
    path("", include("safeconduct.portals.public.urls")),
    path("me/", include("safeconduct.portals.citizen.urls")),
    path("console/", include("safeconduct.portals.console.urls")),
    path("account/", include(accounts)),
]
