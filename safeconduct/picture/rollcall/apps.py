from django.apps import AppConfig


class RollcallConfig(AppConfig):
    name = "safeconduct.picture.rollcall"
