"""What a consignee's events say of the goods they took: how many are well, damaged, refused, and so short. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from traceapp.epcis import scanned

ACCEPTING: Final = "accepting"
DAMAGED: Final = frozenset({"damaged"})
REFUSED: Final = frozenset(
    {
        "expired",
        "mismatch_class",
        "mismatch_instance",
        "needs_replacement",
        "non_conformant",
        "non_sellable_other",
        "recalled",
        "returned",
    }
)
"""Dispositions of CBV 2.0 by which who receives goods says that they do not take them."""

QUIET: Final = timedelta(minutes=60)
"""How long nothing more is said before what was received is taken for all that there is."""

_COUNTED: Final = frozenset({"EA", "CS", "CT", "PF"})
"""Units of which EPCIS names no unit of measure: they are counted."""


@dataclass(frozen=True)
class Taking:
    """Units of the terms; together at most the agreed quantity."""

    short: int
    damaged: int
    refused: int


@dataclass(frozen=True)
class Agreed:
    """What was to come: `codes` are canonical identifiers, `amount` of a `unit` of Recommendation 20."""

    codes: frozenset[str]
    amount: int
    unit: str


def taking(events: Sequence[Mapping[str, Any]], agreed: Agreed, now: datetime) -> Taking | None:
    """What was taken, once it is all said: everything is accounted for, an event accepts it, or nothing more came.

    None while there is more to come, or where the events do not say how much there is.
    """
    once = _without_repeats(events)
    if not once:
        return None
    counted = {"good": Decimal(0), "damaged": Decimal(0), "refused": Decimal(0)}
    whole = set[str]()
    for event in once:
        name = _outcome(event)
        counted[name] += _quantity(event, agreed)
        if name == "good":
            whole |= _named(event, agreed)
    if not sum(counted.values()):
        return Taking(0, 0, 0) if whole == agreed.codes else None
    said = any(one.get("bizStep") == ACCEPTING for one in once)
    if sum(counted.values()) < agreed.amount and not said and now - _latest(once) < QUIET:
        return None
    return _taken(counted, agreed.amount)


def _taken(counted: Mapping[str, Decimal], amount: int) -> Taking:
    """Parts of a unit that are well count as none; more than was agreed on is no matter of this shipment."""
    damaged = min(amount, _up(counted["damaged"]))
    refused = min(amount - damaged, _up(counted["refused"]))
    short = max(0, amount - damaged - refused - int(counted["good"]))
    return Taking(short, damaged, refused)


def _up(value: Decimal) -> int:
    return int(-(-value // 1))


def _without_repeats(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What was said twice, in all but the event's id, counts once."""
    kept: dict[str, Mapping[str, Any]] = {}
    for event in events:
        said = {name: of for name, of in event.items() if name not in ("eventID", "recordTime", "certificationInfo")}
        kept.setdefault(repr(sorted(said.items())), event)
    return list(kept.values())


def _outcome(event: Mapping[str, Any]) -> str:
    disposition = event.get("disposition")
    return "damaged" if disposition in DAMAGED else "refused" if disposition in REFUSED else "good"


def _quantity(event: Mapping[str, Any], agreed: Agreed) -> Decimal:
    """Units of the agreed goods in an event; elements of another unit of measure say nothing about it."""
    total = Decimal(0)
    for element in event.get("quantityList") or event.get("childQuantityList") or ():
        unit = element.get("uom")
        fits = unit == agreed.unit if unit else agreed.unit in _COUNTED
        if fits and _canonical(element.get("epcClass", "")) in agreed.codes:
            try:
                total += Decimal(str(element.get("quantity", 0)))
            except InvalidOperation:
                continue
    return total


def _named(event: Mapping[str, Any], agreed: Agreed) -> set[str]:
    """Which of the agreed codes it names without saying how much of them."""
    named = [*event.get("epcList", ()), *event.get("childEPCs", ()), event.get("parentID", "")]
    named += [one.get("epcClass", "") for one in event.get("quantityList", ()) if "quantity" not in one]
    return {_canonical(one) for one in named if one} & agreed.codes


def _canonical(code: str) -> str:
    try:
        return scanned.find(code).canonical
    except scanned.CodeError:
        return ""


def _latest(events: Sequence[Mapping[str, Any]]) -> datetime:
    return max(datetime.fromisoformat(one["eventTime"]).astimezone(UTC) for one in events)
