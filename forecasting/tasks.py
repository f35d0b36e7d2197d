"""Thin tasks. The job row is the truth; a task that is lost, repeated or killed changes nothing about it."""

from traceapp.celery import app


@app.task(name="forecasting.train", ignore_result=True)  # type: ignore[untyped-decorator]
def train(uid: str) -> None:
    """Work on a job, if it is free to be worked on."""
    from forecasting.training import work

    work(uid)


@app.task(name="forecasting.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Tell workers again about jobs that nobody works on; returns how many."""
    from forecasting.jobs import forsaken
    from forecasting.services import nudge

    jobs = forsaken()
    for job in jobs:
        nudge(job)
    return len(jobs)
