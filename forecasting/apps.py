from django.apps import AppConfig


class ForecastingConfig(AppConfig):
    name = "forecasting"
    label = "forecasting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from forecasting.kinds import ForecastStatements
        from forecasting.models import TrainingJob
        from traceapp.jobs import kinds as jobs
        from traceapp.ledger.kinds import register

        register(ForecastStatements())
        jobs.register("training", TrainingJob, _train)


def _train(uid: str) -> None:
    from forecasting.training import work  # in a worker only: it loads the libraries of forecasting

    work(uid)
