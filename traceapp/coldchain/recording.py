"""Putting legs on the ledger: device, time, messages, and the figures that anybody with the messages can work out."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from chaincode.traceability.rules.legs import device_commitment
from traceapp.accounts.models import User
from traceapp.coldchain import events
from traceapp.coldchain.judging import Judged, judge
from traceapp.coldchain.models import Leg
from traceapp.coldchain.rules import rule_of
from traceapp.commitments.canonical import canonical
from traceapp.commitments.times import rfc3339
from traceapp.ledger import calls, documents, roots
from traceapp.ledger.models import Record
from traceapp.ledger.roots import Attested
from traceapp.sensors.excursions import Rule
from traceapp.sensors.models import DeviceKey, Message
from traceapp.sensors.summary import figures, summarise
from traceapp.sensors.units import Quantity

WAIT: Final = timedelta(hours=1)
"""So long an ended leg waits for messages of its time, unless the device has told later ones since."""
_TRAVELLING: Final = ("dispatched", "arrived")
_PAGE: Final = 500


class RecordingError(ValueError):
    """A leg that cannot be recorded yet, or again; the text says why."""


def record_ended(now: datetime) -> int:
    """Send every ended leg whose messages are all there. Returns how many."""
    sent = 0
    for leg in Leg.objects.filter(superseded=None, call_id="", ended__lt=now).select_related("device", "organisation"):
        if not _is_complete(leg, now):
            continue
        try:
            record(leg=leg)
            sent += 1
        except RecordingError:
            continue  # its messages are still on their way to the ledger
    return sent


def _is_complete(leg: Leg, now: datetime) -> bool:
    assert leg.ended is not None
    later = Message.objects.filter(key__device=leg.device_id, last__gt=leg.ended).exists()
    return later or leg.ended + WAIT < now


@transaction.atomic
def record(*, leg: Leg, by: User | None = None) -> None:
    """Ask for the transaction. RecordingError while it lasts, messages wait, or what was told does not match."""
    leg = Leg.objects.select_for_update(of=("self",)).select_related("device", "organisation").get(pk=leg.pk)
    if leg.call_id:
        raise RecordingError("This leg was sent to the ledger already.")
    if leg.ended is None or leg.superseded is not None:
        raise RecordingError("Only a leg that has ended can be recorded.")
    shipment, rule = shipment_of(leg)
    judged = judge(leg, timezone.now(), rule=rule, quantities=(Quantity.TEMPERATURE,))
    argument = _argument(leg, judged, shipment)
    calls.request(organisation=leg.organisation, role="recorder", function="record_leg", argument=argument, by=None)
    leg.call_id, leg.sent = argument["id"], argument
    leg.save(update_fields=["call_id", "sent"])
    events.publish(judged)


def _argument(leg: Leg, judged: Judged, shipment: str) -> dict[str, Any]:
    found = judged.measured
    if found.waiting:
        raise RecordingError("Messages of this leg still wait for the ledger. Try again in a moment.")
    if found.findings:
        raise RecordingError("Messages of this leg do not match the ledger. What they said cannot be recorded.")
    told = Message.objects.filter(pk__in=found.records[:_PAGE]) if found.records else Message.objects.none()
    kids = set(told.values_list("key__kid", flat=True))
    if len(kids) > 1:
        raise RecordingError("The logger changed its key on this leg. A leg has one key on the ledger.")
    rule, summary = judged.rule, summarise(judged.held, judged.rule.low, judged.rule.high, judged.rule.mkt_window)
    assert leg.ended is not None
    return {
        "id": calls.new_id(),
        "kid": kids.pop() if kids else _kid(leg),
        "goods": commitment(leg),
        "shipment": shipment,
        "from": rfc3339(leg.began),
        "to": rfc3339(leg.ended),
        "seq": _sequence(found.records, summary.readings),
        "batches": batches_of(found.records),
        "figures": figures(summary, rule.low, rule.high),
    }


def commitment(leg: Leg) -> str:
    """How the ledger names the goods: by hash, with a salt that stays here."""
    return hashlib.sha256(canonical({"goods": leg.goods, "salt": bytes(leg.goods_salt).hex()})).hexdigest()


def _kid(leg: Leg) -> str:
    """Of a leg without messages: the device's key at its beginning."""
    keys = DeviceKey.objects.filter(device=leg.device_id, active_from__lte=leg.began).order_by("-active_from")
    kid = keys.values_list("kid", flat=True).first()
    if kid is None:
        raise RecordingError("The device had no key on the ledger yet when this leg began.")
    return kid


def _sequence(pks: list[int], readings: int) -> dict[str, int] | None:
    if not pks or not readings:
        return None
    found: list[int] = []
    for start in range(0, len(pks), _PAGE):
        ends = Message.objects.filter(pk__in=pks[start : start + _PAGE]).aggregate(least=Min("seq"), most=Max("seq"))
        found += [ends["least"], ends["most"]]
    return {"from": min(found), "to": max(found)}


def batches_of(pks: list[int]) -> list[dict[str, str]]:
    """The batches that these messages were recorded in, with the roots that organisations attest."""
    ids: dict[str, None] = {}
    for start in range(0, len(pks), _PAGE):
        page = Record.objects.filter(pk__in=pks[start : start + _PAGE]).order_by("batch_id")
        ids.update(dict.fromkeys(one for one in page.values_list("batch_id", flat=True).distinct() if one))
    found = roots.attested(ids)
    return [{"id": one, "root": of.root.hex()} for one, of in sorted(found.items()) if isinstance(of, Attested)]


def shipment_of(leg: Leg) -> tuple[str, Rule]:
    """The shipment whose terms name this device, and the rule with the terms' band; else none, and the goods' rule."""
    rule = rule_of(leg)
    for copy in documents.below("shipment/"):
        content = documents.get(copy.key) or {}
        terms, name = content.get("terms") or {}, copy.key.removeprefix("shipment/")
        named = device_commitment(leg.device.giai, name)
        if content.get("state") not in _TRAVELLING or all(
            one.get("device") != named for one in terms.get("legs") or ()
        ):
            continue
        band = terms.get("temperature")
        return name, _with_band(rule, band["bandMin"] / 100, band["bandMax"] / 100) if band else rule
    return "", rule


def _with_band(rule: Rule, low: float, high: float) -> Rule:
    from dataclasses import replace

    return replace(rule, low=low, high=high)


@transaction.atomic
def challenge(*, leg_id: str, organisation: Any, reason: str, evidence: str) -> None:
    """Say that a leg on the ledger is wrong. `evidence`: what supports it; its hash goes there. RecordingError."""
    if documents.get(f"leg/{leg_id}") is None:
        raise RecordingError("This leg is not on the ledger.")
    argument = {
        "id": calls.new_id(),
        "leg": leg_id,
        "reason": reason,
        "evidence": hashlib.sha256(evidence.encode()).hexdigest(),
    }
    calls.request(organisation=organisation, role="recorder", function="challenge_leg", argument=argument)
