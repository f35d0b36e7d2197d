"""What may be said of a leg, and when two of one device meet."""

import hashlib
from dataclasses import dataclass, replace

from chaincode.traceability import ids, requests
from chaincode.traceability.access import Caller
from chaincode.traceability.canonical import Json, canonical
from chaincode.traceability.device_state import BatchRef, Challenge, Device, DeviceLeg, Leg, Sequence
from chaincode.traceability.errors import (
    ALREADY_CHALLENGED,
    BAD_REQUEST,
    FORBIDDEN,
    OVERLAP,
    TOO_LATE,
    UNKNOWN_BATCH,
    ContractError,
)
from chaincode.traceability.rules import devices, figures, money
from chaincode.traceability.state import Batch
from chaincode.traceability.times import later, milliseconds

LONGEST_DAYS = 92
MAX_BATCHES = 1_000
CHALLENGE_HOURS = 48  # of a leg without a shipment, whose terms would say
REASONS = ("device", "figures", "goods", "other", "time")

_MEMBERS = ("id", "kid", "goods", "shipment", "from", "to", "seq", "batches", "figures")


@dataclass(frozen=True)
class Objection:
    id: str
    leg: str
    reason: str
    evidence: str


def parse(text: str, caller: Caller, at: str) -> Leg:
    """A leg as it is wished; its GIAI is not known yet. ContractError `bad_request` names the first thing wrong."""
    found = requests.members(text, _MEMBERS)
    start, end = requests.time(found["from"], "from"), requests.time(found["to"], "to")
    if start >= end:
        raise ContractError(BAD_REQUEST, "from must be before to")
    if end > at:
        raise ContractError(BAD_REQUEST, f"to must not be after the transaction's time, {at}: record it when it ended")
    if end > later(start, hours=LONGEST_DAYS * 24):
        raise ContractError(BAD_REQUEST, f"a leg is at most {LONGEST_DAYS} days long: split it")
    measured = figures.parse(found["figures"], milliseconds(start, end))
    return Leg(
        id=ids.check(found["id"]),
        kid=devices.kid(found["kid"], "kid"),
        giai="",
        goods=money.commitment(found["goods"], "goods"),
        shipment="" if found["shipment"] == "" else ids.check(found["shipment"], "shipment"),
        from_=start,
        to=end,
        seq=_sequence(found["seq"], measured.readings),
        batches=_batches(found["batches"], measured.readings),
        figures=measured,
        organisation=caller.organisation,
        msp_id=money.msp_id(caller.msp_id, "the caller's MSP id"),
        recorded_at=at,
    )


def refuse_repeat(held: Leg, wanted: Leg) -> None:
    """The id is taken: by the same leg, or by another."""
    same = replace(held, giai="", recorded_at="", challenge=None) == replace(wanted, recorded_at="")
    ids.refuse_repeat(same=same, what=f"leg {held.id} is recorded, of key {held.kid} from {held.from_} to {held.to}")


def of_device(wanted: Leg, device: Device) -> Leg:
    """The leg of this key. ContractError `forbidden`, `device_not_active` or `device_revoked`."""
    if (device.msp_id, device.organisation) != (wanted.msp_id, wanted.organisation):
        owner = f"{device.organisation} ({device.msp_id})"
        raise ContractError(FORBIDDEN, f"key {device.kid} belongs to {owner}, which records its legs")
    devices.need_trusted(device, wanted.from_, wanted.to)
    return replace(wanted, giai=device.giai)


def need_batch(named: BatchRef, held: Batch | None, leg: Leg) -> None:
    """ContractError `unknown_batch` unless it lies on the ledger as it is named."""
    if held is None or held.root != named.root:
        found = f"has root {held.root}" if held else "is not on the ledger: record it first"
        raise ContractError(UNKNOWN_BATCH, f"batch {named.id} {found}")
    if held.kind != "sensor" or (held.msp_id, held.organisation) != (leg.msp_id, leg.organisation):
        recorder = f"{held.organisation} ({held.msp_id})"
        raise ContractError(UNKNOWN_BATCH, f"batch {named.id} holds {held.kind} records of {recorder}, not this leg's")


