"""The room of models: their documents are projected here, and their jobs are worked on by forecasting's workers."""

from typing import Final

from django.apps import AppConfig

CONFIRMED: Final = ("propose_deployment", "roll_back", "vote")
"""What a person of the organisation confirms with a second factor before its key signs it."""


class GovernanceConfig(AppConfig):
    name = "forecasting.governance"
    label = "governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from forecasting.governance import projection
        from forecasting.governance.models import MonitorJob
        from traceapp.accounts.roles import TRAINERS
        from traceapp.intents import kinds
        from traceapp.jobs import kinds as jobs
        from traceapp.ledger import documents

        for prefix in projection.PREFIXES:
            documents.register(prefix, projection.project, rows=projection.rows)
        kinds.register(CONFIRMED, members=TRAINERS)
        jobs.register("monitoring", MonitorJob, _monitor)


def _monitor(uid: str) -> None:
    from forecasting.governance.monitoring import work  # in a worker only: it reads series

    work(uid)
