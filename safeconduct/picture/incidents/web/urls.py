from django.urls import path

from safeconduct.picture.incidents.web import console as pages

console = [
    path("", pages.incident_list, name="list"),
    path("<int:incident_id>/", pages.incident_page, name="page"),
    path("<int:incident_id>/note/", pages.add_note, name="note"),
    path("<int:incident_id>/level/", pages.set_level, name="level"),
    path("<int:incident_id>/close/", pages.close, name="close"),
]
