from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy import retention
from safeconduct.ground.ui import navigation


class CallsConfig(AppConfig):
    name = "safeconduct.response.calls"

    def ready(self) -> None:
        terms = import_module("safeconduct.response.calls.terms")
        import_module("safeconduct.response.calls.personal")
        import_module("safeconduct.response.calls.holdings").declare()
        actions = import_module("safeconduct.response.calls.actions")
        import_module("safeconduct.response.calls.handlers").connect()
        retention.rule(
            "calls.calls", _("Calls 90 days after they ended."), actions.forget_old_calls
        )
        retention.rule(
            "calls.lists",
            _("Lists of wardens 90 days after they ended."),
            actions.forget_old_lists,
        )
        navigation.register("calls:list", terms.SECTION, permission=terms.CALL, order=35)
