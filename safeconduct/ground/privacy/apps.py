from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "safeconduct.ground.privacy"

    def ready(self) -> None:
        from safeconduct.ground.audit.actions import forget_old_looks
        from safeconduct.ground.privacy import actions, holdings, queries, retention

        import_module("safeconduct.ground.privacy.terms")
        import_module("safeconduct.ground.privacy.personal")
        retention.rule(
            "audit.looks", _("Who looked at your data, after two years."), forget_old_looks
        )
        retention.rule(
            "privacy.forgotten",
            _("That something was deleted, once no backup is that old any more."),
            actions.forget_old_list,
        )
        holdings.holding(
            "privacy.consents",
            _("What you agreed to"),
            tables=["privacy.Consent"],
            read=queries.consents_held,
            order=80,
        )
