"""The room of wishes: what a person confirms with a second factor before it is a transaction."""

from django.apps import AppConfig


class IntentsConfig(AppConfig):
    name = "traceapp.intents"
    label = "intents"
    default_auto_field = "django.db.models.BigAutoField"
