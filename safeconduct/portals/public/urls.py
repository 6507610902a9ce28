"""What everybody opens."""

from django.urls import URLPattern, URLResolver, include, path

from safeconduct.ground.places.web import urls as places_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("places/", include((places_urls.public, "places"))),
]
