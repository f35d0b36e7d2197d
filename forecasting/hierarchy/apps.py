"""The room of brands and regions."""

from django.apps import AppConfig


class HierarchyConfig(AppConfig):
    name = "forecasting.hierarchy"
    label = "hierarchy"
    default_auto_field = "django.db.models.BigAutoField"
