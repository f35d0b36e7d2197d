"""Step 11: a device's message is signed with the key that the ledger holds for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from traceapp.commitments.canonical import Json
from traceapp.verifier import shape
from traceapp.verifier.anchor import attested
from traceapp.verifier.attestation import Evidence
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.jws import JwsError, from_base64url, verified_payload
from traceapp.verifier.senml import SenmlError, check_pack
from traceapp.verifier.shape import ShapeError
from traceapp.verifier.state import check_stated, written_value
from traceapp.verifier.transaction import Transaction
from traceapp.verifier.trust import Trust

_STATED: Final = ("docType", "kid", "organisation", "mspId", "recordedAt")
_ACTIVE: Final = "active"
_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A device's key as the ledger holds it: its id, 32 bytes of Ed25519, the organisation, when it was put there."""

    kid: str
    key: bytes
    organisation: str
    since: int


def check_device(evidence: Evidence, message: Json, transaction: Transaction, trust: Trust) -> DeviceKey:
    """The key that signed `message`, recorded by `transaction`; raises NotVerified."""
    if not isinstance(message, str):
        raise _refused("the message is hidden, or is not a text")
    found = _anchored(evidence, trust)
    if found.since > transaction.time:
        raise _refused("the device's key came on to the ledger after the message")
    try:
        check_pack(verified_payload(message, found.kid, found.key))
    except (JwsError, SenmlError) as error:
        raise _refused(str(error)) from error
    return found


def _anchored(evidence: Evidence, trust: Trust) -> DeviceKey:
    try:
        transaction = attested(evidence, trust)[1]
        value = written_value(transaction, evidence)
        return _read(value, evidence.key, transaction)
    except NotVerified as failure:
        raise _refused(f"its key's own proof, step {failure.step}: {failure.detail}") from failure
    except (ShapeError, JwsError) as error:
        raise _refused(f"its key: {error}") from error


def _read(value: Json, key: str, transaction: Transaction) -> DeviceKey:
    """The document may have more members, that say nothing of the key."""
    if not isinstance(value, Mapping):
        raise ShapeError("device: not an object")
    stated = {name: shape.text(value.get(name), f"device.{name}") for name in _STATED}
    if stated["docType"] != "device" or value.get("status", _ACTIVE) != _ACTIVE:
        raise ShapeError("device: not an active device's document")
    check_stated(key, f"device/{stated['kid']}", stated["mspId"], stated["recordedAt"], transaction)
    jwk = shape.members(value.get("publicKey"), "device.publicKey", ("crv", "kty", "x"))
    if (jwk["kty"], jwk["crv"]) != ("OKP", "Ed25519"):
        raise ShapeError("device.publicKey: not a key of Ed25519")
    data = from_base64url(shape.text(jwk["x"], "device.publicKey.x"))
    if len(data) != _SIZE:
        raise ShapeError("device.publicKey.x: not 32 bytes")
    return DeviceKey(stated["kid"], data, stated["organisation"], transaction.time)


def _refused(detail: str) -> NotVerified:
    return NotVerified(Reason.BAD_DEVICE_SIGNATURE, 11, detail)
