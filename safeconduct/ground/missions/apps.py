from django.apps import AppConfig


class MissionsConfig(AppConfig):
    name = "safeconduct.ground.missions"
