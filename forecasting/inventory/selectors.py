"""Stocks of a run's series: the anchored forecast beside the lead times of its places."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from forecasting.demand.alike import UNKNOWN
from forecasting.demand.calendar import SEASON
from forecasting.inventory.lead_time import LeadTime
from forecasting.inventory.models import InboundTime
from forecasting.inventory.period import Period
from forecasting.inventory.policy import Policy, Wish, plan
from forecasting.models import Kind, Run, Series
from forecasting.selectors import latest
from forecasting.statement import six
from traceapp.accounts.visibility import Viewer

ASSUMED = LeadTime(7.0, 2.0)
NUMBERS = (
    *("service_level", "lead_time", "spread", "review"),
    *("expected", "reorder_point", "safety_stock", "order_up_to"),
)
KINDS = dict.fromkeys(("product", "place", "unit", "lead_time_from"), "text") | dict.fromkeys(NUMBERS, "number")
Asked = Mapping[str, float | None]


@dataclass(frozen=True)
class Stock:
    """One series' policy, and where its lead time comes from: `given`, `deliveries` or `assumed`."""

    series: Series
    wish: Wish
    policy: Policy
    whence: str
    deliveries: int = 0

    @property
    def line(self) -> dict[str, str | float]:
        """As files and the API say it, rounded to 1e-6; service level in percent, times in days."""
        numbers = (
            *(100 * self.wish.service, self.wish.lead_time.days, self.wish.lead_time.spread, self.wish.review),
            *(self.policy.expected, self.policy.reorder_point, self.policy.safety_stock, self.policy.order_up_to),
        )
        return {
            "product": self.series.product,
            "place": self.series.place,
            "unit": self.series.unit,
            "lead_time_from": self.whence,
        } | {name: float(six(value)) for name, value in zip(NUMBERS, numbers, strict=True)}


def series_of(run: Run) -> QuerySet[Series]:
    """In the order of pages and files, with their forecasts."""
    return Series.objects.filter(run=run).order_by("product_name", "place_name", "pk").prefetch_related("forecasts")


def inbound(viewer: Viewer) -> dict[str, InboundTime]:
    """What deliveries to each place took, as the newest run on delays found it."""
    run = latest(viewer, Kind.DELAY)
    return {one.place: one for one in InboundTime.objects.filter(run=run)} if run else {}


def stocks(run: Run, some: Iterable[Series], known: Mapping[str, InboundTime], asked: Asked) -> Iterator[Stock]:
    """A policy a series. What has no forecast has none."""
    for series in some:
        if rows := list(series.forecasts.all()):
            yield _stock(run, series, rows, known.get(series.place), asked)


def _stock(run: Run, series: Series, rows: list[Any], known: InboundTime | None, asked: Asked) -> Stock:
    lead_time, whence = _lead_time(known, asked)
    wish = Wish(float(asked["service_level"] or 0) / 100, lead_time, float(asked["review"] or 0))
    periods = [Period(row.mean, row.lo80, row.hi80, row.lo95, row.hi95) for row in rows]
    every: Any = series.every
    alike = float(run.metrics.get("alike", {}).get(series.mode, UNKNOWN))
    found = plan(periods, every, SEASON[every], alike, wish)
    return Stock(series, wish, found, whence, known.deliveries if known and whence == "deliveries" else 0)


def _lead_time(known: InboundTime | None, asked: Asked) -> tuple[LeadTime, str]:
    """As asked; in the shape of what is known. One who gives days and no spread means exactly these days."""
    base = known.lead_time if known else ASSUMED
    days, spread = asked["lead_time"], asked["spread"]
    if days is not None:
        return LeadTime(days, spread or 0.0, base.shape), "given"
    if spread is not None:
        base = LeadTime(base.days, spread, base.shape)
    return base, "deliveries" if known else "assumed"
