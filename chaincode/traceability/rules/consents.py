"""Who may end a shipment before its hours are over: all of those whose money it is, of one mind about the figures."""

from chaincode.traceability import ids
from chaincode.traceability.errors import CONFLICT, ContractError
from chaincode.traceability.rules import shipments
from chaincode.traceability.shipment_state import Consent, Settlement, Shipment
from chaincode.traceability.state import Holder


def others(held: Shipment, by: Holder) -> list[Holder]:
    """Whose consent is needed besides. ContractError `forbidden` unless `by` is one of them."""
    terms = held.terms
    shipments.need_party(by, buyer=terms.buyer, seller=terms.seller, insurer=terms.insurer)
    needed = [terms.buyer, terms.seller, *([terms.insurer] if terms.insurer else [])]
    return [one for one in needed if one != by]


def refuse_repeat(held: Consent, asked: Consent) -> None:
    """The same request again; another one says anew what the party thinks."""
    if held.id == asked.id:
        same = (held.seller, held.insured) == (asked.seller, asked.insured)
        ids.refuse_repeat(same=same, what=f"{held.by.organisation} has agreed to {held.seller} at {held.at}")


def need_same(asked: Consent, end: Settlement) -> None:
    """ContractError `conflict`: nobody is held to what they did not read."""
    if not is_same(asked, end):
        now = f"the figures come to {end.to_seller} for the seller and {end.to_insured} of the insurance now"
        raise ContractError(CONFLICT, f"{now}: read them again")


def is_same(said: Consent, end: Settlement) -> bool:
    return (said.seller, said.insured) == (end.to_seller, end.to_insured)
