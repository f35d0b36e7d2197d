"""The end of a shipment: who gets what of the money that waits, and the sheet that says why. Pure arithmetic.

Whatever happened before: to the seller and to the buyer together is what was left of the price, to the insured and to
the insurer what was left of the payout.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chaincode.traceability import ids, keys
from chaincode.traceability.device_state import Leg
from chaincode.traceability.errors import ALREADY_SETTLED, BAD_REQUEST, ContractError
from chaincode.traceability.rules import sheet, shipments
from chaincode.traceability.rules.shipment_requests import Verdict
from chaincode.traceability.rules.terms import COMPUTED, HALF
from chaincode.traceability.shipment_state import Escrow, Line, Settlement, Shipment, Value
from chaincode.traceability.state import Holder, Row
from chaincode.traceability.terms_state import Insurance

PRICE, INSURANCE = "price", "insurance"
BY_FIGURES, RESOLVED, BY_DEFAULT = "settled", "resolved", "default"
SELLER, BUYER, INSURED, INSURER = range(4)
"""The numbers of the rows that a settlement makes."""


@dataclass(frozen=True)
class Held:
    """What waits for a shipment: an escrow document each, or None."""

    price: Escrow | None
    insurance: Escrow | None

    @property
    def left(self) -> int:
        return self.price.left if self.price else 0

    @property
    def payout(self) -> int:
        return self.insurance.left if self.insurance else 0


@dataclass(frozen=True)
class Act:
    """Who ends it, by which request, when; and an arbiter's commitment to why."""

    id: str
    by: Holder
    at: str
    reason: str = ""


@dataclass(frozen=True)
class Payout:
    """What an insurance pays, and the facts that it rests on."""

    amount: int
    why: tuple[Value, ...]


def refuse_second(held: Settlement, request_id: str) -> None:
    """It ended before: by this very request, or by another."""
    said = f"shipment {held.shipment} ended at {held.at}: {held.outcome}, {held.to_seller} to the seller"
    if held.id == request_id:
        ids.refuse_repeat(same=True, what=said)
    raise ContractError(ALREADY_SETTLED, said)


def by_figures(held: Shipment, waits: Held, found: sheet.Findings, act: Act, outcome: str = BY_FIGURES) -> Settlement:
    """What the terms make of the facts. A cut takes what is left at most: what was paid on the way stays paid."""
    cut = min(found.cut, waits.left)
    lines = list(found.lines)
    if found.cut > cut:
        lines.append(sheet.line("limit", found.cut - cut, f"{found.cut} - {waits.left} = {found.cut - cut}", {}))
    return _ended(held, waits, act, outcome, cut=cut, payout=_covered(held, waits, found.met), lines=lines)


def by_default(held: Shipment, waits: Held, legs: Sequence[Leg], act: Act) -> Settlement:
    """What the terms say of an arbiter who was silent. What was claimed does not count: nobody has decided on it."""
    found = sheet.findings(held, legs, None) if held.arrived else sheet.Findings((), frozenset({"lost"}), dispute=False)
    rule = held.terms.on_silent_arbiter
    if rule == COMPUTED and held.arrived:
        return by_figures(held, waits, found, act, BY_DEFAULT)
    share = waits.left // 2 if rule == HALF else 0
    arithmetic = f"floor({waits.left} / 2) = {share}; {waits.left} - {share} = {waits.left - share}" if share else ""
    cut = waits.left - share
    lines = [sheet.line("default", -cut, arithmetic, {"onSilentArbiter": rule}, _disputed(held))]
    return _ended(held, waits, act, BY_DEFAULT, cut=cut, payout=_covered(held, waits, found.met), lines=lines)


def by_verdict(held: Shipment, waits: Held, verdict: Verdict, act: Act) -> Settlement:
    """ContractError `bad_request` for more than there is."""
    for name, wanted, most in (("seller", verdict.seller, waits.left), ("insured", verdict.insured, waits.payout)):
        if wanted > most:
            raise ContractError(BAD_REQUEST, f"{name} must be at most {most}, which is what is left")
    cut = waits.left - verdict.seller
    lines = [sheet.line("resolved", -cut, f"{waits.left} - {verdict.seller} = {cut}", {}, _disputed(held))]
    payout = Payout(verdict.insured, (Value("decided", str(verdict.insured), ""),))
    return _ended(held, waits, act, RESOLVED, cut=cut, payout=payout, lines=lines)


