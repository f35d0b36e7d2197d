"""The room of planned offers."""

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "forecasting.promotions"
    label = "promotions"
    default_auto_field = "django.db.models.BigAutoField"
