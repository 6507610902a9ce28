"""Where the stories are found."""

from django.urls import path

from safeconduct.portals.console.why import people, views

urlpatterns = [
    path("<int:alert_id>/", people.people, name="people"),
    path("<int:alert_id>/<int:person_id>/", views.why, name="page"),
]
