from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy import retention
from safeconduct.ground.ui import navigation


class CheckinsConfig(AppConfig):
    name = "safeconduct.response.checkins"

    def ready(self) -> None:
        terms = import_module("safeconduct.response.checkins.terms")
        import_module("safeconduct.response.checkins.personal")
        import_module("safeconduct.response.checkins.holdings").declare()
        import_module("safeconduct.response.checkins.handlers").connect()
        actions = import_module("safeconduct.response.checkins.actions")
        retention.rule(
            "checkins.answers",
            _("Answers and standings 90 days after the incident was closed."),
            actions.forget_old_answers,
        )
        navigation.register(
            "checkins:unclear", _("Unclear answers"), permission=terms.SETTLE, order=40
        )
