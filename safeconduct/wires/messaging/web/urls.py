from django.urls import path

from safeconduct.wires.messaging.web import console as pages

console = [
    path("", pages.provider_list, name="providers"),
    path("switch/", pages.switch, name="switch"),
    path("names/", pages.identity_list, name="identities"),
    path("names/add/", pages.add_identity, name="add_identity"),
    path("names/<int:identity_id>/", pages.edit_identity, name="edit_identity"),
    path("names/<int:identity_id>/remove/", pages.remove_identity, name="remove_identity"),
]
