"""Signatures are accepted in one form only."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.verifier_network import high_s, low_s
from traceapp.verifier.signatures import ORDER, SignatureError, verify

KEY = ec.generate_private_key(ec.SECP256R1())
SIGNATURE = low_s(KEY.sign(b"message", ec.ECDSA(hashes.SHA256())))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=100))
def test_every_low_signature_of_the_key_is_accepted(message):
    verify(KEY.public_key(), low_s(KEY.sign(message, ec.ECDSA(hashes.SHA256()))), message[:40], message[40:])


def _der(*integers: bytes) -> bytes:
    body = b"".join(b"\x02" + bytes([len(one)]) + one for one in integers)
    return b"\x30" + bytes([len(body)]) + body


FORMS = {
    "high-S": (high_s(SIGNATURE), "low-S"),
    "a byte behind": (SIGNATURE + b"\x00", "strict DER"),
    "a length in its long form": (b"\x30\x81" + SIGNATURE[1:], "strict DER"),
    "another tag": (b"\x31" + SIGNATURE[1:], "strict DER"),
    "cut": (SIGNATURE[:-1], "strict DER"),
    "empty": (b"", "strict DER"),
    "three numbers": (_der(b"\x01", b"\x01", b"\x01"), "behind its end"),
    "r with a zero before it": (_der(b"\x00\x01", b"\x01"), "shortest form"),
    "s with a zero before it": (_der(b"\x01", b"\x00\x01"), "shortest form"),
    "r of zero": (_der(b"\x00", b"\x01"), "shortest form"),
    "a negative r": (_der(b"\x81", b"\x01"), "strict DER"),
    "an r without bytes": (_der(b"", b"\x01\x01"), "strict DER"),
    "an s of the group's order": (_der(b"\x01", ORDER.to_bytes(33)), "range"),
    "an r of the group's order": (_der(ORDER.to_bytes(33), b"\x01"), "range"),
    "numbers of no message": (_der(b"\x01", b"\x01"), "not of this message"),
    "an r longer than the whole": (b"\x30\x06\x02\x7f\x01\x02\x01\x01", "strict DER"),
}


@pytest.mark.parametrize(("forged", "why"), FORMS.values(), ids=FORMS.keys())
def test_any_other_form_is_refused(forged, why):
    with pytest.raises(SignatureError, match=why):
        verify(KEY.public_key(), forged, b"message")


def test_a_signature_of_another_message_or_key_is_refused():
    with pytest.raises(SignatureError, match="not of this message"):
        verify(KEY.public_key(), SIGNATURE, b"massage")
    with pytest.raises(SignatureError, match="not of this message"):
        verify(ec.generate_private_key(ec.SECP256R1()).public_key(), SIGNATURE, b"message")
