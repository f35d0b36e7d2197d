"""The room of dwell times: its jobs are worked on by forecasting's workers."""

from django.apps import AppConfig


class DwellConfig(AppConfig):
    name = "forecasting.dwell"
    label = "dwell"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from forecasting.dwell.models import DwellJob
        from forecasting.dwell.services import work
        from traceapp.jobs import kinds as jobs

        jobs.register("dwell", DwellJob, work)
