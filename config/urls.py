"""Which portal answers where."""

from django.urls import include, path

from safeconduct.ground.accounts.web.urls import accounts
from safeconduct.portals.citizen.urls import app, saying

urlpatterns = [
    path("", include("safeconduct.portals.public.urls")),
    path("", include("safeconduct.portals.operators.urls")),
    path("me/", include("safeconduct.portals.citizen.urls")),
    path("", include((app, "app"))),
    path("", include((saying, "reports"))),
    path("console/", include("safeconduct.portals.console.urls")),
    path("account/", include(accounts)),
]
