"""Where the board is found."""

from django.urls import path

from safeconduct.portals.console.board import ask, lists, people, unreached, views

urlpatterns = [
    path("", views.incidents, name="incidents"),
    path("<int:incident_id>/", views.page, name="page"),
    path("<int:incident_id>/live/", views.live, name="live"),
    path("<int:incident_id>/cells/", views.cells, name="cells"),
    path("<int:incident_id>/again/", ask.ask_again, name="again"),
    path("<int:incident_id>/help/", lists.people, {"which": "help"}, name="help"),
    path("<int:incident_id>/silent/", lists.people, {"which": "silent"}, name="silent"),
    path("<int:incident_id>/conflict/", lists.people, {"which": "conflict"}, name="conflict"),
    path(
        "<int:incident_id>/unreached/",
        unreached.unreached,
        {"which": "unreached"},
        name="unreached",
    ),
    path(
        "<int:incident_id>/unreached/file/",
        unreached.save,
        {"which": "unreached"},
        name="unreached_file",
    ),
    path("<int:incident_id>/through/", unreached.unreached, {"which": "through"}, name="through"),
    path(
        "<int:incident_id>/through/file/",
        unreached.save,
        {"which": "through"},
        name="through_file",
    ),
    path("<int:incident_id>/help/file/", lists.save, {"which": "help"}, name="help_file"),
    path("<int:incident_id>/silent/file/", lists.save, {"which": "silent"}, name="silent_file"),
    path("<int:incident_id>/people/<int:person_id>/", people.person, name="person"),
    path("<int:incident_id>/people/<int:person_id>/claim/", people.claim, name="claim"),
    path("<int:incident_id>/people/<int:person_id>/release/", people.release, name="release"),
    path("<int:incident_id>/people/<int:person_id>/sighting/", people.sighting, name="sighting"),
    path("<int:incident_id>/people/<int:person_id>/attempt/", people.attempt, name="attempt"),
    path("<int:incident_id>/people/<int:person_id>/close/", people.close, name="close"),
]
