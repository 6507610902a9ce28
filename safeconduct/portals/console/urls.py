"""What officers open.

A capability's pages: ``path("alerts/", include((alerts_urls.console, "alerts")))``.
"""

from django.urls import URLPattern, URLResolver, include, path

from safeconduct.ground.missions.web.urls import console as missions
from safeconduct.picture.incidents.web.urls import console as incidents
from safeconduct.picture.registry.web.urls import console as registry
from safeconduct.portals.console import views
from safeconduct.portals.console.board.urls import urlpatterns as board
from safeconduct.portals.console.officers.urls import urlpatterns as officers
from safeconduct.portals.console.why.urls import urlpatterns as why
from safeconduct.readiness.advice.web.urls import console as advice
from safeconduct.response.alerts.web.urls import console as alerts
from safeconduct.response.calls.web.urls import console as calls
from safeconduct.response.cases.web.urls import console as cases
from safeconduct.response.checkins.web.urls import console as checkins
from safeconduct.response.ladder.web.urls import console as ladder
from safeconduct.wires.hazards.web.urls import console as hazards
from safeconduct.wires.messaging.web.urls import console as messaging

_own = [
    path("", views.home, name="home"),
    path("audit/", views.audit_trail, name="audit"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_own, "console"))),
    path("", include((missions, "missions"))),
    path("officers/", include((officers, "officers"))),
    path("board/", include((board, "board"))),
    path("why/", include((why, "why"))),
    path("incidents/", include((incidents, "incidents"))),
    path("advice/", include((advice, "advice"))),
    path("alerts/", include((alerts, "alerts"))),
    path("calls/", include((calls, "calls"))),
    path("steps/", include((ladder, "ladder"))),
    path("hazards/", include((hazards, "hazards"))),
    path("", include((registry, "registry"))),
    path("providers/", include((messaging, "messaging"))),
    path("unclear/", include((checkins, "checkins"))),
    path("cases/", include((cases, "cases"))),
]
