"""The room of stocks."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "forecasting.inventory"
    label = "inventory"
    default_auto_field = "django.db.models.BigAutoField"
