"""What everybody opens."""

from django.urls import URLPattern, URLResolver, include, path

from safeconduct.ground.missions.web.urls import public as posts
from safeconduct.ground.places.web import urls as places_urls
from safeconduct.ground.ui.web.urls import styles
from safeconduct.portals.public import views
from safeconduct.portals.public.families import views as families
from safeconduct.readiness.advice.web.urls import public as advice
from safeconduct.response.alerts.web import urls as alerts_urls

_own = [
    path("", views.home, name="home"),
    path("kept/<str:language>/", views.kept_home, name="kept_start"),
    path("kept/<str:language>/in/<str:country>/", views.kept_home, name="kept_home"),
]

_families = [path("", families.page, name="page")]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_own, "public"))),
    path("", include((styles, "ui"))),
    path("families/", include((_families, "families"))),
    path("", include((alerts_urls.verify, "verify"))),
    path("advice/", include((advice, "public_advice"))),
    path("posts/", include((posts, "public_posts"))),
    path("alerts/", include((alerts_urls.public, "public_alerts"))),
    path("places/", include((places_urls.public, "places"))),
]
