"""What a message may be refused for before anything of it is stored."""

import base64
import hashlib
import hmac
import json

import pytest

from tests.unit.verifier_devices import KID, b64url
from tests.unit.verifier_devices import Device as Signer
from traceapp.sensors.message import CLOCK_AHEAD, MOST_BYTES, Reason, Refused, check, read

NOW = 1_778_749_200.0
SIGNER = Signer(network=None)  # type: ignore[arg-type]


def pack(value=4.1, time=NOW, unit="Cel", name="temperature"):
    return [{"n": name, "u": unit, "t": time, "v": value}]


def taken(compact, key=SIGNER.public, now=NOW):
    return check(read(compact), key, now)


def refused(compact, key=SIGNER.public, now=NOW):
    with pytest.raises(Refused) as raised:
        taken(compact, key, now)
    return raised.value


def test_a_signed_pack_is_read():
    message = read(SIGNER.message(pack()))
    assert (message.kid, message.seq) == (KID, 41)
    assert check(message, SIGNER.public, NOW).count == 1


@pytest.mark.parametrize("algorithm", ["none", "None", "RS256", "HS256", "ES256", "Ed25519", "eddsa", None, 1])
def test_any_other_algorithm_is_refused(algorithm):
    assert refused(SIGNER.message(pack(), alg=algorithm)).reason == Reason.ALGORITHM


def test_the_public_key_is_no_secret_to_sign_with():
    """Key confusion: HMAC with the public key as its secret."""
    signed = (
        f"{b64url(json.dumps({'alg': 'HS256', 'kid': KID, 'seq': 1}).encode())}.{b64url(json.dumps(pack()).encode())}"
    )
    forged = hmac.new(SIGNER.public, signed.encode(), hashlib.sha256).digest()
    assert refused(f"{signed}.{b64url(forged)}").reason == Reason.ALGORITHM


@pytest.mark.parametrize("member", ["jwk", "jku", "x5c", "x5u", "crit", "b64"])
def test_a_key_of_the_senders_choice_is_refused(member):
    assert refused(SIGNER.message(pack(), **{member: "x"})).reason == Reason.HEADER


def test_another_devices_signature_is_refused():
    other = Signer(network=None, seed=b"other")  # type: ignore[arg-type]
    assert refused(other.message(pack())).reason == Reason.SIGNATURE


@pytest.mark.parametrize("part", [0, 1, 2])
def test_changed_bytes_are_refused(part):
    parts = SIGNER.message(pack()).split(".")
    data = bytearray(base64.urlsafe_b64decode(parts[part] + "=="))
    data[len(data) // 2] ^= 1
    parts[part] = b64url(bytes(data))
    with pytest.raises(Refused):
        taken(".".join(parts))


@pytest.mark.parametrize("compact", ["", ".", "a.b", "a.b.c.d", "é.b.c", "ey.ey.=", "\x00", "{}", "a" * 100])
def test_what_is_no_jws_is_refused_in_words(compact):
    assert refused(compact).reason == Reason.FORM


@pytest.mark.parametrize("seq", [None, -1, "1", 1.5, True, 2**53, [1]])
def test_seq_is_a_whole_number(seq):
    assert refused(SIGNER.message(pack(), seq=seq)).reason in (Reason.SEQ, Reason.FORM)


@pytest.mark.parametrize("kid", [None, "", 7])
def test_a_message_names_its_key(kid):
    assert refused(SIGNER.message(pack(), kid=kid)).reason == Reason.KID


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'[{"n":"t","u":"Cel","t":1778749200,"v":NaN}]', Reason.PACK),
        (b'[{"n":"t","u":"Cel","t":1778749200,"v":Infinity}]', Reason.PACK),
        (b'[{"n":"t","u":"Cel","t":1778749200,"v":1e999}]', Reason.PACK),
        (b'[{"n":"t","u":"Cel","t":1778749200,"v":1,"v":2}]', Reason.PACK),
        (b"[]", Reason.PACK),
        (b"not json", Reason.PACK),
        (pack(unit="parsec"), Reason.UNIT),
        (pack(time=12), Reason.RELATIVE),
        (pack(time=-3600), Reason.RELATIVE),
        (pack(time=NOW + CLOCK_AHEAD + 1), Reason.CLOCK),
        (pack(time=NOW + 5 * 3600), Reason.CLOCK),
        (pack(time=500_000_000), Reason.CLOCK),
        (pack(value=-300), Reason.VALUE),
        (pack() * 1000, Reason.REPEATED),
        ([{"n": "lid", "vb": True, "t": NOW}], Reason.NO_READING),
    ],
)
def test_a_payload_is_refused_with_its_reason(payload, reason):
    error = refused(SIGNER.message(payload))
    assert error.reason == reason
    assert error.kid == KID


def test_a_late_upload_is_no_fault():
    assert taken(SIGNER.message(pack(time=NOW - 90 * 86400))).count == 1


def test_a_message_too_large_is_refused_unread():
    assert refused("e" * (MOST_BYTES + 1)).reason == Reason.TOO_LARGE
    many = [{"n": "t", "u": "Cel", "t": NOW - number, "v": 1} for number in range(10_001)]
    assert refused(SIGNER.message(many)).reason == Reason.TOO_LARGE
