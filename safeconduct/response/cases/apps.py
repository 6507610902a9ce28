from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy import retention
from safeconduct.ground.ui import navigation
from safeconduct.response.calls.cautions import CAUTIONS


class CasesConfig(AppConfig):
    name = "safeconduct.response.cases"

    def ready(self) -> None:
        terms = import_module("safeconduct.response.cases.terms")
        for module in ("personal", "holdings"):
            import_module(f"safeconduct.response.cases.{module}")
        actions = import_module("safeconduct.response.cases.actions")
        import_module("safeconduct.response.cases.handlers").connect()
        retention.rule(
            "cases.words",
            _("What was said in requests for help 90 days after they were closed."),
            actions.forget_old_cases,
        )
        queries = import_module("safeconduct.response.cases.queries")
        CAUTIONS.register("cases", queries.cautions_of)
        navigation.beside(
            "checkins:unclear_page",
            "cases:of_unclear",
            _("The request for help it became"),
            permission=terms.VIEW,
        )
        navigation.register("cases:list", _("Requests for help"), permission=terms.VIEW, order=15)
