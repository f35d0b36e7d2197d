"""What a treasurer does with a shipment by a second factor: checked as the page and the API ask for it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from traceapp.accounts.models import Organisation, User
from traceapp.intents.models import Intent
from traceapp.payments import acts, deliveries, standing
from traceapp.payments.delivery_models import Shipment
from traceapp.payments.services import MoneyError
from traceapp.web.templatetags.web import money


def wish(
    act: str, *, organisation: Organisation, by: User, shipment: Shipment, title: str, said: Mapping[str, Any]
) -> Intent:
    """What waits for its person's second factor. MoneyError says why it cannot be, as `acts.do`; amounts are minor
    units."""
    acts.need(act, shipment, organisation)
    return _WISHES[act]({"organisation": organisation, "by": by, "shipment": shipment, "title": title}, said)


def _accept(who: dict[str, Any], said: Mapping[str, Any]) -> Intent:
    return deliveries.agree(**who)


def _fund(who: dict[str, Any], said: Mapping[str, Any]) -> Intent:
    return deliveries.fund(**who, amount=standing.may(who["shipment"], who["organisation"]).fund)


def _be_content(who: dict[str, Any], said: Mapping[str, Any]) -> Intent:
    """By the figures that its person has read."""
    sheet = standing.preview(who["shipment"])
    if sheet is None or (said["seller"], said["insured"]) != (sheet.to_seller, sheet.to_insured):
        raise MoneyError(f"The figures have changed: read them again.{_come_to(sheet)}")
    return deliveries.be_content(**who, sheet=sheet)


def _come_to(sheet: Any) -> str:
    if sheet is None:
        return ""
    insured = f", and {sheet.to_insured} of the insurance to who is insured" if sheet.to_insured else ""
    return f" They come to {money(sheet.to_seller, sheet.currency)} for the seller now ({sheet.to_seller}){insured}."


def _resolve(who: dict[str, Any], said: Mapping[str, Any]) -> Intent:
    currency = who["shipment"].document["terms"]["currency"]
    for name, most in left(who["shipment"]).items():
        if said[name] > most:
            raise MoneyError(f"{name}: no more is left than {money(most, currency)} ({most}).")
    return deliveries.resolve(**who, **{name: said[name] for name in ("seller", "insured", "reason")})


def left(shipment: Shipment) -> dict[str, int]:
    """What an arbiter can give at most: to the seller, and of the insurance to who is insured."""
    waits = {"seller": shipment.price, "insured": shipment.insurance}
    return {name: escrow["left"] if escrow else 0 for name, escrow in waits.items()}


_WISHES: Final[dict[str, Callable[[dict[str, Any], Mapping[str, Any]], Intent]]] = {
    "accept": _accept,
    "fund": _fund,
    "content": _be_content,
    "resolve": _resolve,
}
NAMES: Final = frozenset(_WISHES)
