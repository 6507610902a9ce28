"""Which portal answers where."""

from django.urls import include, path

urlpatterns = [
    path("", include("safeconduct.portals.public.urls")),
    path("me/", include("safeconduct.portals.citizen.urls")),
    path("console/", include("safeconduct.portals.console.urls")),
    path("account/", include("allauth.urls")),
]
