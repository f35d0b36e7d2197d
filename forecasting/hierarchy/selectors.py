"""Reads of brands and regions: a whole beside its parts, and whether they are what was anchored."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from forecasting import selectors as runs
from forecasting.hierarchy import keeping
from forecasting.hierarchy.groups import total
from forecasting.hierarchy.models import Group
from forecasting.models import Run, Series
from forecasting.selectors import Confirmation

NAMES = ("date", "mean", "lo80", "hi80", "lo95", "hi95")


def groups(run: Run) -> QuerySet[Group]:
    return Group.objects.filter(run=run)


def confirm(run: Run) -> Confirmation:
    """As the run itself, and whether the wholes stored here are those of its statement."""
    found = runs.confirm(run)
    if found.state == "verified" and found.said.get("groups", {}).get("hash") != keeping.stored(run):
        return Confirmation("mismatch", "The brands and regions stored here are not those on the ledger.", found.said)
    return found


def parts(group: Group) -> list[Series]:
    """Its series with their forecasts, in the order of their names."""
    wanted = {tuple(key) for key in group.parts}
    some = Series.objects.filter(run=group.run_id, product__in={product for product, _ in wanted})
    return [each for each in some.prefetch_related("forecasts") if (each.product, each.place) in wanted]


def sums(group: Group, some: Iterable[Series]) -> list[tuple[Series, float]]:
    """What is expected of each part over the whole horizon: they add up to the group's own sum."""
    return [(each, total([row.mean for row in each.forecasts.all()])) for each in some]


def line(group: Group) -> dict[str, Any]:
    """As the API says it."""
    return {
        "id": group.pk,
        "brand": group.brand or None,
        "region": group.region or None,
        "every": group.every,
        "unit": group.unit,
        "parts": [{"product": product, "place": place} for product, place in group.parts],
        "metrics": group.metrics,
        "forecasts": [dict(zip(NAMES, row, strict=True)) for row in group.rows],
    }
