"""What terms would come to if it went so and so, by the contract's own rules. Pure."""

from dataclasses import dataclass

from chaincode.traceability.device_state import Figures, Leg
from chaincode.traceability.rules import settlement, sheet, shipments
from chaincode.traceability.shipment_state import Delivery, Escrow, Moment, Settlement, Shipment
from chaincode.traceability.terms_state import Terms
from chaincode.traceability.times import later, milliseconds

_ID = "0" * 32


@dataclass(frozen=True)
class Course:
    """How a shipment goes. Minutes from the deadline, of the journey outside its band and without readings; units."""

    late: int = 0
    outside: int = 0
    missing: int = 0
    short: int = 0
    damaged: int = 0


@dataclass(frozen=True)
class Outcome:
    """Minor units, of all that moves from the beginning on. `decides`: what remains waits for the arbiter."""

    seller: int
    buyer: int
    insured: int
    decides: bool = False


def outcome(terms: Terms, course: Course) -> Outcome:
    """What each side has in the end."""
    arrived = later(terms.deadline.at, minutes=course.late)
    held = _held(terms, shipments.ARRIVED, arrived)
    delivery = Delivery(_ID, course.short, course.damaged, 0, arrived)
    found = sheet.findings(held, _legs(terms, course, arrived), delivery)
    left = terms.price - terms.payments.dispatch - terms.payments.arrival
    end = settlement.by_figures(held, _waits(terms, left), found, settlement.Act(_ID, terms.buyer, arrived))
    return _of(end, decides=found.dispute)


def lost(terms: Terms) -> Outcome:
    """Goods that left, and of which nobody heard again."""
    held = _held(terms, shipments.DISPATCHED, "")
    waits = _waits(terms, terms.price - terms.payments.dispatch)
    return _of(settlement.by_lapse(held, waits, settlement.Act(_ID, terms.buyer, terms.deadline.at)))


def _of(end: Settlement, *, decides: bool = False) -> Outcome:
    return Outcome(end.to_seller + end.paid_before, end.to_buyer, end.to_insured, decides)


def _held(terms: Terms, state: str, arrived: str) -> Shipment:
    left = _left(terms)
    return Shipment(
        id=_ID,
        terms=terms,
        terms_hash="",
        state=state,
        due="",
        acceptances=(),
        dispatched=Moment(_ID, left, left),
        arrived=Moment(_ID, arrived, arrived) if arrived else None,
    )


def _left(terms: Terms) -> str:
    """When they left: as late as they may."""
    return terms.dispatch_by


def _waits(terms: Terms, left: int) -> settlement.Held:
    agreed = terms.insurance
    payout = _escrow(terms, settlement.INSURANCE, agreed.payout, agreed.payout) if agreed else None
    return settlement.Held(_escrow(terms, settlement.PRICE, terms.price, left), payout)


def _escrow(terms: Terms, part: str, funded: int, left: int) -> Escrow:
    return Escrow(_ID, _ID, part, terms.buyer, terms.currency, funded, left, 0, (), "")


def _legs(terms: Terms, course: Course, arrived: str) -> list[Leg]:
    """One leg of the whole way."""
    band, left = terms.temperature, _left(terms)
    if band is None:
        return []
    figures = Figures(
        readings=1,
        mean=None,
        min=None,
        max=None,
        mkt=None,
        below=0,
        above=course.outside * 60,
        gap=course.missing * 60,
        outside=course.outside * 60,
        missing=min(course.missing * 60, milliseconds(left, arrived) // 1000),
        band_min=band.band_min,
        band_max=band.band_max,
    )
    return [Leg(_ID, "", "", "", _ID, left, arrived, None, (), figures, "", "", arrived)]
