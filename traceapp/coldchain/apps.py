from django.apps import AppConfig


class ColdchainConfig(AppConfig):
    name = "traceapp.coldchain"
    label = "coldchain"
    default_auto_field = "django.db.models.BigAutoField"
