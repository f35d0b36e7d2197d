"""The life of devices' keys as the ledger's documents `device/<kid>` tell it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from traceapp.accounts.models import Organisation
from traceapp.commitments.times import parse_rfc3339
from traceapp.ledger.documents import Content, Source
from traceapp.sensors.models import Device, DeviceKey
from traceapp.verifier.jws import from_base64url

PREFIX: Final = "device/"
State = DeviceKey.State
_STATES: Final = {"active": State.ACTIVE, "rotated": State.ROTATED, "revoked": State.REVOKED}
_COMPARED: Final = ("state", "active_from", "ended_at", "revoked_from", "replaces", "reason")


def project(key: str, content: Content | None, source: Source) -> None:
    """Bring the key's row up to its document; one that is not there is made, with its device. Idempotent.

    Documents of organisations that are not kept here are passed over.
    """
    if content is None:
        return
    row = DeviceKey.objects.filter(kid=content["kid"]).first() or _made(content)
    if row is None or row.device.organisation.pgln != content["organisation"]:
        return  # another organisation was first to take the name that we asked for
    row.public_key = from_base64url(content["publicKey"]["x"])
    row.state = _STATES[content["status"]]
    row.replaces = content["replaces"]
    row.active_from, row.ended_at = parse_rfc3339(content["recordedAt"]), _time(content["endedAt"])
    row.revoked_from, row.reason = _time(content["from"]), content["reason"]
    if row.state == State.ACTIVE:  # what a proof of the key shows is the transaction that put it there
        row.tx_id, row.block = source.tx_id, source.block
    row.save()


def _made(content: Content) -> DeviceKey | None:
    organisation = Organisation.objects.filter(pgln=content["organisation"], msp_id=content["mspId"]).first()
    if organisation is None:
        return None
    about = {"organisation": organisation, "name": content["giai"], "salt": b""}
    device, _ = Device.objects.get_or_create(giai=content["giai"], defaults=about)
    return DeviceKey(device=device, kid=content["kid"]) if device.organisation_id == organisation.pk else None


def _time(text: str) -> datetime | None:
    return parse_rfc3339(text) if text else None


def rows(keys: Sequence[str]) -> dict[str, Any]:
    """What is held of each document, for the audit to compare."""
    kids = [key.removeprefix(PREFIX) for key in keys]
    found = DeviceKey.objects.filter(kid__in=kids).values_list("kid", "public_key", *_COMPARED)
    return {f"{PREFIX}{kid}": (bytes(public), *told) for kid, public, *told in found}
