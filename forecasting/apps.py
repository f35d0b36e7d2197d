from django.apps import AppConfig


class ForecastingConfig(AppConfig):
    name = "forecasting"
    label = "forecasting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from forecasting.kinds import ForecastStatements
        from traceapp.ledger.kinds import register

        register(ForecastStatements())
