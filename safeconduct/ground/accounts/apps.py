from importlib import import_module

from django.apps import AppConfig

from safeconduct.ground.audit.kinds import namers


class AccountsConfig(AppConfig):
    name = "safeconduct.ground.accounts"

    def ready(self) -> None:
        import_module("safeconduct.ground.accounts.terms")
        queries = import_module("safeconduct.ground.accounts.queries")
        namers["officer"] = queries.officer_names
        import_module("safeconduct.ground.accounts.handlers")
        import_module("safeconduct.ground.accounts.personal")
