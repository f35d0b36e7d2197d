from django.apps import AppConfig


class MasterdataConfig(AppConfig):
    name = "traceapp.masterdata"
    label = "masterdata"
    default_auto_field = "django.db.models.BigAutoField"
