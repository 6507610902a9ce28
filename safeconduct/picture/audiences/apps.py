from django.apps import AppConfig


class AudiencesConfig(AppConfig):
    name = "safeconduct.picture.audiences"
