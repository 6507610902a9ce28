"""Pages of the registry, for the portals to hang in."""

from django.urls import path

from safeconduct.picture.registry.web import citizen as own
from safeconduct.picture.registry.web import codes, confiding, kin, linking, more, phones, still
from safeconduct.picture.registry.web import console as pages

citizen = [
    path("register/", own.register, name="register"),
    path("link/", own.again, name="again"),
    path("code/", own.private_page(codes.code), name="code"),
    path("deleted/", own.deleted, name="deleted"),
    path("phone/renewed/", phones.renew, name="phone_renewed"),
    path("still/<str:token>/", own.private_page(still.still), name="still"),
    path("<str:token>/", own.record, name="record"),
    path("<str:token>/phone/", own.private_page(phones.add), name="phone_added"),
    path("<str:token>/phones/off/", own.private_page(phones.remove), name="phones_off"),
    path("<str:token>/confirm/", own.private_page(codes.confirm), name="confirm"),
    path("<str:token>/confirm/again/", own.private_page(codes.resend), name="resend"),
    path("<str:token>/send/", own.private_page(codes.send_link), name="send_link"),
    path("<str:token>/more/", own.private_page(more.more), name="more"),
    path("<str:token>/kin/", own.private_page(kin.kin), name="kin"),
    path("<str:token>/left/", own.left, name="left"),
    path("<str:token>/delete/", own.delete, name="delete"),
]

console = [
    path("people/", pages.people, name="people"),
    path("people/<int:person_id>/", pages.person, name="person"),
    path("people/<int:person_id>/sealed/", confiding.unseal, name="unseal"),
    path("people/<int:person_id>/link/", linking.link, name="link"),
    path("people/<int:person_id>/part/", linking.part, name="part"),
    path("lists/", pages.imports, name="imports"),
    path("lists/<int:run_id>/", pages.import_run, name="import_run"),
    path("lists/<int:run_id>/tell/", pages.tell, name="tell"),
    path("lists/<int:run_id>/refused/", pages.refused_rows, name="refused_rows"),
]
