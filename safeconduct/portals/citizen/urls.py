"""What nationals open: no account, at most a signed link."""

from django.urls import URLPattern, URLResolver, include, path

from safeconduct.picture.registry.web import citizen as own
from safeconduct.picture.registry.web.urls import citizen as registration
from safeconduct.portals.citizen.app import serving
from safeconduct.portals.citizen.inbox import views as inbox
from safeconduct.portals.citizen.reports import views as reports
from safeconduct.portals.citizen.trust.urls import trust
from safeconduct.portals.citizen.warnings import views as warnings
from safeconduct.response.calls.web.urls import citizen as wardens
from safeconduct.response.cases.web.urls import citizen as requests

# At the root: a worker serves nothing above its own address.
app = [
    path("sw.js", serving.worker, name="worker"),
    path("app/<str:language>.webmanifest", serving.manifest, name="manifest"),
    path("wipe/", serving.wipe, name="wipe"),
    path("kept/<str:language>/wipe/", reports.kept(serving.wipe), name="wipe_kept"),
]
saying = [
    path("here/", reports.here, name="here"),
    path("help/", reports.help_, name="help"),
    path("outbox/", reports.outbox, name="outbox"),
    path("warn/", warnings.warn, name="warn"),
    path("kept/<str:language>/here/", reports.kept(reports.here), name="here_kept"),
    path("kept/<str:language>/help/", reports.kept(reports.help_), name="help_kept"),
    path("kept/<str:language>/register/", reports.kept(own.register), name="register_kept"),
    path("kept/<str:language>/outbox/", reports.kept(reports.outbox), name="outbox_kept"),
]
messages = [
    path("<str:token>/messages/", inbox.messages, name="messages"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("request/", include((requests, "requests"))),
    path("", include((messages, "inbox"))),
    path("", include((trust, "trust"))),
    path("warden/", include((wardens, "wardens"))),
    path("", include((registration, "registration"))),
]
