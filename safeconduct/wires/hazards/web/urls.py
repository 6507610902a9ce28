from django.urls import path

from safeconduct.wires.hazards.web import console as pages

console = [
    path("", pages.signal_list, name="list"),
    path("<int:signal_id>/", pages.signal_page, name="signal"),
    path("<int:signal_id>/outline.json", pages.outline, name="outline"),
    path("feeds/", pages.feed_list, name="feeds"),
    path("feeds/add/", pages.add_feed, name="add_feed"),
    path("problems/", pages.problem_list, name="problems"),
    path("problems/<int:problem_id>/solve/", pages.solve, name="solve"),
]
