"""What terms may say: everything has an end, and nobody checks on themselves."""

import re
from itertools import pairwise

from chaincode.traceability import ids, requests
from chaincode.traceability.canonical import Json
from chaincode.traceability.errors import BAD_REQUEST, ContractError
from chaincode.traceability.requests import integer, one_of
from chaincode.traceability.rules import figures, money
from chaincode.traceability.state import Holder
from chaincode.traceability.terms_state import (
    Deadline,
    Insurance,
    Late,
    LegSlot,
    Payments,
    Quantity,
    Temperature,
    Terms,
)
from chaincode.traceability.times import later

CUT, DISPUTE, OUTSIDE, IGNORE = "cut", "dispute", "outside", "ignore"
COMPUTED, REFUND, HALF = "computed", "refund", "half"
TRIGGERS = ("late", "lost", "missing", "outside")
MAX_LEGS = 20
MONTH, YEAR = 720, 8760  # hours
FARTHEST_YEARS = 10

_MEMBERS = (
    "buyer", "seller", "carrier", "consignee", "arbiter", "goods", "currency", "minorUnits", "price", "payments",
    "quantity", "acceptBy", "fundBy", "dispatchBy", "deadline", "graceMinutes", "late", "recordWithinMinutes",
    "refundAfterHours", "legs", "temperature", "legHours", "challengeHours", "contestHours", "resolveHours",
    "onSilentArbiter", "insurance",
)  # fmt: skip
_UNIT = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_OFFSET = re.compile(r"[+-](?:0\d|1[0-4]):(?:00|15|30|45)", re.ASCII)


def parse(value: Json) -> Terms:
    """Terms that somebody proposes. ContractError `bad_request` names the first thing wrong."""
    found = requests.exactly(value, _MEMBERS, "terms")
    terms = Terms(
        **{name: money.holder(found[name], name) for name in ("buyer", "seller", "carrier", "consignee", "arbiter")},
        goods=money.commitment(found["goods"], "goods"),
        currency=(currency := money.currency(found["currency"])),
        minor_units=_minor_units(found["minorUnits"], currency),
        price=(price := money.amount(found["price"])),
        payments=_payments(found["payments"], price),
        quantity=_quantity(found["quantity"]),
        accept_by=requests.time(found["acceptBy"], "acceptBy"),
        fund_by=requests.time(found["fundBy"], "fundBy"),
        dispatch_by=requests.time(found["dispatchBy"], "dispatchBy"),
        deadline=_deadline(found["deadline"]),
        grace_minutes=integer(found["graceMinutes"], "graceMinutes", 0, YEAR * 60),
        late=_late(found["late"], price),
        record_within_minutes=integer(found["recordWithinMinutes"], "recordWithinMinutes", 0, 1440),
        refund_after_hours=integer(found["refundAfterHours"], "refundAfterHours", 24, YEAR),
        legs=_legs(found["legs"]),
        temperature=_temperature(found["temperature"], price),
        leg_hours=integer(found["legHours"], "legHours", 1, MONTH),
        challenge_hours=integer(found["challengeHours"], "challengeHours", 1, MONTH),
        contest_hours=integer(found["contestHours"], "contestHours", 1, MONTH),
        resolve_hours=integer(found["resolveHours"], "resolveHours", 1, YEAR),
        on_silent_arbiter=one_of(found["onSilentArbiter"], "onSilentArbiter", (COMPUTED, HALF, REFUND)),
        insurance=_insurance(found["insurance"]),
    )
    _refuse_first([*_roles(terms), *_windows(terms)])
    return terms


def check_times(terms: Terms, at: str) -> None:
    """ContractError `bad_request` unless its deadlines follow each other, from the transaction's time on."""
    steps = [("the transaction's time", at), ("acceptBy", terms.accept_by), ("fundBy", terms.fund_by)]
    steps += [("dispatchBy", terms.dispatch_by), ("deadline.at", terms.deadline.at)]
    order = [
        (first >= second, f"{name} ({second}) must be after {before} ({first})")
        for (before, first), (name, second) in pairwise(steps)
    ]
    far = terms.deadline.at > later(at, hours=FARTHEST_YEARS * YEAR)
    _refuse_first([*order, (far, f"deadline.at is over {FARTHEST_YEARS} years away")])


def _refuse_first(reasons: list[tuple[bool, str]]) -> None:
    for wrong, why in reasons:
        if wrong:
            raise ContractError(BAD_REQUEST, why)


def _roles(terms: Terms) -> list[tuple[bool, str]]:
    """By member, whose authority could write any organisation into a certificate, and by organisation."""
    named = {"buyer": terms.buyer, "seller": terms.seller, "carrier": terms.carrier, "arbiter": terms.arbiter}
    if terms.insurer:
        named["insurer"] = terms.insurer
    pairs = [
        (name, one, second, other) for name, one in named.items() for second, other in named.items() if name < second
    ]
    pairs += [("consignee", terms.consignee, name, one) for name, one in named.items() if name != "buyer"]
    return [
        (one.msp_id == other.msp_id, f"{name} and {second} are both of {one.msp_id}: name one of another member")
        for name, one, second, other in pairs
    ] + [
        (one.organisation == other.organisation, f"{name} and {second} are both {one.organisation}: name another firm")
        for name, one, second, other in pairs
    ]


