"""Where calls are found. No address holds a number or a name."""

from django.urls import path

from safeconduct.response.calls.web import console as views
from safeconduct.response.calls.web import warden, wardens

citizen = [
    path("<str:token>/", warden.people, name="people"),
    path("<str:token>/<int:number>/", warden.outcome, name="outcome"),
    path("<str:token>/<int:number>/undo/", warden.undo, name="undo"),
]

console = [
    path("", views.call_list, name="list"),
    path("next/", views.take_next, name="next"),
    path("wardens/", wardens.wardens, name="wardens"),
    path("wardens/<int:list_id>/end/", wardens.end_list, name="end_list"),
    path("<int:call_id>/", views.call_page, name="call"),
    path("<int:call_id>/end/", views.end_call, name="end"),
    path("<int:call_id>/give-back/", views.give_back, name="give_back"),
    path("<int:call_id>/undo/", views.undo, name="undo"),
]
