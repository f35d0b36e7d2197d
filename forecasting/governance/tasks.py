"""Thin tasks: they only write job rows, and may be lost, repeated or killed."""

from traceapp.celery import app


@app.task(name="models.nightly", ignore_result=True)  # type: ignore[untyped-decorator]
def nightly() -> None:
    """Monitor what is due, and train again what drifted."""
    from forecasting.governance.nightly import monitor_all, retrain_drifted

    monitor_all()
    retrain_drifted()
