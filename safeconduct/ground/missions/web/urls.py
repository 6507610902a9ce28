"""Where posts and appointments are found."""

from django.urls import path

from safeconduct.ground.missions.web import console as views
from safeconduct.ground.missions.web import describing
from safeconduct.ground.missions.web import public as pages

console = [
    path("posts/", views.posts, name="posts"),
    path("posts/<int:post_id>/", describing.describe, name="describe"),
    path("posts/<int:post_id>/closed/", describing.close, name="close"),
    path("posts/closures/<int:closure_id>/", describing.reopen, name="reopen"),
    path("appointments/", views.appointments, name="appointments"),
    path("appointments/<int:appointment_id>/end/", views.end_appointment, name="end_appointment"),
]

public = [
    path("", pages.here, name="here"),
    path("<str:language>/", pages.post_list, name="list"),
    path("<str:language>.json", pages.list_json, name="list_json"),
    path("<str:language>/<int:post_id>/", pages.post_page, name="post"),
    path("sketch/<int:post_id>.svg", pages.sketch, name="sketch"),
]
