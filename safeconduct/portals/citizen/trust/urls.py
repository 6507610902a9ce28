"""Where the pages of trust hang: below a record's own link."""

from django.urls import path

from safeconduct.portals.citizen.trust import views

trust = [
    path("<str:token>/data/", views.data, name="data"),
    path("<str:token>/data/file/", views.file, name="file"),
    path("<str:token>/looked/", views.looked, name="looked"),
    path("<str:token>/consent/", views.consent, name="consent"),
]
