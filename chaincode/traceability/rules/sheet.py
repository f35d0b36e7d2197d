"""The lines of a settlement: each term, the facts on the ledger that it met, and the arithmetic, in integers.

Hours are started hours (rounded up), a share of the price is rounded down. A line's amount counts for the seller, so
what is cut is negative, and the lines from the price on add up to the balance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chaincode.traceability import keys
from chaincode.traceability.device_state import Leg
from chaincode.traceability.rules import journey, shipments
from chaincode.traceability.rules.terms import DISPUTE, OUTSIDE
from chaincode.traceability.shipment_state import Delivery, Line, Shipment, Value
from chaincode.traceability.terms_state import Temperature
from chaincode.traceability.times import milliseconds

HOUR = 3600
WHOLE = 10_000
"""Hundredths of a percent."""


@dataclass(frozen=True)
class Findings:
    """What the figures come to. `met`: triggers of an insurance. `dispute`: the terms leave it to the arbiter."""

    lines: tuple[Line, ...]
    met: frozenset[str]
    dispute: bool

    @property
    def cut(self) -> int:
        return -sum(one.amount for one in self.lines)


def line(term: str, amount: int, arithmetic: str, terms: dict[str, object], facts: Sequence[Value] = ()) -> Line:
    """`terms` by name; their key is not said, since all of them stand in the shipment."""
    return Line(term, tuple(Value(name, str(of), "") for name, of in terms.items()), tuple(facts), arithmetic, amount)


def findings(held: Shipment, legs: Sequence[Leg], delivery: Delivery | None) -> Findings:
    """What is cut from the price of goods that arrived. `delivery` None: nothing of it counts as wanting."""
    late, over_time = _late(held)
    made, met, dispute = [late], {"late"} if over_time else set(), False
    if (band := held.terms.temperature) and held.dispatched and held.arrived:
        start, end = held.dispatched.at, held.arrived.at
        legs = journey.during(start, end, legs)
        found = journey.of(start, end, legs)
        missing, unknown = _missing(held, band, found)
        # Silence of a logger never gains by the arbiter's: where they are to decide and do not, it counts as outside.
        counted = unknown if band.on_missing_data in (OUTSIDE, DISPUTE) else 0
        outside, beyond = _outside(held, band, found, counted, legs)
        made += [outside, missing]
        met |= {name for name, of in (("outside", beyond), ("missing", unknown)) if of}
        dispute = any(one.challenge for one in legs)
        dispute |= bool(beyond and band.beyond == DISPUTE) or bool(unknown and band.on_missing_data == DISPUTE)
    made.append(_quantity(held, delivery))
    return Findings(tuple(_within(held.terms.price, made)), frozenset(met), dispute)


def _within(price: int, made: Sequence[Line]) -> list[Line]:
    """No cut takes more than those before it left of the price: together they stay an amount that can be written."""
    within, left = [], price
    for one in made:
        amount = max(one.amount, -left)
        more = f"; min({-one.amount}, {left}) = {-amount}" if amount != one.amount else ""
        within.append(replace(one, amount=amount, arithmetic=one.arithmetic + more))
        left += amount
    return within


def _late(held: Shipment) -> tuple[Line, int]:
    """(the line, seconds late)."""
    terms, arrival = held.terms, held.arrived
    if arrival is None:
        raise ValueError("no arrival")
    until = shipments.latest(terms)
    seconds = max(0, -(-milliseconds(until, arrival.at) // 1000))
    cut, arithmetic = _by_the_hour(seconds, terms.late.per_hour, terms.late.cap)
    said = {
        "deadline": terms.deadline.at,
        "graceMinutes": terms.grace_minutes,
        "perHour": terms.late.per_hour,
        "cap": terms.late.cap,
    }
    facts = [_fact(held, "arrived", arrival.at), _fact(held, "secondsLate", seconds)]
    return line("late", -cut, arithmetic, said, facts), seconds


def _outside(
    held: Shipment, band: Temperature, found: journey.Journey, unknown: int, legs: Sequence[Leg]
) -> tuple[Line, int]:
    """(the line, seconds beyond what is allowed). `unknown`: seconds without readings that count, too."""
    allowed = band.outside_minutes * 60
    beyond = max(0, found.outside + unknown - allowed)
    cut, arithmetic = _by_the_hour(beyond, band.per_hour, band.cap)
    said = {
        "bandMin": band.band_min,
        "bandMax": band.band_max,
        "outsideMinutes": band.outside_minutes,
        "beyond": band.beyond,
        "perHour": band.per_hour,
        "cap": band.cap,
    }
    measured = [Value("outside", str(one.figures.outside), keys.leg(one.id)) for one in legs]
    facts = [*measured, _fact(held, "missingCounted", unknown)]
    sum_up = f"{found.outside} + {unknown} - {allowed} = {found.outside + unknown - allowed}; "
    return line("outside", -cut, sum_up + arithmetic, said, facts), beyond


def _missing(held: Shipment, band: Temperature, found: journey.Journey) -> tuple[Line, int]:
    """(the line, seconds beyond what is allowed). What they cost stands in the line of what is outside."""
    allowed = band.missing_minutes * 60
    beyond = max(0, found.missing - allowed)
    said = {"missingMinutes": band.missing_minutes, "onMissingData": band.on_missing_data}
    facts = [_fact(held, "length", found.length), _fact(held, "uncovered", found.uncovered)]
    facts.append(_fact(held, "missing", found.missing))
    return line("missing", 0, f"max(0, {found.missing} - {allowed}) = {beyond}", said, facts), beyond


def _quantity(held: Shipment, delivery: Delivery | None) -> Line:
    agreed, price = held.terms.quantity, held.terms.price
    taken = delivery or Delivery("", 0, 0, 0, "")
    wanting = taken.short + taken.damaged + taken.refused
    lost = (taken.short + taken.refused) * WHOLE + taken.damaged * (WHOLE - agreed.damaged_pays)
    whole = agreed.amount * WHOLE
    cut = price * lost // whole if wanting > agreed.tolerance else 0
    arithmetic = f"{taken.short} + {taken.damaged} + {taken.refused} = {wanting}"
    if wanting > agreed.tolerance:
        arithmetic += f" > {agreed.tolerance}; floor({price} x {lost} / {whole}) = {cut}"
    said = {"amount": agreed.amount, "unit": agreed.unit, "tolerance": agreed.tolerance}
    facts = [_fact(held, name, of) for name, of in (("short", taken.short), ("damaged", taken.damaged))]
    facts.append(_fact(held, "refused", taken.refused))
    return line("quantity", -cut, arithmetic, said | {"damagedPays": agreed.damaged_pays}, facts)


def _by_the_hour(seconds: int, per_hour: int, cap: int) -> tuple[int, str]:
    hours = -(-seconds // HOUR)
    cut = min(hours * per_hour, cap)
    if not hours:
        return 0, "0"
    return cut, (
        f"ceil({seconds} / {HOUR}) = {hours}; {hours} x {per_hour} = {hours * per_hour}; "
        f"min({hours * per_hour}, {cap}) = {cut}"
    )


def _fact(held: Shipment, name: str, value: object) -> Value:
    return Value(name, str(value), keys.shipment(held.id))
