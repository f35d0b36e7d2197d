"""Thin tasks of capture."""

from traceapp.celery import app


@app.task(name="capture.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """End capture jobs whose process ended; returns how many."""
    from traceapp.capture import job_rows

    return job_rows.sweep()
