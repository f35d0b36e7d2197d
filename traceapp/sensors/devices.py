"""Devices and their keys: registered, given new keys, revoked. Each is a transaction of the contract, sent by ledgerd.

A row says what was asked for; what holds, the ledger's documents say (`keys_on_ledger`).
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from traceapp.accounts.models import Organisation, User
from traceapp.commitments.canonical import Json, canonical
from traceapp.commitments.times import rfc3339
from traceapp.ledger import calls
from traceapp.sensors.identity import base64url, jwk_of, kid_of
from traceapp.sensors.models import Device, DeviceKey

ROLE: Final = "device-manager"
State = DeviceKey.State


class DeviceRefused(Exception):
    """The device or key cannot be so. `field` is where it was given, empty for all of it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True)
class Description:
    """What an owner says of a device. It stays here; the ledger holds a salted hash of the first four."""

    name: str
    model: str = ""
    calibrated_on: date | None = None
    calibration_due: date | None = None
    certificate: str = ""
    band_min: Decimal | None = None
    band_max: Decimal | None = None


def why_not(organisation: Organisation, giai: str, public_key: bytes) -> tuple[str, str] | None:
    """Which field, and why, a device cannot be registered so; None if it can."""
    if Device.objects.filter(giai=giai).exists():
        mine = Device.objects.filter(giai=giai, organisation=organisation).exists()
        return "giai", f"GIAI {giai} is registered already{'' if mine else ', by another organisation'}."
    others = (
        Organisation.objects.exclude(pk=organisation.pk)
        .exclude(company_prefix="")
        .values_list("company_prefix", flat=True)
    )
    if not giai.startswith(organisation.company_prefix or "\0") and any(map(giai.startswith, others)):
        return "giai", "This GIAI is under another organisation's company prefix."
    if DeviceKey.objects.filter(kid=kid_of(giai)).exists():
        return "giai", "Another device's key has the name that this GIAI would give. Number the asset otherwise."
    return _key_taken(public_key)


def _key_taken(public_key: bytes) -> tuple[str, str] | None:
    if DeviceKey.objects.filter(public_key=public_key).exists():
        return "public_key", "This key is registered already. Each device, and each rotation, has a key of its own."
    return None


@transaction.atomic
def register(
    *, organisation: Organisation, by: User | None, giai: str, public_key: bytes, about: Description
) -> Device:
    """A new device; its messages are taken once its key is on the ledger. DeviceRefused."""
    wrong = why_not(organisation, giai, public_key)
    if wrong:
        raise DeviceRefused(*wrong)
    device = Device.objects.create(
        organisation=organisation, giai=giai, salt=os.urandom(16), created_by=by, **vars(about)
    )
    kid = kid_of(giai)
    argument = {
        "id": calls.new_id(),
        "kid": kid,
        "giai": giai,
        "publicKey": jwk_of(public_key),
        "details": details_of(device),
    }
    call = calls.request(organisation=organisation, role=ROLE, function="register_device", argument=argument, by=by)
    DeviceKey.objects.create(device=device, kid=kid, public_key=public_key, call=call)
    return device


@transaction.atomic
def rotate(*, device: Device, by: User | None, public_key: bytes) -> DeviceKey:
    """Another key instead of the one in force, which keeps what it signed until then. DeviceRefused."""
    old = _in_force(device)
    wrong = _key_taken(public_key)
    if wrong:
        raise DeviceRefused(*wrong)
    kid = kid_of(device.giai, device.keys.count() + 1)
    argument = {"id": calls.new_id(), "kid": old.kid, "newKid": kid, "publicKey": jwk_of(public_key)}
    call = calls.request(
        organisation=device.organisation, role=ROLE, function="rotate_device", argument=argument, by=by
    )
    DeviceKey.objects.filter(pk=old.pk).update(ending=call)
    return DeviceKey.objects.create(device=device, kid=kid, public_key=public_key, call=call, replaces=old.kid)


@transaction.atomic
def revoke(*, key: DeviceKey, by: User | None, reason: str, since: datetime | None = None) -> None:
    """Trust nothing that the key signed from `since` (now) on, and take nothing more from it. DeviceRefused."""
    since = since or datetime.now(UTC)
    key = DeviceKey.objects.select_for_update().get(pk=key.pk)
    if key.state not in (State.ACTIVE, State.ROTATED):
        raise DeviceRefused("", f"This key is not in force: {key.get_state_display().lower()}.")
    if key.ending is not None and key.ending.is_open:
        raise DeviceRefused("", "Another change of this key is on its way to the ledger. Wait for it.")
    if since > datetime.now(UTC):
        raise DeviceRefused("since", "This is in the future.")
    argument = {"id": calls.new_id(), "kid": key.kid, "reason": reason, "from": rfc3339(since)}
    organisation = key.device.organisation
    call = calls.request(organisation=organisation, role=ROLE, function="revoke_device", argument=argument, by=by)
    # Nothing more is taken from it from now on, however long the ledger takes.
    DeviceKey.objects.filter(pk=key.pk).update(ending=call, stopped_at=datetime.now(UTC))


def _in_force(device: Device) -> DeviceKey:
    key = device.keys.select_for_update().filter(state=State.ACTIVE).first()
    if key is None:
        raise DeviceRefused("", "This device has no key in force.")
    if key.ending is not None and key.ending.is_open:
        raise DeviceRefused("", "Another change of this key is on its way to the ledger. Wait for it.")
    return key


@transaction.atomic
def describe(*, device: Device, about: Mapping[str, Any]) -> None:
    """Change what is said of a device. The ledger keeps what was said when its key was registered."""
    for name, value in about.items():
        setattr(device, name, value)
    device.save(update_fields=list(about))


@transaction.atomic
def withdraw(*, device: Device) -> None:
    """Take back a device whose registration the ledger rejected. DeviceRefused for any other."""
    keys = list(device.keys.select_related("call"))
    if any(key.call is None or key.call.state != key.call.State.INVALID for key in keys):
        raise DeviceRefused("", "Only a device that the ledger rejected can be taken back. Revoke its key instead.")
    device.keys.all().delete()
    device.delete()


def details_of(device: Device) -> str:
    """SHA-256, hex, of the salted details as the contract keeps it."""
    told: dict[str, Json] = {
        "salt": base64url(bytes(device.salt)),
        "model": device.model,
        "calibratedOn": device.calibrated_on.isoformat() if device.calibrated_on else None,
        "calibrationDue": device.calibration_due.isoformat() if device.calibration_due else None,
        "certificate": device.certificate,
    }
    return hashlib.sha256(canonical(told)).hexdigest()
