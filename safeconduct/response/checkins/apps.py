from django.apps import AppConfig


class CheckinsConfig(AppConfig):
    name = "safeconduct.response.checkins"
