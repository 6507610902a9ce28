from django.urls import path

from safeconduct.response.checkins.web import console as pages
from safeconduct.response.checkins.web import matching

console = [
    path("", pages.unclear_list, name="unclear"),
    path("<int:unclear_id>/", pages.unclear_page, name="unclear_page"),
    path("<int:unclear_id>/who/", matching.who, name="who"),
    path("<int:unclear_id>/who/<int:person_id>/", matching.match_page, name="match_page"),
    path("<int:unclear_id>/who/<int:person_id>/match/", matching.match, name="match"),
    path("<int:unclear_id>/settle/", pages.settle, name="settle"),
    path("<int:unclear_id>/dismiss/", pages.dismiss, name="dismiss"),
]
