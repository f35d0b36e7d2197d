"""By which rule goods are judged: their own conditions, else the product's, else the logger's."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from traceapp.capture.index import gtin_in
from traceapp.capture.models import Link, LinkAction
from traceapp.coldchain.facts import contents, told
from traceapp.coldchain.models import Conditions, Leg
from traceapp.epcis import identifiers
from traceapp.masterdata.models import Product
from traceapp.sensors.conditions import MKT_WINDOWS, ProductClass, freezing_for
from traceapp.sensors.excursions import Rule
from traceapp.sensors.models import Device

_MINUTE = 60.0
_DEEP = 4  # pallets hold boxes hold items
_MOST = 500  # packings looked at


def rule_of(leg: Leg) -> Rule:
    """The rule for what a leg's goods hold. Of several products the strictest limits count."""
    return rule_for(leg.organisation_id, leg.goods, leg.device)


def rule_for(organisation_id: int, goods: str, device: Device | None = None) -> Rule:
    """The same for any goods."""
    gtins = gtins_in(goods)
    own = {one.gtin: one for one in Conditions.objects.filter(organisation_id=organisation_id)}
    found = [from_conditions(own[gtin]) for gtin in gtins if gtin in own]
    bare = [gtin for gtin in gtins if gtin not in own]
    found += [_from_product(one) for one in Product.objects.filter(gtin__in=bare) if _has_band(one)]
    if found:
        return strictest(found)
    if "" in own:
        return from_conditions(own[""])
    if device is not None and (device.band_min is not None or device.band_max is not None):
        return _banded(_degrees(device.band_min), _degrees(device.band_max))
    return Rule(None, None)


def from_conditions(one: Conditions) -> Rule:
    """A row as a rule: minutes to seconds."""
    product_class = ProductClass(one.product_class)
    return Rule(
        low=one.low,
        high=one.high,
        hysteresis=one.hysteresis,
        minimum=one.minimum * _MINUTE,
        warn_within=one.warn_within * _MINUTE,
        freezing=freezing_for(product_class, one.low),
        budget=None if one.budget is None else one.budget * _MINUTE,
        floor=one.floor,
        ceiling=one.ceiling,
        mkt_window=MKT_WINDOWS.get(product_class),
        max_interval=one.max_interval * _MINUTE,
    )


def strictest(rules: Iterable[Rule]) -> Rule:
    """One rule for goods of several kinds. Mean kinetic temperature applies only where it does to all of them."""
    first, *others = rules
    for one in others:
        first = replace(
            first,
            low=_most(max, first.low, one.low),
            high=_most(min, first.high, one.high),
            hysteresis=max(first.hysteresis, one.hysteresis),
            minimum=min(first.minimum, one.minimum),
            warn_within=max(first.warn_within, one.warn_within),
            freezing=_most(max, first.freezing, one.freezing),
            budget=_most(min, first.budget, one.budget),
            floor=_most(max, first.floor, one.floor),
            ceiling=_most(min, first.ceiling, one.ceiling),
            mkt_window=_most(min, first.mkt_window, one.mkt_window) if first.mkt_window and one.mkt_window else None,
            max_interval=min(first.max_interval, one.max_interval),
        )
    return first


def gtins_in(goods: str) -> list[str]:
    """The products that goods are of or hold, by verified packings."""
    found, seen, waiting = dict[str, None](), {goods}, [goods]
    for _ in range(_DEEP):
        for name in waiting:
            if gtin := gtin_in(name):
                found[gtin] = None
        keys = [identifiers.key(name) for name in waiting if not gtin_in(name)]
        if not keys:
            break
        packed = Link.objects.filter(target__in=keys, action__in=(LinkAction.PACK, LinkAction.SEEN))
        records = list(packed.values_list("record_id", flat=True).distinct()[:_MOST])
        waiting = list({name for one in told(records) for name in contents(one.event)} - seen - {""})
        seen.update(waiting)
    return list(found)


def _banded(low: float | None, high: float | None) -> Rule:
    """A band alone, as products and loggers have one. A refrigerator's gets the freezing alarm."""
    refrigerated = (low, high) == (2.0, 8.0)
    return Rule(
        low, high, freezing=freezing_for(ProductClass.REFRIGERATED if refrigerated else ProductClass.OTHER, low)
    )


def _from_product(one: Product) -> Rule:
    return _banded(_degrees(one.storage_min_c), _degrees(one.storage_max_c))


def _has_band(one: Product) -> bool:
    return one.storage_min_c is not None or one.storage_max_c is not None


def _degrees(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _most(choose: Callable[[list[float]], float], *values: float | None) -> float | None:
    known = [value for value in values if value is not None]
    return choose(known) if known else None