def earliest(leg: Leg) -> str:
    """No leg that began before this time reaches into this one."""
    return later(leg.from_, hours=-LONGEST_DAYS * 24)


def refuse_overlap(leg: Leg, start: str, other: DeviceLeg) -> None:
    """ContractError `overlap` when the other one, which began at `start`, meets this one. One may end as one begins."""
    if start < leg.to and other.to > leg.from_:
        raise ContractError(OVERLAP, f"{leg.giai} is on leg {other.leg} from {start} to {other.to}")


def device_commitment(giai: str, shipment: str) -> str:
    """How terms name a device."""
    return _commitment({"giai": giai, "shipment": shipment})


def responsible_commitment(msp_id: str, organisation: str, shipment: str) -> str:
    """How terms name who is responsible for a leg."""
    return _commitment({"mspId": msp_id, "organisation": organisation, "shipment": shipment})


def device_name(leg: Leg) -> str:
    """A device and its owner, as a part of keys: a GIAI may hold a slash."""
    return _commitment({"giai": leg.giai, "mspId": leg.msp_id, "organisation": leg.organisation})


def parse_objection(text: str) -> Objection:
    found = requests.members(text, ("id", "leg", "reason", "evidence"))
    reason = requests.one_of(found["reason"], "reason", REASONS)
    evidence = money.commitment(found["evidence"], "evidence")
    return Objection(ids.check(found["id"]), ids.check(found["leg"], "leg"), reason, evidence)


def challenged(leg: Leg, asked: Objection, caller: Caller, at: str, hours: int) -> Leg:
    """The leg that somebody says is wrong. ContractError `too_late`, `already_recorded` or `already_challenged`."""
    wanted = Challenge(asked.id, caller.msp_id, caller.organisation, asked.reason, asked.evidence, at)
    held = leg.challenge
    if held is not None:
        if replace(held, at=at) == wanted or held.id == wanted.id:
            same = replace(held, at=at) == wanted
            ids.refuse_repeat(same=same, what=f"leg {leg.id} is challenged by {held.organisation}")
        raise ContractError(ALREADY_CHALLENGED, f"leg {leg.id} is challenged by {held.organisation} since {held.at}")
    until = later(leg.recorded_at, hours=hours)
    if at > until:
        raise ContractError(TOO_LATE, f"leg {leg.id} could be challenged until {until}")
    return replace(leg, challenge=wanted)


def _commitment(of: dict[str, Json]) -> str:
    return hashlib.sha256(canonical(of)).hexdigest()


def _sequence(value: Json, readings: int) -> Sequence | None:
    if value is None and not readings:
        return None
    found = requests.exactly(value, ("from", "to"), "seq")
    start, end = (requests.integer(found[name], f"seq.{name}", 0) for name in ("from", "to"))
    if start > end:
        raise ContractError(BAD_REQUEST, "seq.from must not be after seq.to")
    return Sequence(start, end)


def _batches(value: Json, readings: int) -> tuple[BatchRef, ...]:
    if not isinstance(value, list) or len(value) > MAX_BATCHES:
        raise ContractError(BAD_REQUEST, f"batches must be a list of at most {MAX_BATCHES}")
    named = []
    for index, one in enumerate(value):
        found = requests.exactly(one, ("id", "root"), f"batches[{index}]")
        root = money.commitment(found["root"], f"batches[{index}].root")
        named.append(BatchRef(ids.check(found["id"], f"batches[{index}].id"), root))
    if len({one.id for one in named}) < len(named):
        raise ContractError(BAD_REQUEST, "batches names one twice")
    if readings and not named:
        raise ContractError(BAD_REQUEST, "batches must name where the readings were recorded")
    return tuple(named)
