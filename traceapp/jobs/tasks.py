"""Thin tasks. The job row is the truth; a task that is lost, repeated or killed changes nothing about it."""

from traceapp.celery import app


@app.task(name="jobs.work", ignore_result=True)  # type: ignore[untyped-decorator]
def work(kind: str, uid: str) -> None:
    """Work on a job, if it is free to be worked on."""
    from traceapp.jobs import kinds

    kinds.named(kind).work(uid)


@app.task(name="jobs.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Tell workers again about jobs that nobody works on; returns how many."""
    from traceapp.jobs import kinds
    from traceapp.jobs.life import forsaken
    from traceapp.jobs.nudge import nudge

    jobs = [job for kind in kinds.every() for job in forsaken(kind.model)]
    for job in jobs:
        nudge(job)
    return len(jobs)
