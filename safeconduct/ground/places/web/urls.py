"""Pages of places, for the portals to hang in."""

from django.urls import path

from safeconduct.ground.places.web import public as views

public = [
    path("outlines.json", views.outlines, name="outlines"),
    path("find/", views.find, name="find"),
    path("towns.json", views.nearest_towns, name="towns"),
    path("borders/", views.disclaimer, name="borders"),
]
