from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class AlertsConfig(AppConfig):
    name = "safeconduct.response.alerts"

    def ready(self) -> None:
        from safeconduct.ground.audit.kinds import Shredder, declare
        from safeconduct.ground.ui import navigation
        from safeconduct.readiness.advice.engine import witnesses
        from safeconduct.response.alerts import handlers, terms
        from safeconduct.response.alerts.engine.witness import said_by_alerts

        declare("alerts.first_contact", _told_first, Shredder.FORGET_SUBJECT)
        declare("alerts.drafted", _("{actor} wrote in alert {subject}."))
        declare("alerts.steps_chosen", _("{actor} chose the steps of alert {subject}."))
        declare("alerts.joined", _("{actor} let alert {subject} join incident {incident}."))
        declare("alerts.submitted", _("{actor} submitted alert {subject}."))
        declare("alerts.taken_back", _("{actor} took back alert {subject}."))
        declare("alerts.released", _("{actor} released alert {subject} ({severity})."))
        declare("alerts.stopped", _("{actor} stopped alert {subject}."))
        declare(
            "alerts.expanded",
            _("Alert {subject} was laid out. People: {people}; messages: {messages}."),
        )
        navigation.register("alerts:list", _("Alerts"), permission=terms.VIEW, order=20)
        navigation.register("public_alerts:list", _("Alerts"), portal="public", order=10)
        navigation.register("verify:ask", _("Check a message"), portal="public", order=15)
        navigation.beside(
            "hazards:signal",
            "alerts:of_signal",
            _("Alerts from this signal"),
            permission=terms.VIEW,
        )
        navigation.beside(
            "incidents:page", "alerts:of_incident", _("Its alerts"), permission=terms.VIEW
        )
        handlers.connect()
        witnesses.register(said_by_alerts)


def _told_first(number: int) -> str:
    return ngettext(
        "{count} person was told by a message where we have them from.",
        "{count} people were told by a message where we have them from.",
        number,
    )
