"""Where a shipment stands, for its page: steps, what is next, what would be paid, and what one may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from chaincode.traceability.device_state import Leg
from chaincode.traceability.rules import settlement as settlements
from chaincode.traceability.rules import sheet
from chaincode.traceability.rules import shipments as rules
from chaincode.traceability.shipment_state import Escrow, Settlement
from chaincode.traceability.shipment_state import Shipment as OnLedger
from traceapp.accounts.models import Organisation
from traceapp.commitments.canonical import canonical
from traceapp.ledger import documents
from traceapp.payments import deadlines
from traceapp.payments.delivery_models import Shipment

_ORDER: Final = ("proposed", "agreed", "funded", "dispatched", "arrived", "paid")
_TITLES: Final = ("Proposed", "Agreed", "Funded", "Left", "Arrived", "Paid")
_REACHED: Final = {
    rules.PROPOSED: 0,
    rules.AGREED: 1,
    rules.FUNDED: 2,
    rules.DISPATCHED: 3,
    rules.ARRIVED: 4,
    rules.DISPUTED: 4,
    rules.SETTLED: 5,
    rules.REFUNDED: 5,
    rules.LAPSED: 5,
}


def steps(shipment: Shipment) -> list[dict[str, str]]:
    """For `components/steps.html`."""
    document, reached = shipment.document, _REACHED[shipment.state]
    last = document["acceptances"][-1]["at"]
    notes = {
        0: document["acceptances"][0]["at"],
        1: last if reached >= 1 else "",
        2: shipment.price["at"] if shipment.price and reached >= 2 else "",
        3: (document["dispatched"] or {}).get("at", ""),
        4: (document["arrived"] or {}).get("at", ""),
        5: (shipment.settlement or {}).get("at", ""),
    }
    ended = shipment.due is None
    titles = [*_TITLES[:5], {rules.REFUNDED: "Refunded", rules.LAPSED: "Lapsed"}.get(shipment.state, "Paid")]
    made = []
    for index, title in enumerate(titles):
        done = bool(notes[index])
        state = "done" if done else "now" if not ended and index == reached + 1 else "next"
        made.append({"title": title, "note": _short(notes[index]), "state": state})
    return made


def _short(at: str) -> str:
    return f"{datetime.fromisoformat(at):%-d %b, %H:%M} UTC" if at else ""


def parts_of(shipment: Shipment, organisation: Organisation) -> set[str]:
    """What an organisation is in it: buyer, seller, ..."""
    found = shipment.parties.filter(msp_id=organisation.msp_id, pgln=organisation.pgln)
    return set(found.values_list("part", flat=True))


@dataclass(frozen=True)
class May:
    """What an organisation may do now."""

    accept: bool = False
    fund: int = 0
    dispatch: bool = False
    arrive: bool = False
    take: bool = False
    contest: bool = False
    end: bool = False
    content: bool = False
    resolve: bool = False


def may(shipment: Shipment, organisation: Organisation) -> May:
    """By party, state and deadline, as the contract has it."""
    parts, document, state = parts_of(shipment, organisation), shipment.document, shipment.state
    open_ = shipment.due is not None and datetime.now(UTC) <= shipment.due
    own = {"mspId": organisation.msp_id, "organisation": organisation.pgln}
    accepted = any(one["by"] == own for one in document["acceptances"])
    begins = deadlines.since(shipment)
    return May(
        accept=open_ and state == rules.PROPOSED and not accepted and bool(parts & {"buyer", "seller", "insurer"}),
        fund=_to_fund(shipment, parts) if open_ and state == rules.AGREED else 0,
        dispatch=open_ and state == rules.FUNDED and "carrier" in parts,
        arrive=state == rules.DISPATCHED and "carrier" in parts,
        take=open_ and state == rules.ARRIVED and "consignee" in parts and not document["delivery"],
        contest=open_ and _may_contest(shipment, parts),
        end=begins is not None and begins <= datetime.now(UTC),
        content=_may_be_content(shipment, parts, own),
        resolve=open_ and state == rules.DISPUTED and "arbiter" in parts,
    )


_WHO: Final = {
    "accept": {"buyer", "seller", "insurer"},
    "fund": {"buyer", "insurer"},
    "dispatch": {"carrier"},
    "arrive": {"carrier"},
    "take": {"consignee"},
    "contest": {"consignee", "buyer", "seller"},
    "content": {"buyer", "seller", "insurer"},
    "resolve": {"arbiter"},
}
_WHEN: Final = {
    "accept": rules.PROPOSED,
    "fund": rules.AGREED,
    "dispatch": rules.FUNDED,
    "arrive": rules.DISPATCHED,
    "take": rules.ARRIVED,
    "contest": rules.ARRIVED,
    "content": rules.ARRIVED,
    "resolve": rules.DISPUTED,
}


def why_not(act: str, shipment: Shipment, organisation: Organisation) -> str:
    """Why an organisation may not do it now, as a sentence for whoever tried."""
    if shipment.due is None:
        return f"That cannot be done now: this shipment has ended, it is {shipment.state}."
    who = _WHO.get(act)
    if who and not who & parts_of(shipment, organisation):
        return f"That cannot be done by you: only {_listed(sorted(who))} may."
    begins = deadlines.since(shipment)
    if act == "end" and begins and begins > datetime.now(UTC):
        return f"That cannot be done now: any party may from {begins:%d %B %Y, %H:%M} UTC on."
    if act in _WHEN and shipment.state != _WHEN[act]:
        return f"That cannot be done now: the shipment is {shipment.state}, and would have to be {_WHEN[act]}."
    if datetime.now(UTC) > shipment.due:
        return f"That cannot be done now: its time ended on {shipment.due:%d %B %Y, %H:%M} UTC."
    return "That cannot be done now: it is said already."


def _listed(words: list[str]) -> str:
    return f"the {words[0]}" if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _to_fund(shipment: Shipment, parts: set[str]) -> int:
    terms = shipment.document["terms"]
    if "buyer" in parts and shipment.price is None:
        return int(terms["price"])
    if "insurer" in parts and shipment.insurance is None:
        return int(terms["insurance"]["payout"])
    return 0


def _may_contest(shipment: Shipment, parts: set[str]) -> bool:
    if shipment.state == rules.DISPATCHED:
        late = rules.latest(on_ledger(shipment).terms)
        return "seller" in parts and datetime.now(UTC) > datetime.fromisoformat(late)
    if shipment.state != rules.ARRIVED:
        return False
    return "seller" in parts or (bool(parts & {"buyer", "consignee"}) and not shipment.document["delivery"])


def _may_be_content(shipment: Shipment, parts: set[str], own: Mapping[str, str]) -> bool:
    """Unless it has said so of these very figures."""
    if shipment.state != rules.ARRIVED or not parts & _WHO["content"]:
        return False
    return not any(by == own for by in content_with(shipment))


def content_with(shipment: Shipment) -> list[dict[str, str]]:
    """Who has agreed to what would be paid now; words about other figures do not count."""
    sheet = preview(shipment)
    now = (sheet.to_seller, sheet.to_insured) if sheet else None
    return [one["by"] for one in shipment.consents.values() if (one["seller"], one["insured"]) == now]


def on_ledger(shipment: Shipment) -> OnLedger:
    return OnLedger.decode(canonical(shipment.document))


def legs_of(shipment: Shipment) -> list[Leg]:
    """As copied from the ledger, in the order of their recording."""
    keys = [f"leg/{one}" for one in shipment.document["legs"]]
    found = documents.many(keys)
    return [Leg.decode(canonical(found[key])) for key in keys if key in found]


def preview(shipment: Shipment) -> Settlement | None:
    """The sheet as it would be now, by the contract's own rules; None before an arrival."""
    if shipment.state not in (rules.ARRIVED, rules.DISPUTED) or not shipment.document["arrived"]:
        return None
    held = on_ledger(shipment)
    escrows = [Escrow.decode(canonical(one)) if one else None for one in (shipment.price, shipment.insurance)]
    waits = settlements.Held(*escrows)
    act = settlements.Act("0" * 32, held.terms.buyer, held.arrived.recorded_at if held.arrived else "")
    return settlements.by_figures(held, waits, sheet.findings(held, legs_of(shipment), held.delivery), act)


UNTIL: Final = {
    rules.PROPOSED: "To be agreed until",
    rules.AGREED: "To be funded until",
    rules.FUNDED: "To leave until",
    rules.DISPATCHED: "On its way; what is left goes back if no arrival is recorded until",
    rules.ARRIVED: "Can be contested until",
    rules.DISPUTED: "To be decided by the arbiter until",
}
