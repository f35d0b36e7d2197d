"""Anchored predictions beside verified actuals, for one window. What does not match what was anchored is not used."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forecasting import dataset
from forecasting.delay.deliveries import DeliveryRow
from forecasting.demand.calendar import YEAR
from forecasting.demand.series import SaleRow, one_unit, series_of
from forecasting.governance.figures import Outcome, sizes
from forecasting.governance.windows import demand_rows
from forecasting.models import DelayPrediction, Kind, Run
from forecasting.names import countries_of
from traceapp.masterdata.models import Product

QUARTER = 12  # windows
LEVEL = 4  # windows
Key = tuple[str, str]
DELAYS: Key = ("", "")


@dataclass(frozen=True)
class Actuals:
    """What verified events of the owner say until now, and what they said when the run learnt."""

    until: date
    sold: dict[tuple[str, str, date], float] = field(default_factory=dict)
    deliveries: dict[str, DeliveryRow] = field(default_factory=dict)
    before: dict[Key, list[tuple[date, float]]] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    vendors: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)


def actuals(run: Run) -> Actuals:
    """Read once for all windows of a run: verified rows only, through the one door."""
    if run.kind == Kind.DELAY:
        return _delays(run, dataset.delay_dataset(organisation=run.organisation, until=None).rows)
    measure = run.statement["parameters"].get("measure", "sold")
    found = dataset.demand_dataset(organisation=run.organisation, until=None, measure=measure)
    return _sales(run, found.rows, found.until)


def outcomes(run: Run, known: Actuals, start: date, end: date) -> tuple[list[Outcome], list[float]]:
    """(what was said and happened, the values that drift is measured on) for predictions of these days.

    Drift of demand is measured in units of what was foretold for the series: growth and seasons that were foreseen are
    none.
    """
    if run.kind == Kind.DELAY:
        return _delay_outcomes(run, known, start, end)
    found: list[Outcome] = []
    parts: dict[Key, list[Outcome]] = defaultdict(list)
    for row in demand_rows(run):
        key = (row.series.product, row.series.place)
        happened = known.sold.get((*key, row.day)) if start <= row.day <= end else None
        if happened is None:
            continue
        vendor = known.vendors.get(key[0], "")
        region, size = known.regions.get(key[1], ""), known.sizes.get(vendor, "")
        found.append(Outcome(row.mean, happened, row.lo80 <= happened <= row.hi80, region, size))
        parts[key].append(found[-1])
    levels = {key: sum(one.said for one in some) / len(some) for key, some in parts.items()}
    return found, [one.happened / levels[key] for key, some in parts.items() if levels[key] > 0 for one in some]


def in_windows(known: Actuals, days: int) -> list[list[float]]:
    """The past in windows of so many days, counted back from its end; the latest last.

    Demand in units of what the LEVEL windows before had: what anybody would have foretold. Of less than a year the last
    QUARTER: how the season goes on is not known, so a week is compared with those near it.
    """
    last = max((day for values in known.before.values() for day, _ in values), default=date.min)
    parts: dict[int, list[float]] = defaultdict(list)
    for key, dated in known.before.items():
        own: dict[int, list[float]] = defaultdict(list)
        for day, value in dated:
            own[(last - day).days // days].append(value)
        for number, values in own.items():
            level = _level(own, number) if key != DELAYS else 1.0
            if level > 0:
                parts[number] += [value / level for value in values]
    windows = [parts[number] for number in sorted(parts, reverse=True)]
    return windows if days * len(windows) > YEAR["day"] else windows[-QUARTER:]


def _level(own: dict[int, list[float]], number: int) -> float:
    earlier = [value for ago in range(1, LEVEL + 1) for value in own.get(number + ago, [])]
    return sum(earlier) / len(earlier) if earlier else 0.0


def _delay_outcomes(run: Run, known: Actuals, start: date, end: date) -> tuple[list[Outcome], list[float]]:
    found, values = [], []
    for row in DelayPrediction.objects.filter(run=run, scheduled__range=(start, end)):
        one = known.deliveries.get(str(row.record_uid))
        if one is None or one.delay is None:
            continue
        inside = row.days_p10 <= one.delay <= row.days_p90
        vendor, region = one.attributes.get("vendor", ""), one.attributes.get("country", "")
        found.append(Outcome(row.p_late, float(one.delay > 0), inside, region, known.sizes.get(vendor, "")))
        values.append(one.delay)
    return found, values


def _sales(run: Run, rows: Sequence[SaleRow], until: date) -> Actuals:
    kept, _ = one_unit(rows)
    series, _ = series_of(kept, until=until)
    sold = {
        (one.product, one.place, one.day(at)): value
        for one in series
        for at, value in enumerate(one.values)
        if value is not None
    }
    past: dict[tuple[str, str], list[tuple[date, float]]] = defaultdict(list)
    for (product, place, day), value in sold.items():
        if day <= run.until:
            past[product, place].append((day, value))
    amounts: dict[tuple[str, str], float] = {key: sum(value for _, value in values) for key, values in past.items()}
    vendors = _vendors(product for product, _ in past)
    by_vendor: dict[str, float] = defaultdict(float)
    for (product, _), amount in amounts.items():
        by_vendor[vendors[product]] += amount
    return Actuals(
        until=until,
        sold=sold,
        before=dict(past),
        regions=countries_of(place for _, place in past),
        vendors=vendors,
        sizes=sizes(by_vendor),
    )


def _delays(run: Run, rows: Sequence[DeliveryRow]) -> Actuals:
    amounts: dict[str, float] = defaultdict(float)
    before: list[tuple[date, float]] = []
    for row in rows:
        if row.known_by(run.until) and row.delay is not None:
            before.append((row.scheduled, row.delay))
            amounts[row.attributes.get("vendor", "")] += 1
    amounts.pop("", None)
    last = max((row.recorded for row in rows if row.recorded), default=date.min)
    return Actuals(until=last, deliveries={row.uid: row for row in rows}, before={DELAYS: before}, sizes=sizes(amounts))


def _vendors(products: Iterable[str]) -> dict[str, str]:
    """Whose a product is: the organisation that registered it, else the product itself."""
    wanted = set(products)
    known: Any = Product.objects.filter(gtin__in=[one for one in wanted if one.isdigit()])
    owners = dict(known.values_list("gtin", "organisation__pgln"))
    return {one: owners.get(one, one) for one in wanted}
