"""Terms in plain words, and what they would come to, worked out by the contract's own rules. Pure."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chaincode.traceability.rules import settlement, sheet, shipments
from chaincode.traceability.rules import terms as term_rules
from chaincode.traceability.shipment_state import Delivery, Escrow, Moment, Settlement, Shipment
from chaincode.traceability.terms_state import Terms
from chaincode.traceability.times import later

Money = Callable[[int, str], str]
_ID: Final = "0" * 32


@dataclass(frozen=True)
class Words:
    """One matter of the terms: sentences, and a worked example where there is something to work out."""

    title: str
    text: str
    worked: str = ""


def words(found: Mapping[str, Any], money: Money) -> list[Words]:
    """The terms, as the ledger holds them, for people."""
    terms = term_rules.parse(dict(found))
    made = [_price(terms, money), _time(terms, money)]
    if terms.temperature:
        made.append(_cold(terms, money))
    made.append(_complete(terms, money))
    if terms.insurance:
        made.append(_insured(terms, money))
    made += [_silence(terms), _dispute(terms)]
    return made


def seller_gets(terms: Terms, *, seconds_late: int = 0, short: int = 0) -> int:
    """All that the seller receives, on the way and at the end, if the goods come so late and so much is short."""
    arrived = later(shipments.latest(terms), minutes=seconds_late // 60)
    end = worked_out(terms, arrived=arrived, delivery=Delivery(_ID, short, 0, 0, arrived))
    return end.to_seller + end.paid_before


def worked_out(terms: Terms, *, arrived: str, delivery: Delivery | None) -> Settlement:
    """The settlement of a shipment that was never too warm, by the contract's rules."""
    left = terms.price - terms.payments.dispatch - terms.payments.arrival
    waits = settlement.Held(_escrow(terms, left), None)
    held = Shipment(
        id=_ID,
        terms=replace(terms, temperature=None, insurance=None),
        terms_hash="",
        state=shipments.ARRIVED,
        due="",
        acceptances=(),
        dispatched=Moment(_ID, terms.dispatch_by, terms.dispatch_by),
        arrived=Moment(_ID, arrived, arrived),
        delivery=delivery,
    )
    act = settlement.Act(_ID, terms.buyer, arrived)
    return settlement.by_figures(held, waits, sheet.findings(held, [], delivery), act)


def _escrow(terms: Terms, left: int) -> Escrow:
    return Escrow(_ID, _ID, "price", terms.buyer, terms.currency, terms.price, left, 0, (), "")


def _price(terms: Terms, money: Money) -> Words:
    parts = [
        f"{money(amount, terms.currency)} when {what}"
        for amount, what in ((terms.payments.dispatch, "the goods leave"), (terms.payments.arrival, "they arrive"))
        if amount
    ]
    rest = terms.price - terms.payments.dispatch - terms.payments.arrival
    text = f"{money(terms.price, terms.currency)} for {terms.quantity.amount:,} {unit(terms.quantity.unit)}"
    if parts:
        text += f": {', '.join(parts)}, and {money(rest, terms.currency)} at the end"
    return Words("Price", f"{text}. All of it waits in an escrow before the goods leave.")


def _time(terms: Terms, money: Money) -> Words:
    text = f"Due on {clock(terms.deadline.at, terms.deadline.zone)}."
    if terms.grace_minutes:
        text += f" {duration(terms.grace_minutes)} late cost nothing."
    if not terms.late.per_hour or not terms.late.cap:
        return Words("On time", f"{text} Being late costs nothing.")
    per_hour, cap = money(terms.late.per_hour, terms.currency), money(terms.late.cap, terms.currency)
    text += f" Then {per_hour} for each started hour, at most {cap}."
    gets = seller_gets(terms, seconds_late=3 * 3600 - 60 * terms.grace_minutes) if terms.grace_minutes < 180 else None
    gets = terms.price if gets is None else gets
    worked = (
        f"If it arrives 3 h late the seller receives {money(gets, terms.currency)}"
        f" of {money(terms.price, terms.currency)}; the buyer gets back {money(terms.price - gets, terms.currency)}."
    )
    return Words("On time", text, worked)