def by_lapse(held: Shipment, waits: Held, act: Act) -> Settlement:
    """What was to happen by a deadline did not: what is left goes back where it came from."""
    met = frozenset({"lost"}) if held.dispatched else frozenset()
    outcome = shipments.REFUNDED if held.state in (shipments.FUNDED, shipments.DISPATCHED) else shipments.LAPSED
    facts = [
        Value("due", held.due, keys.shipment(held.id)),
        Value("left", str(waits.left), keys.escrow(held.id, PRICE)),
    ]
    cut = held.terms.price - _paid(held)
    lines = [sheet.line("refund", -cut, "", {"state": held.state}, facts)]
    return _ended(held, waits, act, outcome, cut=cut, payout=_covered(held, waits, met), lines=lines)


def rows(held: Shipment, waits: Held, end: Settlement) -> list[Row]:
    """The money, to whom it belongs now."""
    terms = held.terms
    parts = [(SELLER, terms.seller, end.to_seller), (BUYER, terms.buyer, end.to_buyer)]
    if terms.insurance and waits.insurance:
        insured = terms.buyer if terms.insurance.beneficiary == "buyer" else terms.seller
        parts += [(INSURED, insured, end.to_insured), (INSURER, terms.insurance.insurer, end.to_insurer)]
    return [row(held, f"settlement/{index}", of, amount, end.at) for index, of, amount in parts if amount]


def less(escrow: Escrow, amount: int) -> Escrow:
    """After so much has left it. ValueError for more than there is, which no terms allow."""
    if not 0 <= amount <= escrow.left:
        raise ValueError(f"{amount} cannot leave an escrow of {escrow.left}")
    return replace(escrow, left=escrow.left - amount)


def row(held: Shipment, name: str, of: Holder, amount: int, at: str) -> Row:
    """New money by a shipment: `arrival/0`, `settlement/1`, ..."""
    return Row(f"{keys.shipment(held.id)}/{name}", of, held.terms.currency, amount, at)


def _ended(
    held: Shipment, waits: Held, act: Act, outcome: str, *, cut: int, payout: Payout, lines: list[Line]
) -> Settlement:
    price, paid = held.terms.price, _paid(held)
    to_seller = price - paid - cut
    steps = [("dispatch", held.dispatched, held.terms.payments.dispatch)]
    steps.append(("arrival", held.arrived, held.terms.payments.arrival))
    before = [
        sheet.line(name, -amount, "", {}, [Value("at", moment.at, keys.shipment(held.id))])
        for name, moment, amount in steps
        if moment
    ]
    made = [sheet.line("price", price, "", {"price": price}), *lines, *before]
    amounts = [one.amount for one in made]
    made.append(sheet.line("balance", to_seller, f"{' + '.join(map(str, amounts))} = {to_seller}", {}))
    if held.terms.insurance:
        made.append(_insurance_line(held.terms.insurance, payout))
    return Settlement(
        id=act.id,
        shipment=held.id,
        outcome=outcome,
        currency=held.terms.currency,
        price=price,
        paid_before=paid,
        cut=cut,
        to_seller=to_seller,
        to_buyer=waits.left - to_seller,
        to_insured=payout.amount,
        to_insurer=waits.payout - payout.amount,
        by=act.by,
        at=act.at,
        reason=act.reason,
        lines=tuple(made),
    )


def _insurance_line(agreed: Insurance, payout: Payout) -> Line:
    said = {"payout": agreed.payout, "triggers": " ".join(agreed.triggers), "beneficiary": agreed.beneficiary}
    return sheet.line("insurance", payout.amount, "", said, payout.why)


def _covered(held: Shipment, waits: Held, met: frozenset[str]) -> Payout:
    """All of it or nothing, by what happened (`met`) of what the insurance covers."""
    agreed = held.terms.insurance
    covered = met & set(agreed.triggers) if agreed else frozenset()
    why = Value("met", " ".join(sorted(covered)), keys.shipment(held.id))
    return Payout(waits.payout if covered else 0, (why,))


def _disputed(held: Shipment) -> list[Value]:
    """Why it was the arbiter's to decide."""
    if held.dispute is None:
        return []
    said = {"reason": held.dispute.reason, "by": held.dispute.by.organisation, "evidence": held.dispute.evidence}
    return [Value(name, of, keys.shipment(held.id)) for name, of in said.items()]


def _paid(held: Shipment) -> int:
    """What the seller was paid on the way."""
    agreed = held.terms.payments
    return (agreed.dispatch if held.dispatched else 0) + (agreed.arrival if held.arrived else 0)
