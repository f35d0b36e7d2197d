"""Terms in plain words, and what they would come to, worked out by the contract's own rules. Pure."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chaincode.traceability.rules import terms as term_rules
from chaincode.traceability.terms_state import Terms
from traceapp.payments import examples
from traceapp.payments.examples import Course, Outcome

Money = Callable[[int, str], str]
_LATE: Final = 3  # hours, of the example


@dataclass(frozen=True)
class Words:
    """One matter of the terms: sentences, and a worked example where there is something to work out."""

    title: str
    text: str
    worked: str = ""


@dataclass(frozen=True)
class Reader:
    """Who reads the terms: what is theirs is called `you`. `parts`: what they are in them."""

    parts: frozenset[str]
    money: Money

    def gets(self, terms: Terms, end: Outcome) -> str:
        """Who receives what."""
        if end.decides:
            return "the arbiter decides what is paid"
        seller, buyer = self.money(end.seller, terms.currency), self.money(end.buyer, terms.currency)
        price = self.money(terms.price, terms.currency)
        said = f"{self._who('seller', 'receive')} {seller} of {price}; {self._who('buyer', 'get')} back {buyer}"
        if terms.insurance and end.insured:
            whose = self._who(terms.insurance.beneficiary, "receive")
            said += f"; {whose} {self.money(end.insured, terms.currency)} of the insurance"
        return said

    def _who(self, part: str, verb: str) -> str:
        return f"you {verb}" if part in self.parts else f"the {part} {verb}s"


def words(found: Mapping[str, Any], money: Money, parts: frozenset[str] = frozenset()) -> list[Words]:
    """The terms, as the ledger holds them, for whoever is these `parts` of them."""
    terms, reader = term_rules.parse(dict(found)), Reader(parts, money)
    made = [_price(terms, money), _time(terms, reader)]
    if terms.temperature:
        made.append(_cold(terms, reader))
    made.append(_complete(terms, reader))
    if terms.insurance:
        made.append(_insured(terms, reader))
    made += [_silence(terms, reader), _dispute(terms)]
    return made


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


def _time(terms: Terms, reader: Reader) -> Words:
    text = f"Due on {clock(terms.deadline.at, terms.deadline.zone)}."
    if terms.grace_minutes:
        text += f" {duration(terms.grace_minutes)} late cost nothing."
    end = examples.outcome(terms, Course(late=_LATE * 60))
    worked = f"If it arrives {_LATE} h late {reader.gets(terms, end)}."
    if not terms.late.per_hour or not terms.late.cap:
        return Words("On time", f"{text} Being late costs nothing.", worked if end.insured else "")
    per_hour, cap = reader.money(terms.late.per_hour, terms.currency), reader.money(terms.late.cap, terms.currency)
    return Words("On time", f"{text} Then {per_hour} for each started hour, at most {cap}.", worked)


def _cold(terms: Terms, reader: Reader) -> Words:
    agreed = terms.temperature
    assert agreed is not None
    band = f"{degrees(agreed.band_min)} to {degrees(agreed.band_max)} °C"
    text = f"{band}. {duration(agreed.outside_minutes)} outside are accepted."
    if agreed.beyond == term_rules.CUT:
        per_hour, cap = reader.money(agreed.per_hour, terms.currency), reader.money(agreed.cap, terms.currency)
        text += f" Beyond that {per_hour} less for each started hour, at most {cap}."
    else:
        text += " Beyond that the arbiter decides."
    silent = {
        term_rules.OUTSIDE: "count as too warm or too cold",
        term_rules.DISPUTE: "go to the arbiter",
        term_rules.IGNORE: "do not count",
    }[agreed.on_missing_data]
    text += f" {duration(agreed.missing_minutes)} without readings are accepted; more of them {silent}."
    text += f" {len(terms.legs)} logger{'s' if len(terms.legs) > 1 else ''} measure{'' if len(terms.legs) > 1 else 's'}"
    text += f" it, and what they say can be challenged for {terms.challenge_hours} hours."
    outside = agreed.outside_minutes + 90
    end = examples.outcome(terms, Course(outside=outside))
    return Words("Temperature", text, f"If it is outside for {duration(outside)}, {reader.gets(terms, end)}.")


def _complete(terms: Terms, reader: Reader) -> Words:
    agreed = terms.quantity
    share = f"{agreed.damaged_pays / 100:g}"
    whole = f"{agreed.amount:,} {unit(agreed.unit)}"
    text = (
        f"{agreed.tolerance:,} of {whole} may be short, damaged or refused. If more are, all of them count: short and "
        f"refused ones are not paid, damaged ones at {share} %."
    )
    short = min(agreed.amount, agreed.tolerance + 1)
    end = examples.outcome(terms, Course(short=short))
    return Words("Complete", text, f"If {short:,} {'is' if short == 1 else 'are'} short {reader.gets(terms, end)}.")


def _insured(terms: Terms, reader: Reader) -> Words:
    agreed = terms.insurance
    assert agreed is not None
    when = {
        "lost": "goods that left never arrive",
        "late": "they are late beyond what is free",
        "outside": "they were outside the band for too long",
        "missing": "readings are missing for too long",
    }
    named = " or ".join(when[one] for one in agreed.triggers)
    payout = reader.money(agreed.payout, terms.currency)
    text = f"{payout} wait from the beginning, locked until the end, and go to the {agreed.beneficiary} if {named}."
    if "lost" not in agreed.triggers:
        return Words("Insurance", text)
    return Words("Insurance", text, f"If the goods never arrive {reader.gets(terms, examples.lost(terms))}.")


def _silence(terms: Terms, reader: Reader) -> Words:
    text = (
        f"Consignee, buyer and seller have {terms.contest_hours} hours after the arrival to contest. After that the "
        "sheet stands, and anybody may start the payment; it is also started by itself."
    )
    hours = terms.refund_after_hours
    missing = f" If no arrival is recorded, the buyer has back what is left {hours} hours after the latest time."
    worked = f"Then {reader.gets(terms, examples.lost(terms))}." if terms.payments.dispatch else ""
    return Words("If nobody says anything", text + missing, worked)


def _dispute(terms: Terms) -> Words:
    silent = {
        term_rules.COMPUTED: "the figures on the ledger decide",
        term_rules.REFUND: "what is left goes to the buyer",
        term_rules.HALF: "each gets half of what is left",
    }[terms.on_silent_arbiter]
    return Words("Dispute", f"The arbiter has {terms.resolve_hours} hours. If they say nothing, {silent}.")


UNITS: Final = {
    "EA": "pieces",
    "CS": "cases",
    "CT": "cartons",
    "PF": "pallets",
    "KGM": "kilograms",
    "TNE": "tonnes",
    "LTR": "litres",
}
"""Of UN/ECE Recommendation 20, in words; others by their code."""


def unit(code: str) -> str:
    return UNITS.get(code, code)


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
