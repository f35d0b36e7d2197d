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


def again(run: Run, result: DemandResult) -> list[rules.Group]:
    """The wholes that a run stored, from the parts of its repetition. KeyError where a part was not foretold again."""
    found = {
        rules.Node(one.brand, one.region, one.every, one.unit, one.first): [(part[0], part[1]) for part in one.parts]
        for one in run.groups.all()
    }
    return rules.wholes(found, result.results, result.rows)


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
    lines = lines_of(found)
    return {"hash": predictions_hash(lines), "rows": len(lines)}


def stored(run: Run) -> str:
    """The hash of what is stored now."""
    return predictions_hash(stored_lines(run))


def stored_lines(run: Run) -> list[str]:
    found = run.groups.all()
    return [_line(one.brand, one.region, one.unit, numbers) for one in found for numbers in one.rows]


def lines_of(found: Iterable[rules.Group]) -> list[str]:
    return [_line(one.node.brand, one.node.region, one.node.unit, _numbers(row)) for one in found for row in one.rows]


def _line(brand: str, region: str, unit: str, numbers: list[str | float]) -> str:
    return "\x1f".join([brand, region, unit, str(numbers[0]), *(six(float(each)) for each in numbers[1:])])
