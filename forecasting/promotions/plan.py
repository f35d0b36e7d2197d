"""What is planned, as a run takes it and anchors it. Pure: plain rows in, plans by series out."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from forecasting.demand.series import Plan
from traceapp.commitments.canonical import canonical

PlanRow = list[Any]
"""[product, place or "", first day, last day, percent off or null]; days as ISO 8601 text."""


def ahead(rows: Iterable[PlanRow], until: date) -> list[PlanRow]:
    """Those that reach past `until`, in one order: of earlier days the sales themselves say what was on offer."""
    return sorted((list(row) for row in rows if date.fromisoformat(row[3]) > until), key=_order)


def _order(row: PlanRow) -> tuple[str, str, str, str, float]:
    return row[0], row[1], row[2], row[3], -1.0 if row[4] is None else float(row[4])


def plans(rows: Iterable[PlanRow], keys: Iterable[tuple[str, str]], until: date) -> dict[tuple[str, str], Plan]:
    """The offers after `until` of each series that has one; all its other days are no offers.

    Models know offers as yes or no, as sales events tell them: how deep a cut is stays in what is anchored.
    """
    found: dict[tuple[str, str], dict[date, float]] = {}
    wanted = sorted(set(keys))
    for product, place, first, last, _ in ahead(rows, until):
        start = max(date.fromisoformat(first), until + timedelta(days=1))
        days = [start + timedelta(days=n) for n in range((date.fromisoformat(last) - start).days + 1)]
        for key in wanted:
            if key[0] == product and place in ("", key[1]):
                found.setdefault(key, {}).update(dict.fromkeys(days, 1.0))
    return dict(found)


def said(rows: Sequence[PlanRow]) -> dict[str, Any]:
    """What is anchored: the rows, so that anybody can train again, and their hash."""
    return {"hash": hashlib.sha256(canonical(list(rows))).hexdigest(), "rows": list(rows)}
