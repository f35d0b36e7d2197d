"""A run's wholes: worked out with it by what master data say that day, stored, and hashed into its statement."""

from collections.abc import Iterable

from forecasting.demand.result import ForecastRow
from forecasting.hierarchy import groups as rules
from forecasting.hierarchy.models import Group
from forecasting.models import Run
from forecasting.names import countries_of
from forecasting.pipeline import DemandResult
from forecasting.statement import predictions_hash, six
from traceapp.masterdata.models import Product


def of(result: DemandResult) -> list[rules.Group]:
    """The wholes of a training's answer. A region is the country that a place is registered in."""
    products = {each.product for each in result.results if each.product.isdigit()}
    brands = dict(Product.objects.filter(gtin__in=products).exclude(brand="").values_list("gtin", "brand"))
    regions = countries_of(each.place for each in result.results)
    return rules.groups(result.series, result.results, result.rows, brands=brands, regions=regions)


def keep(run: Run, found: Iterable[rules.Group]) -> None:
    made = [
        Group(
            run=run,
            brand=one.node.brand,
            region=one.node.region,
            every=one.node.every,
            unit=one.node.unit,
            first=one.node.first,
            parts=[list(key) for key in one.parts],
            metrics=one.metrics,
            rows=[_numbers(row) for row in one.rows],
        )
        for one in found
    ]
    Group.objects.bulk_create(made, batch_size=200)


def _numbers(row: ForecastRow) -> list[str | float]:
    return [row.day.isoformat(), row.mean, row.lo80, row.hi80, row.lo95, row.hi95]


def said(found: Iterable[rules.Group]) -> dict[str, str | int]:
    """What is anchored of them."""
    lines = [line for one in found for line in _lines(one.node.brand, one.node.region, one.node.unit, one.rows)]
    return {"hash": predictions_hash(lines), "rows": len(lines)}


def stored(run: Run) -> str:
    """The hash of what is stored now."""
    lines: list[str] = []
    for one in run.groups.all():
        lines += [_line(one.brand, one.region, one.unit, numbers) for numbers in one.rows]
    return predictions_hash(lines)


def _lines(brand: str, region: str, unit: str, rows: Iterable[ForecastRow]) -> Iterable[str]:
    return (_line(brand, region, unit, _numbers(row)) for row in rows)


def _line(brand: str, region: str, unit: str, numbers: list[str | float]) -> str:
    return "\x1f".join([brand, region, unit, str(numbers[0]), *(six(float(each)) for each in numbers[1:])])
