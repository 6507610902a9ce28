from django.apps import AppConfig


class LadderConfig(AppConfig):
    name = "safeconduct.response.ladder"

    def ready(self) -> None:
        from safeconduct.ground.ui import navigation
        from safeconduct.response.ladder import terms

        navigation.register("ladder:plans", terms.SECTION, permission=terms.PLAN, order=70)
