from django.urls import path

from safeconduct.response.checkins.web import console as pages

console = [
    path("", pages.unclear_list, name="unclear"),
    path("<int:unclear_id>/", pages.unclear_page, name="unclear_page"),
    path("<int:unclear_id>/settle/", pages.settle, name="settle"),
    path("<int:unclear_id>/dismiss/", pages.dismiss, name="dismiss"),
]
