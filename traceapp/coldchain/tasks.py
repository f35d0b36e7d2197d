"""Thin tasks of the cold chain."""

from traceapp.celery import app


@app.task(name="coldchain.watch", ignore_result=True)  # type: ignore[untyped-decorator]
def watch() -> None:
    """One round over new events, new messages and alerts that wait."""
    from traceapp.coldchain import watch as walk

    walk.run()
