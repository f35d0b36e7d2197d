"""Thin tasks of training: a lost or repeated one changes nothing, since chunks are rows."""

import logging

from forecasting.models import TrainingJob
from traceapp.celery import app

log = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds a helper stays without finding anything to do: between two stages there is a pause
MOST_CALLS = 32
FRESH = 60.0  # seconds after which nobody needs to come any more


@app.task(name="forecasting.help", ignore_result=True)  # type: ignore[untyped-decorator]
def help_training(uid: str) -> None:
    """Take chunks of a training that somebody else leads."""
    from forecasting.chunks import help_with
    from forecasting.demand.fitting import Fitters
    from forecasting.training import workers

    with Fitters(workers()) as fitters:
        help_with(uid, fitters, patience=PATIENCE)


def call_for_help(training: TrainingJob, count: int) -> None:
    """Tell up to `count` other workers. A broker that cannot be reached is no error: then this one does it alone."""
    from kombu.exceptions import OperationalError

    try:
        for _ in range(min(count, MOST_CALLS)):
            help_training.apply_async((str(training.uid),), expires=FRESH)
    except (OSError, OperationalError) as error:
        log.warning("could not call for help with training %s: %s", training.uid, error)
