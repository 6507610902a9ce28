"""Where the ministry's steps are found."""

from django.urls import path

from safeconduct.response.ladder.web import console as views

console = [
    path("", views.plans, name="plans"),
    path("set/", views.set_plan, name="set"),
    path("<int:plan_id>/reset/", views.reset_plan, name="reset"),
]
