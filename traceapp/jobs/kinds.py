"""Which kinds of job there are: the rows of each, and who works on one. A room registers its own when it starts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from traceapp.jobs.models import Job


@dataclass(frozen=True)
class Kind:
    """`work` takes a job's uid, and brings it to an end unless somebody else has it."""

    name: str
    model: type[Job]
    work: Callable[[str], None]


_KINDS: dict[str, Kind] = {}


def register(name: str, model: type[Job], work: Callable[[str], None]) -> None:
    """Make a kind known."""
    _KINDS[name] = Kind(name, model, work)


def every() -> Iterator[Kind]:
    return iter(_KINDS.values())


def named(name: str) -> Kind:
    """KeyError for an unknown one."""
    return _KINDS[name]


def of(job: Job) -> Kind:
    """The kind of a job."""
    return next(kind for kind in every() if kind.model is type(job))
