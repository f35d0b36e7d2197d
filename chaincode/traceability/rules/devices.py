"""What may be said of a device's key, by whom, and which of its readings count.

The key's kid is whose first takes it; what it signs proves no more than that this organisation vouched for the key.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace

from chaincode.traceability import ids, requests
from chaincode.traceability.access import Caller
from chaincode.traceability.canonical import Json
from chaincode.traceability.device_state import Device, PublicKey
from chaincode.traceability.errors import (
    BAD_REQUEST,
    DEVICE_NOT_ACTIVE,
    DEVICE_REVOKED,
    FORBIDDEN,
    ContractError,
)
from chaincode.traceability.rules import money

ACTIVE, ROTATED, REVOKED = "active", "rotated", "revoked"
REASONS = ("broken", "compromised", "lost", "retired")

_KID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
# GS1 General Specifications: a company prefix, then what its owner chose of character set 82; at most 30 in all.
_GIAI = re.compile(r"[0-9]{4}[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{0,26}", re.ASCII)
_PRIME = 2**255 - 19
_EIGHTH = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL = frozenset({0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH})  # y of the points of order 1, 2, 4 and 8


@dataclass(frozen=True)
class Registration:
    id: str
    kid: str
    giai: str
    public_key: PublicKey
    details: str


@dataclass(frozen=True)
class Rotation:
    id: str
    kid: str
    new_kid: str
    public_key: PublicKey


@dataclass(frozen=True)
class Revocation:
    id: str
    kid: str
    reason: str
    from_: str


def parse_registration(text: str) -> Registration:
    """ContractError `bad_request` names the first thing wrong."""
    found = requests.members(text, ("id", "kid", "giai", "publicKey", "details"))
    giai = found["giai"]
    if not isinstance(giai, str) or not _GIAI.fullmatch(giai):
        raise ContractError(
            BAD_REQUEST, "giai must be a GIAI without its (8004): a company prefix, then an asset's number, at most 30"
        )
    details = money.commitment(found["details"], "details")
    return Registration(
        ids.check(found["id"]), kid(found["kid"], "kid"), giai, _public_key(found["publicKey"]), details
    )


def parse_rotation(text: str) -> Rotation:
    found = requests.members(text, ("id", "kid", "newKid", "publicKey"))
    old, new = kid(found["kid"], "kid"), kid(found["newKid"], "newKid")
    if old == new:
        raise ContractError(BAD_REQUEST, "newKid must not be kid: a key is named once, and never used for another one")
    return Rotation(ids.check(found["id"]), old, new, _public_key(found["publicKey"]))


def parse_revocation(text: str) -> Revocation:
    found = requests.members(text, ("id", "kid", "reason", "from"))
    reason, since = requests.one_of(found["reason"], "reason", REASONS), requests.time(found["from"], "from")
    return Revocation(ids.check(found["id"]), kid(found["kid"], "kid"), reason, since)


def kid(value: Json, name: str) -> str:
    """The name of a key."""
    if not isinstance(value, str) or not _KID.fullmatch(value):
        raise ContractError(
            BAD_REQUEST, f"{name} must be letters, digits, points, hyphens and underscores, at most 64, as in a JWS"
        )
    return value


def registered(asked: Registration, caller: Caller, at: str) -> Device:
    """The document of a device's first key."""
    return Device(
        id=asked.id,
        kid=asked.kid,
        giai=asked.giai,
        public_key=asked.public_key,
        details=asked.details,
        organisation=caller.organisation,
        msp_id=money.msp_id(caller.msp_id, "the caller's MSP id"),
        recorded_at=at,
        status=ACTIVE,
    )


def refuse_taken(held: Device, wanted: Device) -> None:
    """The kid is taken: by this very request, or by another key."""
    ids.refuse_repeat(same=_first(held) == _first(wanted), what=f"key {held.kid} is registered: {_words(held)}")


