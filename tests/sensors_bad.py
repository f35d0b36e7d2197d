"""Messages that something is wrong with, each with what must become of it, whichever way it comes in."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tests.sensors_world import Logger, b64url, pack

STORED = "stored"


class Bad(NamedTuple):
    """`outcome`: `stored`, or the reason for which it is refused."""

    what: str
    message: str
    outcome: str


def all_of(device: Logger, revoked: Logger, stranger: Logger) -> list[Bad]:
    """Signed by `device` where nothing else is said; `stranger` is nowhere registered."""
    return [
        Bad("unknown device", stranger.message(), "unknown_device"),
        Bad("revoked device", revoked.message(), "ended"),
        *map(Bad._make, _forged(device)),
        *(Bad(what, device.sign(payload), outcome) for what, payload, outcome in _packs()),
        *map(Bad._make, _numbers(device)),
        *map(Bad._make, _cut(device)),
    ]


def _forged(device: Logger) -> Iterator[tuple[str, str, str]]:
    sound = pack([4.0], time.time())
    for name in ("none", "None", "nOnE", ""):
        yield f"alg {name!r}", _unsigned(device, sound, name), "algorithm"
    signed = _signed_part(device, sound, "HS256")
    secret = hmac.new(device.key.public_key().public_bytes_raw(), signed.encode(), hashlib.sha256).digest()
    yield "HS256 by the public key", f"{signed}.{b64url(secret)}", "algorithm"
    signed = _signed_part(device, sound, "RS256")
    rsa_key = rsa.generate_private_key(65537, 2048)
    yield "RS256", f"{signed}.{b64url(rsa_key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}", "algorithm"
    signed = _signed_part(device, sound, "ES256")
    ec_key = ec.generate_private_key(ec.SECP256R1())
    yield "ES256", f"{signed}.{b64url(ec_key.sign(signed.encode(), ec.ECDSA(SHA256())))}", "algorithm"
    yield "HMAC that says EdDSA", f"{_signed_part(device, sound, 'EdDSA')}.{b64url(secret)}", "signature"
    yield "key of its own", device.sign(sound, jwk={"kty": "OKP", "crv": "Ed25519", "x": "AA"}), "header"
    good = device.message()
    yield "bad signature", good[:-8] + ("AAAAAAAA" if good[-8:] != "AAAAAAAA" else "BBBBBBBB"), "signature"
    header, _, signature = good.split(".")
    yield "another payload", f"{header}.{b64url(json.dumps(sound).encode())}.{signature}", "signature"


def _signed_part(device: Logger, sound: object, algorithm: str) -> str:
    header = {"alg": algorithm, "kid": device.kid, "seq": 900_001}
    return f"{b64url(json.dumps(header).encode())}.{b64url(json.dumps(sound).encode())}"


def _unsigned(device: Logger, sound: object, algorithm: str) -> str:
    return f"{_signed_part(device, sound, algorithm)}."


def _packs() -> Iterator[tuple[str, object, str]]:
    now = time.time()
    hour = 3600

    def text(value: str, time_: str = f"{now:.3f}") -> bytes:
        return f'[{{"n":"t","u":"Cel","t":{time_},"v":{value}}}]'.encode()

    yield "clock five hours ahead", pack([4.0], now + 5 * hour), "clock"
    yield "clock never set", pack([4.0], 500_000_000), "clock"
    yield "clock five hours behind", pack([4.0], now - 5 * hour), STORED
    yield "relative time", pack([4.0], -60), "relative"
    yield "no time", [{"n": "t", "u": "Cel", "v": 4}], "relative"
    for value in ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", '"4"', "null", "true"):
        yield f"value {value}", text(value), "pack"
    for value in ("9" * 400, "9" * 5000, "1e308", "9007199254740993"):
        yield f"huge number {value[:20]}", text(value), "pack"
        yield f"huge time {value[:20]}", text("4", value), "pack"
    yield "warmer than the sun", text("9000"), "value"
    yield "unknown unit", pack([4.0], now, unit="parsec"), "unit"
    yield "no unit", [{"n": "t", "t": now, "v": 4}], "unit"
    yield "farads of no temperature", [{"n": "c", "u": "F", "t": now, "v": 4}], "unit"
    mixed = [("air", "Cel", 4.0), ("core", "degF", 39.2), ("door", "K", 277.15), ("temp-2", "F", 39.2)]
    yield "mixed units", [{"n": n, "u": u, "t": now, "v": v} for n, u, v in mixed], STORED
    yield "a thousand of one time", pack([4.0], now) * 1000, "repeated"
    yield "empty pack", [], "pack"
    yield "an object", {"n": "t"}, "pack"
    yield "nothing at all", b"", "pack"
    yield "key twice", b'[{"n":"t","u":"Cel","t":1778749200,"v":1,"v":2}]', "pack"
    yield "key twice, escaped", b'[{"n":"t","u":"Cel","t":1778749200,"v":1,"\\u0076":2}]', "pack"
    yield "deeply nested", b"[" * 100_000 + b"]" * 100_000, "pack"
    yield "deeply nested aside", text('4,"x":' + "[" * 50_000 + "]" * 50_000), "pack"
    yield "lone surrogate", text('4,"vs2":"\\ud800"'), "pack"
    yield "not UTF-8", b'[{"n":"\xff","u":"Cel","t":1778749200,"v":1}]', "pack"
    many = [{"bn": "t", "bt": now, "bu": "Cel", "v": 4}, *({"t": -at, "v": 4} for at in range(1, 10_001))]
    yield "too many records", json.dumps(many, separators=(",", ":")).encode(), "too_large"
    yield "no reading", [{"n": "lid", "vb": True, "t": now}], "no_reading"


def _numbers(device: Logger) -> Iterator[tuple[str, str, str]]:
    yield "first under its number", device.message([4.0], seq=700), STORED
    yield "other bytes under that number", device.message([9.0], seq=700), "conflict"
    for seq in (-1, "1", 1.5, True, 2**53, None, 10**400):
        yield f"seq {str(seq)[:20]}", _with_seq(device, seq), "form" if _unreadable(seq) else "seq"


def _unreadable(seq: object) -> bool:
    """The header itself is strictly read: such a number is not JSON that round-trips."""
    return isinstance(seq, int) and abs(seq) >= 2**53


def _with_seq(device: Logger, seq: object) -> str:
    header = json.dumps({"alg": "EdDSA", "kid": device.kid, "seq": seq})
    signed = f"{b64url(header.encode())}.{b64url(json.dumps(pack([4.0], time.time())).encode())}"
    return f"{signed}.{b64url(device.key.sign(signed.encode()))}"


def _cut(device: Logger) -> Iterator[tuple[str, str, str]]:
    good = device.message()
    header, payload, signature = good.split(".")
    yield "padded base64url", f"{header}.{payload}.{signature}==", "form"
    standard = base64.b64encode(b"\xfb\xff" * 32).decode().rstrip("=")
    yield "base64 of another alphabet", f"{header}.{payload}.{standard}", "form"
    yield "two parts", f"{header}.{payload}", "form"
    yield "four parts", f"{good}.{signature}", "form"
    yield "another last digit", good[:-1] + chr(ord(good[-1]) + 1), "form"
    yield "no text", "\x00\x01", "form"
