"""A thin task: what it does is done once, however often it is told."""

from traceapp.celery import app


@app.task(name="snapshots.nightly", ignore_result=True)  # type: ignore[untyped-decorator]
def nightly() -> None:
    """Add to snapshots what came since."""
    from forecasting.snapshots.keeping import keep_all

    keep_all()