def rotated(held: Device, asked: Rotation, caller: Caller, at: str) -> tuple[Device, Device]:
    """(the old key, ended; the new one). ContractError `forbidden`, `conflict` or `device_revoked`."""
    _need_owner(held, caller)
    if held.status != ACTIVE:
        raise ContractError(DEVICE_REVOKED, f"key {held.kid} is {held.status} since {held.ended_at}: {_instead(held)}")
    if held.public_key == asked.public_key:
        raise ContractError(BAD_REQUEST, f"publicKey is that of {held.kid}: a rotation brings a new one")
    new = replace(held, id=asked.id, kid=asked.new_kid, public_key=asked.public_key, recorded_at=at, replaces=held.kid)
    return replace(held, status=ROTATED, replaced_by=new.kid, ended_at=at, ended_by=asked.id), new


def refuse_second_rotation(held: Device, asked: Rotation, caller: Caller) -> None:
    """The new kid is taken: by this very request, or by another key."""
    mine = (held.id, held.replaces, held.public_key) == (asked.id, asked.kid, asked.public_key)
    same = mine and (held.msp_id, held.organisation) == (caller.msp_id, caller.organisation)
    ids.refuse_repeat(same=same, what=f"key {held.kid} is registered: {_words(held)}")


def revoked(held: Device, asked: Revocation, caller: Caller, at: str) -> Device:
    """The key that is not to be trusted from `asked.from_` on. A rotated one can be revoked, too.

    One that is revoked can be revoked again from an earlier time, never from a later one: distrust is not taken back.
    """
    _need_owner(held, caller)
    if asked.from_ > at:
        raise ContractError(BAD_REQUEST, f"from must not be after the transaction's time, {at}")
    if held.status == REVOKED and asked.from_ >= held.from_:
        same = (held.ended_by, held.reason, held.from_) == (asked.id, asked.reason, asked.from_)
        ids.refuse_repeat(same=same, what=f"key {held.kid} is revoked ({held.reason}) from {held.from_}")
    return replace(
        held,
        status=REVOKED,
        ended_at=held.ended_at or at,
        ended_by=asked.id,
        reason=asked.reason,
        from_=asked.from_,
    )


def need_trusted(held: Device, start: str, end: str) -> None:
    """ContractError unless the key counts for readings of all this time: `device_not_active` or `device_revoked`."""
    if start < held.recorded_at:
        raise ContractError(
            DEVICE_NOT_ACTIVE, f"key {held.kid} is registered since {held.recorded_at}, after {start}: begin later"
        )
    until = min(filter(None, (held.ended_at, held.from_)), default="")
    if until and until < end:
        raise ContractError(
            DEVICE_REVOKED, f"key {held.kid} is {held.status} and counts until {until}, before {end}: end earlier"
        )


def _need_owner(held: Device, caller: Caller) -> None:
    if (held.msp_id, held.organisation) != (caller.msp_id, caller.organisation):
        raise ContractError(FORBIDDEN, f"key {held.kid} belongs to {held.organisation} ({held.msp_id})")


def _public_key(value: Json) -> PublicKey:
    found = requests.exactly(value, ("crv", "kty", "x"), "publicKey")
    crv, kty, x = found["crv"], found["kty"], found["x"]
    if crv != "Ed25519" or kty != "OKP" or not isinstance(x, str) or not _is_point(x):
        raise ContractError(
            BAD_REQUEST,
            'publicKey must be {"crv":"Ed25519","kty":"OKP","x":<the key\'s 32 bytes in base64url, without padding>}, '
            "and a key of full order",
        )
    return PublicKey("Ed25519", "OKP", x)


def _is_point(text: str) -> bool:
    """Whether it can be the key of a signature that every checker takes alike (docs/proof-bundle.md, step 11)."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", text, re.ASCII):
        return False
    data = urlsafe_b64decode(text + "=")
    y = int.from_bytes(data, "little") & ((1 << 255) - 1)
    return urlsafe_b64encode(data).decode() == text + "=" and y < _PRIME and y not in _SMALL


def _first(device: Device) -> Device:
    """As it was registered, whatever happened to it since, whenever that was."""
    return replace(device, recorded_at="", status=ACTIVE, replaced_by="", ended_at="", ended_by="", reason="", from_="")


def _instead(held: Device) -> str:
    return f"rotate {held.replaced_by}" if held.replaced_by else "register a new key"


def _words(held: Device) -> str:
    return f"{held.status}, of {held.organisation} ({held.msp_id})"
