"""Bundles of devices' messages with the device's key, good and forged: step 11."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.proof_vectors.making import OK, Vector
from tests.unit.verifier_devices import PACK, Device, b64url, sensor_case
from tests.unit.verifier_network import TX_TIME, Network, rfc3339

GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL_KEY = b"\x01" + bytes(31)


def devices(network: Network) -> Iterator[Vector]:
    device = Device(network)
    own = {"anchor": device.anchor()}

    def forged(name: str, about: str, message: Any, member: dict[str, Any] | None = None, **parts: Any) -> Vector:
        data = sensor_case(network, message, member or own, **parts).file()
        return Vector(name, about, ("bad-device-signature", 11), data)

    def anchored(name: str, about: str, **anchor: Any) -> Vector:
        return forged(name, about, device.message(), {"anchor": device.anchor(**anchor)})

    yield Vector(
        "device-key", "A device's message, and its key.", OK, sensor_case(network, device.message(), own).file()
    )
    tree_of_one = {**own, "inclusion": {"index": 0, "size": 1, "path": []}}
    data = sensor_case(network, device.message(), tree_of_one).file()
    yield Vector("device-key-included", "The key's document is a tree of one.", OK, data)
    more = {"anchor": device.anchor(giai="8004950600011117", owner="x")}
    data = sensor_case(network, device.message(), more).file()
    yield Vector("device-key-described", "The ledger tells more of the device.", OK, data)
    data = sensor_case(network, device.message(), hide=("/message",)).file()
    yield Vector("device-message-hidden", "A device's message is hidden.", OK, data)

    yield forged(
        "device-and-hidden-message", "A key for a message that is hidden.", device.message(), hide=("/message",)
    )
    yield from _messages(device, forged)
    yield from _keys(network, device, forged, anchored)
    yield Vector(
        "device-included-elsewhere",
        "The key's document is one of two.",
        ("malformed", 1),
        sensor_case(
            network, device.message(), {**own, "inclusion": {"index": 0, "size": 2, "path": ["00" * 32]}}
        ).file(),
    )
    yield Vector(
        "device-with-a-block",
        "A block beside the key's anchor.",
        ("malformed", 1),
        sensor_case(network, device.message(), {"anchor": {**own["anchor"], "block": "AAAA"}}).file(),
    )


def _messages(device: Device, forged: Any) -> Iterator[Vector]:
    message = device.message()
    header, payload, signature = message.split(".")
    rival = Device(device.network, seed=b"another device")

    def altered(**named: Any) -> str:
        return f"{b64url(json.dumps({'alg': 'EdDSA', 'kid': device.kid, **named}).encode())}.{payload}"

    def keyed(algorithm: str) -> str:
        """The public key used as a secret: what a reader would take that lets the message choose its algorithm."""
        signed = altered(alg=algorithm)
        return f"{signed}.{b64url(hmac.digest(device.public, signed.encode(), 'sha256'))}"

    yield forged("jws-none", "The algorithm none, and no signature.", f"{altered(alg='none')}.")
    yield forged("jws-rs256", "The algorithm RS256.", device.message(alg="RS256"))
    yield forged("jws-hs256", "The public key as a secret of HS256.", keyed("HS256"))
    yield forged("jws-case", "The algorithm in other letters.", device.message(alg="eddsa"))
    yield forged("jws-own-key", "A key in its header.", device.message(jwk={"kty": "OKP", "crv": "Ed25519", "x": "AA"}))
    yield forged("jws-critical", "An extension that a reader must understand.", device.message(crit=["exp"], exp=1))
    yield forged("jws-another-kid", "It names another key.", device.message(kid="another"))
    yield forged("jws-no-kid", "It names no key.", device.message(kid=None))
    yield forged("jws-of-another-device", "Another device signed in this one's name.", rival.message())
    yield forged("jws-two-parts", "Two parts.", f"{header}.{payload}")
    yield forged("jws-padded", "Base64url with padding.", f"{header}.{payload}.{signature}==")
    yield forged("jws-loose-bits", "Loose bits in its last character.", f"{message[:-1]}{_next(message[-1])}")
    yield forged("jws-header-changed", "Its header was changed.", f"{altered(seq=42)}.{signature}")
    yield forged("jws-text", "Not a JWS at all.", "21.5 degrees")
    yield forged("jws-header-twice", "A member twice in its header.", _signed(device, _TWICE % device.kid.encode()))
    yield forged("jws-large-s", "The signature's number is beyond the group's order.", _large_s(message))
    yield forged("senml-nothing", "An empty list.", device.message([]))
    yield forged("senml-object", "An object.", device.message({"n": "temperature", "v": 4}))
    yield forged("senml-two-values", "A record with two values.", device.message([{"n": "a", "v": 1, "vs": "x"}]))
    yield forged("senml-no-value", "A record without a value.", device.message([*PACK, {"n": "temperature"}]))
    yield forged("senml-no-name", "A record without a name.", device.message([{"v": 1}]))
    yield forged("senml-wrong-kind", "A value in quotes.", device.message([{"n": "temperature", "v": "4.1"}]))
    yield forged(
        "senml-must-understand",
        "A member that a reader must understand.",
        device.message([{"n": "a", "v": 1, "x_": 2}]),
    )
    yield forged("senml-not-json", "A payload that is not JSON.", device.message(b"4,1"))
    yield forged("senml-twice", "A member twice in its payload.", device.message(b'[{"n":"a","v":1,"v":2}]'))


_TWICE = b'{"alg":"none","alg":"EdDSA","kid":"%s"}'


def _signed(device: Device, header: bytes) -> str:
    signed = f"{b64url(header)}.{b64url(json.dumps(PACK).encode())}"
    return f"{signed}.{b64url(device.key.sign(signed.encode()))}"


def _large_s(message: str) -> str:
    """The same signature with the order of the group added to its number, as lenient readers take it, too."""
    signed, digits = message.rsplit(".", 1)
    data = base64.urlsafe_b64decode(digits + "==")
    s = int.from_bytes(data[32:], "little") + GROUP_ORDER
    return f"{signed}.{b64url(data[:32] + s.to_bytes(32, 'little'))}"


def _next(letter: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return letters[letters.index(letter) + 1]


def _keys(network: Network, device: Device, forged: Any, anchored: Any) -> Iterator[Vector]:
    small = {"kty": "OKP", "crv": "Ed25519", "x": b64url(SMALL_KEY)}
    yield forged(
        "device-key-of-small-order",
        "A key of small order, under which everything verifies.",
        device.message(signature=SMALL_KEY + bytes(32)),
        {"anchor": device.anchor(publicKey=small)},
    )
    curve = {"kty": "OKP", "crv": "X25519", "x": b64url(device.public)}
    yield anchored("device-key-of-another-curve", "A key of another curve.", publicKey=curve)
    short = {"kty": "OKP", "crv": "Ed25519", "x": b64url(device.public[:31])}
    yield anchored("device-key-short", "A key of 31 bytes.", publicKey=short)
    yield anchored("device-revoked", "The document says that the device is revoked.", status="revoked")
    yield anchored("device-batch", "A batch's document at the device's key.", docType="batch")
    yield anchored("device-of-another-kid", "The document of another key.", kid="another")
    yield anchored("device-elsewhere", "Written at another key.", at="device/another")
    yield anchored("device-of-another-msp", "The document names another organisation.", mspId="BoraMSP")
    yield anchored(
        "device-of-another-time", "The document names another time.", recordedAt=rfc3339(TX_TIME + timedelta(1))
    )
    yield anchored(
        "device-spaced", "The document is not canonical.", edit={"tx.value": lambda v: v.replace(b":", b": ", 1)}
    )
    unsure = {"ask.processed": lambda content: content + b"\x10\x0b"}
    yield anchored("device-key-invalid", "The key's transaction is not valid.", edit=unsure)
    yield anchored(
        "device-key-unsigned", "The key's transaction is not its client's.", edit={"tx.signature": lambda _: b""}
    )
    yield anchored(
        "device-key-unattested", "One of its attestations is no peer's.", edit={"ask.endorsements": _client(network)}
    )
    later = sensor_case(network, device.message(), {"anchor": device.anchor()}, tx_time=TX_TIME - timedelta(seconds=1))
    yield Vector(
        "device-later", "The key came on to the ledger after the message.", ("bad-device-signature", 11), later.file()
    )


def _client(network: Network) -> Any:
    def edit(pairs: list[Any]) -> list[Any]:
        pairs[0].endorser = network.clients["AlbaMSP"].serialized
        return pairs

    return edit
