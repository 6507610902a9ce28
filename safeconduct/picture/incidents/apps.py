from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "safeconduct.picture.incidents"

    def ready(self) -> None:
        from safeconduct.ground.audit.kinds import declare
        from safeconduct.ground.audit.looks import look_reason
        from safeconduct.ground.ui import navigation
        from safeconduct.picture.incidents import queries, terms

        look_reason(terms.INCIDENT, _("the crisis “{subject}”"), queries.incidents_called)
        declare("incidents.declared", _("{actor} opened incident {subject}."))
        declare("incidents.joined", _("{actor} added a warning to incident {subject}."))
        declare("incidents.level_set", _("{actor} set incident {subject} to level {level}."))
        declare("incidents.noted", _("{actor} wrote in the log of incident {subject}."))
        declare("incidents.closed", _("{actor} closed incident {subject}."))
        navigation.register("incidents:list", _("Incidents"), permission=terms.VIEW, order=10)