def _cold(terms: Terms, money: Money) -> Words:
    agreed = terms.temperature
    assert agreed is not None
    band = f"{degrees(agreed.band_min)} to {degrees(agreed.band_max)} °C"
    text = f"{band}. {duration(agreed.outside_minutes)} outside are accepted."
    if agreed.beyond == term_rules.CUT:
        per_hour, cap = money(agreed.per_hour, terms.currency), money(agreed.cap, terms.currency)
        text += f" Beyond that {per_hour} less for each started hour, at most {cap}."
    else:
        text += " Beyond that the arbiter decides."
    silent = {
        term_rules.OUTSIDE: "count as too warm or too cold",
        term_rules.DISPUTE: "go to the arbiter",
        term_rules.IGNORE: "do not count",
    }[agreed.on_missing_data]
    text += f" {duration(agreed.missing_minutes)} without readings are accepted; more of them {silent}."
    hours = 2
    cut = min(hours * agreed.per_hour, agreed.cap)
    worked = ""
    if agreed.beyond == term_rules.CUT and cut:
        outside = duration(agreed.outside_minutes + 90)
        worked = (
            f"Say it is outside for {outside}: 1 h 30 min too long count as 2 hours, {money(cut, terms.currency)} less."
        )
    return Words("Cold", text, worked)


def _complete(terms: Terms, money: Money) -> Words:
    agreed = terms.quantity
    share = f"{agreed.damaged_pays / 100:g}"
    whole = f"{agreed.amount:,} {unit(agreed.unit)}"
    text = (
        f"{agreed.tolerance:,} of {whole} may be short, damaged or refused. If more are, all of them count: short and "
        f"refused ones are not paid, damaged ones at {share} %."
    )
    short = min(agreed.amount, agreed.tolerance + 1)
    gets = seller_gets(terms, short=short)
    return Words("Complete", text, f"If {short:,} are short the seller receives {money(gets, terms.currency)}.")


def _insured(terms: Terms, money: Money) -> Words:
    agreed = terms.insurance
    assert agreed is not None
    when = {
        "lost": "goods that left never arrive",
        "late": "they are late enough to cost something",
        "outside": "they were outside the band for too long",
        "missing": "readings are missing for too long",
    }
    named = " or ".join(when[one] for one in agreed.triggers)
    payout = money(agreed.payout, terms.currency)
    text = f"{payout} wait from the beginning, and go to the {agreed.beneficiary} if {named}."
    return Words("Insurance", text)


def _silence(terms: Terms) -> Words:
    text = (
        f"Consignee, buyer and seller have {terms.contest_hours} hours after the arrival to contest. After that the "
        "sheet stands, and anybody may start the payment; it is also started by itself."
    )
    hours = terms.refund_after_hours
    lost = f" If no arrival is recorded, the buyer has back what is left {hours} hours after the latest time."
    return Words("If nobody says anything", text + lost)


def _dispute(terms: Terms) -> Words:
    silent = {
        term_rules.COMPUTED: "the figures on the ledger decide",
        term_rules.REFUND: "what is left goes to the buyer",
        term_rules.HALF: "each gets half of what is left",
    }[terms.on_silent_arbiter]
    return Words("Dispute", f"The arbiter has {terms.resolve_hours} hours. If they say nothing, {silent}.")


_UNITS: Final = {"EA": "pieces", "CS": "cases", "CT": "cartons", "KGM": "kg", "LTR": "litres", "TNE": "tonnes"}
"""Of UN/ECE Recommendation 20, in words; others by their code."""


def unit(code: str) -> str:
    return _UNITS.get(code, code)


def degrees(hundredths: int) -> str:
    return f"{hundredths / 100:g}"


def duration(minutes: int) -> str:
    """90 minutes: `1 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    parts = ([f"{hours} h"] if hours else []) + ([f"{rest} min"] if rest or not hours else [])
    return " ".join(parts)


def clock(at: str, zone: str) -> str:
    """`20 May 2026, 18:00 CEST`, on the clock there; in UTC for a zone that is not known here."""
    moment = datetime.fromisoformat(at)
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError):
        moment = moment.astimezone(ZoneInfo(zone))
    return f"{moment.day} {moment:%B %Y, %H:%M %Z}"
