"""Pieces of legs against what was sent to the ledger, and their figures against the readings that they rest on."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from traceapp.coldchain import arguments
from traceapp.coldchain.figuring import Ruler, figures_of
from traceapp.coldchain.models import LedgerLeg, Objection
from traceapp.commitments.salted import salted_hash
from traceapp.commitments.times import rfc3339
from traceapp.ledger import documents
from traceapp.ledger.findings import Found
from traceapp.ledger.models import Batch
from traceapp.ledger.outgoing import Call
from traceapp.ledger.rooms import clause, differs, pages

_PAGE: Final = 50  # each may rest on months of readings
Told = Mapping[str, Any]


def walk() -> Iterator[list[Found]]:
    """Every piece, and every objection to one."""
    for page in pages(LedgerLeg.objects.select_related("leg", "device__organisation"), _PAGE):
        held = documents.many([f"leg/{one.call_id}" for one in page])
        sent = Call.objects.filter(function="record_leg", call_id__in=[one.call_id for one in page])
        asked = {one.call_id: one for one in sent.order_by("pk")}
        for one in page:
            wrong = list(_wrong(one, held.get(f"leg/{one.call_id}"), asked.get(one.call_id)))
            yield [differs(f"leg/{one.call_id}", wrong, one.device.organisation_id)] if wrong else []
    for objections in pages(Objection.objects.select_related("call"), _PAGE):
        yield [
            differs(f"objection {one.pk} to leg/{one.leg_id}", wrong, one.organisation_id)
            for one in objections
            if (wrong := list(_said_otherwise(one)))
        ]


def _wrong(row: LedgerLeg, held: Told | None, call: Call | None) -> Iterator[str]:
    if held is None and call is None:
        yield "nothing of the kind is on the ledger, and nobody has asked for it"
        return
    told: Told = held if held is not None else json.loads(call.argument if call else "{}")
    if held is None:
        yield from _sent_otherwise(row, told)
    yield from _of_another_leg(row)
    if call is not None or row.goods_salt:
        yield from _goods(row, told)
    if held is not None:
        yield from _figures(row, held)


def _sent_otherwise(row: LedgerLeg, told: Told) -> Iterator[str]:
    """A piece that is on its way, or was refused, against what was asked for. One on the ledger is compared with it."""
    stored = {"kid": row.kid, "shipment": row.shipment, "from": rfc3339(row.began), "to": rfc3339(row.ended)}
    yield from (clause(name, value, told[name]) for name, value in stored.items() if value != told[name])
    yield from _compared(row.figures, told["figures"])
    if not row.device.keys.filter(kid=told["kid"]).exists():
        yield f"the device is {row.device.giai}, which has no key {told['kid']}"


def _of_another_leg(row: LedgerLeg) -> Iterator[str]:
    leg = row.leg
    if leg is None:
        return
    covers = leg.began <= row.ended and (leg.superseded or leg.ended is None or row.began < leg.ended)
    if leg.device_id != row.device_id or not covers:
        yield f"leg is stored as {leg.uid}, of another device or another time"


def _goods(row: LedgerLeg, told: Told) -> Iterator[str]:
    """The ledger names the goods, and by which rule the figures were worked out, by one hash."""
    if row.leg is None:
        return
    salt, rule = bytes(row.goods_salt), (row.interval, row.mkt_window)
    if told["goods"] not in (
        arguments.commitment(row.leg.goods, salt, *rule),
        arguments.plain_commitment(row.leg.goods, salt),
    ):
        yield "goods, goods_salt, interval or mkt_window are others than those whose hash was sent"


def _figures(row: LedgerLeg, held: Told) -> Iterator[str]:
    """Worked out again from the messages in the batches that the ledger names, if all of those are here and match."""
    named = [one["id"] for one in held["batches"]]
    said = held["figures"]
    if Batch.objects.filter(pk__in=named).count() < len(named):
        return
    ruler = Ruler(said["bandMin"], said["bandMax"], row.interval, row.mkt_window)
    began, ended = (datetime.fromisoformat(held[name]) for name in ("from", "to"))
    found, figures = figures_of(row.device, began, ended, held["kid"], ruler, which=Q(record__batch__in=named))
    if found.waiting or found.findings or found.distrusted:
        return  # named as what they are: records; or left out since the key was revoked for this time
    wrong = list(_compared(said, figures))
    if wrong:
        yield f"its figures do not follow from its {found.messages} messages: {', '.join(wrong)}"
    seq = arguments.sequence_of(found.records) if figures["readings"] else None
    if not wrong and held["seq"] != seq:
        yield clause("seq", held["seq"], seq)


def _compared(stored: Any, expected: Told) -> Iterator[str]:
    stored = stored if isinstance(stored, dict) else {}
    for name in {**expected, **stored}:
        if stored.get(name) != expected.get(name):
            yield clause(f"figures.{name}", stored.get(name), expected.get(name))


def _said_otherwise(one: Objection) -> Iterator[str]:
    asked = json.loads(one.call.argument)
    digest = salted_hash(one.salt, words=one.words)
    if (digest, one.digest) != (asked["evidence"], asked["evidence"]):
        yield "its words, salt or digest are others than those whose hash was sent"
    if one.leg_id != asked["leg"]:
        yield clause("leg_id", one.leg_id, asked["leg"])
    if one.organisation_id != one.call.organisation_id:
        yield "it is stored as another organisation's"
