"""Anchored predictions beside verified actuals, for one window. What does not match what was anchored is not used."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forecasting import dataset
from forecasting.delay.deliveries import DeliveryRow
from forecasting.demand.series import SaleRow, one_unit, series_of
from forecasting.governance.figures import Outcome, sizes
from forecasting.governance.windows import demand_rows
from forecasting.models import DelayPrediction, Kind, Run
from traceapp.masterdata.models import Location, Product


@dataclass(frozen=True)
class Actuals:
    """What verified events of the owner say until now, and what they said when the run learnt."""

    until: date
    sold: dict[tuple[str, str, date], float] = field(default_factory=dict)
    deliveries: dict[str, DeliveryRow] = field(default_factory=dict)
    before: list[float] = field(default_factory=list)
    scale: dict[tuple[str, str], float] = field(default_factory=dict)
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
    """(what was said and happened, the values that drift is measured on) for predictions of these days."""
    if run.kind == Kind.DELAY:
        return _delay_outcomes(run, known, start, end)
    found, values = [], []
    for row in demand_rows(run):
        key = (row.series.product, row.series.place)
        happened = known.sold.get((*key, row.day)) if start <= row.day <= end else None
        if happened is None:
            continue
        vendor = known.vendors.get(key[0], "")
        region, size = known.regions.get(key[1], ""), known.sizes.get(vendor, "")
        found.append(Outcome(row.mean, happened, row.lo80 <= happened <= row.hi80, region, size))
        if key in known.scale:
            values.append(happened / known.scale[key])
    return found, values


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
    past: dict[tuple[str, str], list[float]] = defaultdict(list)
    for (product, place, day), value in sold.items():
        if day <= run.until:
            past[product, place].append(value)
    scale = {key: mean for key, values in past.items() if (mean := sum(values) / len(values)) > 0}
    vendors = _vendors(product for product, _ in past)
    amounts: dict[str, float] = defaultdict(float)
    for (product, _), values in past.items():
        amounts[vendors[product]] += sum(values)
    return Actuals(
        until=until,
        sold=sold,
        before=[value / scale[key] for key, values in past.items() if key in scale for value in values],
        scale=scale,
        regions=_regions(place for _, place in past),
        vendors=vendors,
        sizes=sizes(amounts),
    )


def _delays(run: Run, rows: Sequence[DeliveryRow]) -> Actuals:
    amounts: dict[str, float] = defaultdict(float)
    before: list[float] = []
    for row in rows:
        if row.known_by(run.until) and row.delay is not None:
            before.append(row.delay)
            amounts[row.attributes.get("vendor", "")] += 1
    amounts.pop("", None)
    last = max((row.recorded for row in rows if row.recorded), default=date.min)
    return Actuals(until=last, deliveries={row.uid: row for row in rows}, before=before, sizes=sizes(amounts))


def _vendors(products: Iterable[str]) -> dict[str, str]:
    """Whose a product is: the organisation that registered it, else the product itself."""
    wanted = set(products)
    known: Any = Product.objects.filter(gtin__in=[one for one in wanted if one.isdigit()])
    owners = dict(known.values_list("gtin", "organisation__pgln"))
    return {one: owners.get(one, one) for one in wanted}


def _regions(places: Iterable[str]) -> dict[str, str]:
    """Countries of places, as registered."""
    wanted = {one.partition(".")[0]: one for one in places}
    known = Location.objects.filter(gln__in=[one for one in wanted if one.isdigit()]).exclude(country="")
    return {wanted[gln]: country for gln, country in known.values_list("gln", "country")}
