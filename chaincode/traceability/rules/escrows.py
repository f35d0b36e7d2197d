"""Who brings what money to a shipment's escrow, and to whom it can go."""

from dataclasses import replace

from chaincode.traceability import ids
from chaincode.traceability.rules import shipments, tokens
from chaincode.traceability.rules.settlement import INSURANCE, PRICE
from chaincode.traceability.rules.shipment_requests import Funding
from chaincode.traceability.shipment_state import Escrow, Shipment
from chaincode.traceability.state import Holder


def wanted(held: Shipment, asked: Funding, by: Holder, at: str) -> Escrow:
    """What the caller is to bring; its change is not known yet. ContractError `forbidden`."""
    terms = held.terms
    shipments.need_party(by, buyer=terms.buyer, insurer=terms.insurer)
    insured = terms.insurance if by == terms.insurer else None
    return Escrow(
        id=asked.id,
        shipment=held.id,
        part=INSURANCE if insured else PRICE,
        funder=by,
        currency=terms.currency,
        funded=insured.payout if insured else terms.price,
        left=insured.payout if insured else terms.price,
        change=0,
        spent=asked.rows,
        at=at,
    )


def refuse_repeat(held: Escrow, asked: Escrow) -> None:
    """It is funded: by this very request, or by another."""
    same = (held.id, held.spent) == (asked.id, asked.spent)
    ids.refuse_repeat(same=same, what=f"the {held.part} of shipment {held.shipment} is funded at {held.at}")


def funded(asked: Escrow, total: int) -> Escrow:
    """With what is over of the `total` its rows hold. ContractError `insufficient_funds`."""
    tokens.need(total, asked.funded, asked.currency)
    return replace(asked, change=total - asked.funded)


def payees(held: Shipment) -> list[Holder]:
    """Who can get money out of it, and so has to have an account before any goes in."""
    return [held.terms.buyer, held.terms.seller, *([held.terms.insurer] if held.terms.insurer else [])]
