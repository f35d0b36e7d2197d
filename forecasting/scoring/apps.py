"""The room of scores: its jobs are worked on by forecasting's workers."""

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "forecasting.scoring"
    label = "scoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from forecasting.scoring.models import ScoreJob
        from traceapp.jobs import kinds as jobs

        jobs.register("scores", ScoreJob, _score)


def _score(uid: str) -> None:
    from forecasting.scoring.work import work  # in a worker only: it loads the libraries of forecasting

    work(uid)
