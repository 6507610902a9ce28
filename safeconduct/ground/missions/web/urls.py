"""Where posts and appointments are found."""

from django.urls import path

from safeconduct.ground.missions.web import console as views

console = [
    path("posts/", views.posts, name="posts"),
    path("appointments/", views.appointments, name="appointments"),
    path("appointments/<int:appointment_id>/end/", views.end_appointment, name="end_appointment"),
]
