"""What rooms check of their own rows whenever everything is verified: beyond a record's index or a document's rows."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from django.db.models import QuerySet

from traceapp.ledger import findings
from traceapp.ledger.findings import Found
from traceapp.ledger.models import Finding

Walk: TypeAlias = Callable[[], Iterator[list[Found]]]
"""Goes through all rows of a kind, a page a step, and answers what is wrong with those of the page (`differs`)."""

_walks: dict[str, Walk] = {}
log = logging.getLogger(__name__)


def register(walk: Walk) -> None:
    """From the room's `AppConfig.ready`. The last one of a module and name counts."""
    _walks[f"{walk.__module__}.{walk.__name__}"] = walk


def audit() -> Iterator[None]:
    """All walks, a page a step; what was found is kept at the end. A walk that fails is a finding of its own."""
    found: list[Found] = []
    for name, walk in _walks.items():
        try:
            for page in walk():
                found += page
                yield
        except Exception as error:  # one room's fault must not keep the others from being checked
            log.exception("%s cannot be checked.", name)
            found.append(differs(name, [f"it could not be checked to the end ({type(error).__name__}: {error})"]))
    findings.keep(found, scope=findings.OF_ROOMS)


def pages(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """All rows in order of their keys, so many at a time."""
    last: Any = None
    while page := list((rows.filter(pk__gt=last) if last is not None else rows).order_by("pk")[:size]):
        yield page
        last = page[-1].pk


def differs(name: str, wrong: Iterable[str], organisation_id: int | None = None) -> Found:
    """That a row tells otherwise than what it follows from. `name`: what people find it by; `wrong`: clauses."""
    message = f"{name} is not what verified records and the ledger say: {'; '.join(wrong)}."
    return Found(Finding.What.DERIVED, message, document=name, organisation_id=organisation_id)


def clause(name: str, stored: Any, expected: Any) -> str:
    """One column's difference in words."""
    return f"{name} is stored as {_short(stored)}, it should be {_short(expected)}"


def _short(value: Any) -> str:
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return repr(text if len(text) <= 80 else f"{text[:77]}...") if text else "nothing"