def _windows(terms: Terms) -> list[tuple[bool, str]]:
    return [
        (terms.leg_hours >= terms.contest_hours, "legHours must be less than contestHours: legs are to be contested"),
        (bool(terms.temperature) and not terms.legs, "temperature needs legs: nobody would measure it"),
    ]


def _minor_units(value: Json, currency: str) -> int:
    right = money.minor_units(currency)
    if value != right or type(value) is not int:
        raise ContractError(BAD_REQUEST, f"minorUnits of {currency} is {right}: amounts are in units of that size")
    return right


def _payments(value: Json, price: int) -> Payments:
    found = requests.exactly(value, ("dispatch", "arrival"), "payments")
    made = Payments(*(integer(found[name], f"payments.{name}", 0, price) for name in ("dispatch", "arrival")))
    if made.dispatch + made.arrival > price:
        raise ContractError(BAD_REQUEST, f"payments are together more than the price, {price}")
    return made


def _quantity(value: Json) -> Quantity:
    found = requests.exactly(value, ("amount", "unit", "tolerance", "damagedPays"), "quantity")
    unit, amount = found["unit"], integer(found["amount"], "quantity.amount", 1, 10**12)
    if not isinstance(unit, str) or not _UNIT.fullmatch(unit):
        raise ContractError(BAD_REQUEST, "quantity.unit must be a code of UN/ECE Recommendation 20, such as KGM")
    tolerance = integer(found["tolerance"], "quantity.tolerance", 0, amount)
    return Quantity(amount, unit, tolerance, integer(found["damagedPays"], "quantity.damagedPays", 0, 10_000))


def _deadline(value: Json) -> Deadline:
    found = requests.exactly(value, ("at", "zone", "offset"), "deadline")
    zone, offset = found["zone"], found["offset"]
    if not isinstance(zone, str) or len(zone) > 50 or not _ZONE.fullmatch(zone):
        raise ContractError(BAD_REQUEST, "deadline.zone must be a time zone's name, such as Europe/Berlin")
    if not isinstance(offset, str) or not _OFFSET.fullmatch(offset) or offset == "-00:00":
        raise ContractError(BAD_REQUEST, "deadline.offset must be how far its clock is from UTC, such as +02:00")
    return Deadline(requests.time(found["at"], "deadline.at"), zone, offset)


def _late(value: Json, price: int) -> Late:
    found = requests.exactly(value, ("perHour", "cap"), "late")
    return Late(*(integer(found[name], f"late.{name}", 0, price) for name in ("perHour", "cap")))


def _legs(value: Json) -> tuple[LegSlot, ...]:
    if not isinstance(value, list) or len(value) > MAX_LEGS:
        raise ContractError(BAD_REQUEST, f"legs must be a list of at most {MAX_LEGS}")
    made = []
    for index, one in enumerate(value):
        found = requests.exactly(one, ("device", "responsible"), f"legs[{index}]")
        made.append(LegSlot(*(money.commitment(found[n], f"legs[{index}].{n}") for n in ("device", "responsible"))))
    if len(set(made)) < len(made):
        raise ContractError(BAD_REQUEST, "legs names one twice")
    return tuple(made)


def _temperature(value: Json, price: int) -> Temperature | None:
    if value is None:
        return None
    names = (
        "bandMin", "bandMax", "outsideMinutes", "missingMinutes", "beyond", "perHour", "cap", "onMissingData",
    )  # fmt: skip
    found = requests.exactly(value, names, "temperature")
    low, high = (
        integer(found[name], f"temperature.{name}", figures.ABSOLUTE_ZERO, figures.HOTTEST)
        for name in ("bandMin", "bandMax")
    )
    if low > high:
        raise ContractError(BAD_REQUEST, "temperature.bandMin is above bandMax")
    return Temperature(
        band_min=low,
        band_max=high,
        outside_minutes=integer(found["outsideMinutes"], "temperature.outsideMinutes", 0, YEAR * 60),
        missing_minutes=integer(found["missingMinutes"], "temperature.missingMinutes", 0, YEAR * 60),
        beyond=one_of(found["beyond"], "temperature.beyond", (CUT, DISPUTE)),
        per_hour=integer(found["perHour"], "temperature.perHour", 0, price),
        cap=integer(found["cap"], "temperature.cap", 0, price),
        on_missing_data=one_of(found["onMissingData"], "temperature.onMissingData", (DISPUTE, IGNORE, OUTSIDE)),
    )


def _insurance(value: Json) -> Insurance | None:
    if value is None:
        return None
    found = requests.exactly(value, ("insurer", "payout", "beneficiary", "triggers"), "insurance")
    triggers = found["triggers"]
    if not isinstance(triggers, list) or not triggers or len(triggers) > len(TRIGGERS):
        raise ContractError(BAD_REQUEST, f"insurance.triggers must be some of {', '.join(TRIGGERS)}")
    named = tuple(one_of(one, f"insurance.triggers[{index}]", TRIGGERS) for index, one in enumerate(triggers))
    if len(set(named)) < len(named):
        raise ContractError(BAD_REQUEST, "insurance.triggers names one twice")
    insurer: Holder = money.holder(found["insurer"], "insurance.insurer")
    payout = integer(found["payout"], "insurance.payout", 1)
    return Insurance(insurer, payout, one_of(found["beneficiary"], "insurance.beneficiary", ("buyer", "seller")), named)


def parse_registration(text: str) -> tuple[str, Terms]:
    """(the shipment's id, its terms)."""
    found = requests.members(text, ("id", "terms"))
    return ids.check(found["id"]), parse(found["terms"])
