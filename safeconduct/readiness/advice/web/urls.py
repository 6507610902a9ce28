"""Where advice is found."""

from django.urls import path

from safeconduct.readiness.advice.web import console as desk
from safeconduct.readiness.advice.web import drafting, made, mapping
from safeconduct.readiness.advice.web import public as pages

public = [
    path("", pages.here, name="here"),
    path("<str:language>/", pages.advice_list, name="list"),
    path("<str:language>.atom", pages.list_atom, name="list_atom"),
    path("<str:language>.json", pages.list_json, name="list_json"),
    path("<str:language>/<str:code>/", pages.country, name="country"),
    path("<str:language>/<str:code>.atom", pages.country_atom, name="country_atom"),
    path("<str:language>/<str:code>.json", pages.country_json, name="country_json"),
    path("<str:language>/<str:code>.svg", pages.country_map, name="map"),
]

console = [
    path("", desk.advice_list, name="list"),
    path("contradictions/", desk.contradictions, name="contradictions"),
    path("start/", desk.start, name="start"),
    path("countries/<str:code>/", desk.country, name="country"),
    path("countries/<str:code>/begin/", desk.begin, name="begin"),
    path("countries/<str:code>/towns.json", mapping.towns, name="towns"),
    path("editions/<int:edition_id>/", desk.edition_page, name="edition"),
    path("editions/<int:edition_id>/map.svg", made.edition_map, name="map"),
    path("editions/<int:edition_id>/press/", made.press_page, name="press"),
    path("editions/<int:edition_id>/submit/", desk.submit, name="submit"),
    path("editions/<int:edition_id>/take-back/", desk.take_back, name="take_back"),
    path("editions/<int:edition_id>/approve/", desk.approve, name="approve"),
    path("editions/<int:edition_id>/discard/", desk.discard, name="discard"),
    path("editions/<int:edition_id>/level/", drafting.country_level, name="country_level"),
    path("editions/<int:edition_id>/area/", drafting.new_area, name="new_area"),
    path("editions/<int:edition_id>/review/", drafting.review, name="review"),
    path("editions/<int:edition_id>/<str:name>/", drafting.section, name="section"),
    path("areas/<int:text_id>/", drafting.area, name="area"),
    path("areas/<int:text_id>/remove/", drafting.remove_area, name="remove_area"),
]
