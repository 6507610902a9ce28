"""What machines ask that watch this one."""

from django.urls import URLPattern, path

from safeconduct.portals.operators import views

app_name = "operators"
urlpatterns: list[URLPattern] = [
    path("health", views.health, name="health"),
    path("health/live", views.live, name="live"),
    path("metrics", views.metrics, name="metrics"),
]
