"""Addresses of what pages are dressed in."""

from django.urls import path

from safeconduct.ground.ui.web.style import style

styles = [
    path("look/house.css", style, {"name": "house"}, name="house"),
    path("look/app.css", style, {"name": "app"}, name="app"),
]
