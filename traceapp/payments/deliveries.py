"""What parties do with a shipment that is paid on delivery."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.urls import reverse

from chaincode.traceability.shipment_state import Settlement
from traceapp.accounts.models import Organisation, User
from traceapp.commitments.salted import salted_hash
from traceapp.commitments.times import rfc3339
from traceapp.intents import services as intents
from traceapp.intents.models import Intent
from traceapp.ledger import calls
from traceapp.ledger.outgoing import RECORDER, Call
from traceapp.payments import services
from traceapp.payments.delivery_models import Consignment, Said, Shipment
from traceapp.web.templatetags.web import money

REASONS: Final = {
    "quantity": "Something is missing or broken",
    "quality": "The goods are not as agreed",
    "temperature": "They were too warm or too cold",
    "time": "The time of arrival is wrong",
    "no_arrival": "They were delivered, and nobody recorded it",
    "other": "Something else",
}


@transaction.atomic
def propose(
    *,
    organisation: Organisation,
    by: User,
    shipment_id: str,
    title: str,
    goods: str,
    salt: str,
    terms: Mapping[str, Any],
    facts: list[tuple[str, str]],
    codes: Sequence[str] = (),
) -> Intent:
    """Terms, by the buyer or the seller. `terms` hold the hash of the goods' description."""
    Consignment.objects.create(
        shipment_id=shipment_id,
        organisation=organisation,
        by=by,
        title=title,
        goods=goods,
        salt=salt,
        codes=list(codes),
    )
    return intents.wish(
        organisation=organisation,
        by=by,
        role=services.TREASURER,
        requests=[("register_shipment", {"id": shipment_id, "terms": dict(terms)})],
        title=f"Propose {title}?",
        facts=facts,
        back=reverse("payments:shipments"),
    )


def agree(*, organisation: Organisation, by: User, shipment: Shipment, title: str) -> Intent:
    """A party accepts the terms; whoever pays funds the escrow with the same confirmation, if all have agreed then."""
    terms = shipment.document["terms"]
    argument = {"id": calls.new_id(), "shipment": shipment.shipment_id, "terms": shipment.document["termsHash"]}
    return _wish(
        organisation,
        by,
        shipment,
        ("accept_terms", argument),
        title=f"Accept the terms of {title}?",
        facts=[("Price", money(terms["price"], terms["currency"])), ("Terms", shipment.document["termsHash"][:16])],
    )


def fund(*, organisation: Organisation, by: User, shipment: Shipment, title: str, amount: int) -> Intent:
    """The buyer brings the price, the insurer the payout."""
    currency = shipment.document["terms"]["currency"]
    rows = services.choose_rows(organisation, currency, amount)
    return _wish(
        organisation,
        by,
        shipment,
        ("fund_escrow", {"id": calls.new_id(), "shipment": shipment.shipment_id, "rows": rows}),
        title=f"Put {money(amount, currency)} into the escrow of {title}?",
        facts=[("Amount", money(amount, currency)), ("Shipment", title)],
    )


def be_content(*, organisation: Organisation, by: User, shipment: Shipment, title: str, sheet: Settlement) -> Intent:
    """Buyer, seller or insurer need not wait: they agree to what the figures come to now."""
    currency = sheet.currency
    argument = {
        "id": calls.new_id(),
        "shipment": shipment.shipment_id,
        "seller": sheet.to_seller,
        "insured": sheet.to_insured,
    }
    facts = [("To the seller", money(sheet.to_seller, currency)), ("To the buyer", money(sheet.to_buyer, currency))]
    if shipment.insurance:
        facts += [("Insurance paid out", money(sheet.to_insured, currency))]
        facts += [("Back to the insurer", money(sheet.to_insurer, currency))]
    return _wish(
        organisation,
        by,
        shipment,
        ("settle_agreed", argument),
        title=f"Agree to have {title} paid by these figures?",
        facts=facts,
    )


@transaction.atomic
def resolve(
    *, organisation: Organisation, by: User, shipment: Shipment, title: str, seller: int, insured: int, reason: str
) -> Intent:
    """The arbiter decides; the reason's words stay here, and their salted hash is on the ledger."""
    currency = shipment.document["terms"]["currency"]
    argument = {
        "id": calls.new_id(),
        "shipment": shipment.shipment_id,
        "seller": seller,
        "insured": insured,
        "reason": _said(organisation, shipment, reason),
    }
    left = shipment.price["left"] if shipment.price else 0
    facts = [("To the seller", money(seller, currency)), ("To the buyer", money(left - seller, currency))]
    facts += [("To the insured", money(insured, currency))] if shipment.insurance else []
    facts += [("Reason", reason)]
    return _wish(organisation, by, shipment, ("resolve", argument), title=f"Decide on {title}?", facts=facts)


@transaction.atomic
def step(
    *, organisation: Organisation, by: User | None, shipment: Shipment, function: str, at: datetime, call_id: str = ""
) -> Call:
    """`dispatch` or `record_arrival`, by the carrier."""
    argument = {"id": call_id or calls.new_id(), "shipment": shipment.shipment_id, "at": rfc3339(at)}
    return calls.request(organisation=organisation, role=RECORDER, function=function, argument=argument, by=by)


@transaction.atomic
def take(
    *,
    organisation: Organisation,
    by: User | None,
    shipment: Shipment,
    short: int,
    damaged: int,
    refused: int,
    call_id: str = "",
) -> Call:
    """The consignee took all but these units."""
    argument = {
        "id": call_id or calls.new_id(),
        "shipment": shipment.shipment_id,
        "short": short,
        "damaged": damaged,
        "refused": refused,
    }
    return calls.request(organisation=organisation, role=RECORDER, function="accept_delivery", argument=argument, by=by)


@transaction.atomic
def contest(*, organisation: Organisation, by: User, shipment: Shipment, reason: str, words: str) -> Call:
    """Leave it to the arbiter. What is said stays here; the ledger holds its salted hash."""
    argument = {
        "id": calls.new_id(),
        "shipment": shipment.shipment_id,
        "reason": reason,
        "evidence": _said(organisation, shipment, words),
    }
    return calls.request(organisation=organisation, role=RECORDER, function="contest", argument=argument, by=by)


def _said(organisation: Organisation, shipment: Shipment, words: str) -> str:
    """Keep words, and answer their hash."""
    salt = secrets.token_hex(16)
    digest = salted_hash(salt, words=words)
    Said.objects.create(
        shipment_id=shipment.shipment_id, organisation=organisation, words=words, salt=salt, digest=digest
    )
    return digest


def _wish(
    organisation: Organisation,
    by: User,
    shipment: Shipment,
    request: tuple[str, dict[str, Any]],
    *,
    title: str,
    facts: list[tuple[str, str]],
) -> Intent:
    """What a treasurer wants of a shipment, to be confirmed; afterwards they are on its page again."""
    back = reverse("payments:shipment", args=[shipment.shipment_id])
    return intents.wish(
        organisation=organisation,
        by=by,
        role=services.TREASURER,
        requests=[request],
        title=title,
        facts=facts,
        back=back,
    )
