"""Where advice is found."""

from django.urls import path

from safeconduct.readiness.advice.web import public as pages

public = [
    path("", pages.here, name="here"),
    path("<str:language>/", pages.advice_list, name="list"),
    path("<str:language>.atom", pages.list_atom, name="list_atom"),
    path("<str:language>.json", pages.list_json, name="list_json"),
    path("<str:language>/<str:code>/", pages.country, name="country"),
    path("<str:language>/<str:code>.atom", pages.country_atom, name="country_atom"),
    path("<str:language>/<str:code>.json", pages.country_json, name="country_json"),
]
