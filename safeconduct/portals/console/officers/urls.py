"""Where officers' accounts are found."""

from django.urls import path

from safeconduct.portals.console.officers import views

urlpatterns = [
    path("", views.officer_list, name="list"),
    path("<int:officer_id>/link/", views.send_link, name="link"),
    path("<int:officer_id>/bar/", views.bar, name="bar"),
    path("<int:officer_id>/let-in/", views.let_in, name="let_in"),
]
