"""Lead times of the places that deliveries go to, kept with the run on delays that saw them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from forecasting.delay.deliveries import DeliveryRow
from forecasting.inventory.lead_time import learnt
from forecasting.inventory.models import InboundTime
from forecasting.models import Run

LATEST = 200  # deliveries of a place that say how long one takes today


def days_by_place(rows: Iterable[DeliveryRow]) -> dict[str, list[float]]:
    """Days from order or dispatch to receipt of each place's latest deliveries; what arrived before says nothing."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in sorted(rows, key=_content):
        if row.destination and row.ordered and row.delay is not None:
            days = (row.scheduled - row.ordered).days + row.delay
            if days >= 0:
                found[row.destination].append(days)
    return {place: days[-LATEST:] for place, days in found.items()}


def _content(row: DeliveryRow) -> tuple[object, ...]:
    """The same order wherever the same was recorded: ids are random."""
    return row.scheduled, row.delivery, row.ordered or date.min, row.delay or 0.0


def keep(run: Run, rows: Iterable[DeliveryRow]) -> None:
    made = []
    for place, days in sorted(days_by_place(rows).items()):
        one = learnt(days)
        made.append(
            InboundTime(
                run=run, place=place, deliveries=len(days), days=one.days, spread=one.spread, shape=list(one.shape)
            )
        )
    InboundTime.objects.bulk_create(made, batch_size=500)
