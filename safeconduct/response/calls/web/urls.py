"""Where calls are found. No address holds a number or a name."""

from django.urls import path

from safeconduct.response.calls.web import console as views

console = [
    path("", views.call_list, name="list"),
    path("next/", views.take_next, name="next"),
    path("<int:call_id>/", views.call_page, name="call"),
    path("<int:call_id>/end/", views.end_call, name="end"),
    path("<int:call_id>/give-back/", views.give_back, name="give_back"),
    path("<int:call_id>/undo/", views.undo, name="undo"),
]
