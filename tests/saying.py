"""Who fits no series: whatever is asked, every model says the same value. For tests of what is around a training."""

from collections.abc import Sequence
from typing import Any

from forecasting import training
from forecasting.models import Kind, Run, TrainingJob
from forecasting.results import store


class Saying:
    """A `demand.fitting.Fitting`."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __enter__(self) -> "Saying":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def answers(self, tasks: Sequence[Any], progress: Any) -> list[list[dict[str, Any]]]:
        return [[{"said": self._said(task, ask[2])} for ask in task.asked] for task in tasks]

    def _said(self, task: Any, steps: int) -> list[Any]:
        one = [self.value] * steps
        return [one] * len(task.of) if task.panel else one


def tell(percent: int, words: str) -> None:
    """Tells nobody."""


def trained(job: TrainingJob, value: float) -> Run:
    """The run of a training on demand in which every model says so much."""
    found = store(job, training.train(job.organisation, Kind.DEMAND, job.parameters, tell, fitting=Saying(value)))
    TrainingJob.objects.filter(pk=job.pk).update(state=TrainingJob.State.DONE)
    return found
