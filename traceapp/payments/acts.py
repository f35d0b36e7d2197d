"""What a party does with a shipment on its way, without a second factor: checked as the page and the API ask for it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from traceapp.accounts.models import Organisation, User
from traceapp.ledger.outgoing import Call
from traceapp.payments import deadlines, deliveries, standing
from traceapp.payments.delivery_models import Shipment
from traceapp.payments.services import MoneyError

_FUNCTIONS: Final = {"dispatch": "dispatch", "arrive": "record_arrival"}


def do(act: str, *, organisation: Organisation, by: User, shipment: Shipment, said: Mapping[str, Any]) -> Call:
    """Ask for it. MoneyError says why it cannot be: not now, not by this party, or not so much."""
    need(act, shipment, organisation)
    who: dict[str, Any] = {"organisation": organisation, "by": by, "shipment": shipment}
    if act in _FUNCTIONS:
        at = said.get("at") or datetime.now(UTC)
        return deliveries.step(**who, function=_FUNCTIONS[act], at=at)
    if act == "take":
        wanting = {name: said.get(name) or 0 for name in ("short", "damaged", "refused")}
        most = shipment.document["terms"]["quantity"]["amount"]
        if sum(wanting.values()) > most:
            raise MoneyError(f"Short, damaged and refused are together more than the {most:,} that were to come.")
        return deliveries.take(**(who | wanting))
    if act == "contest":
        return deliveries.contest(**who, reason=said["reason"], words=said["words"])
    return deadlines.send(shipment, organisation)


def need(act: str, shipment: Shipment, organisation: Organisation) -> None:
    """MoneyError unless the organisation may do it now."""
    if not getattr(standing.may(shipment, organisation), act):
        raise MoneyError(standing.why_not(act, shipment, organisation))
