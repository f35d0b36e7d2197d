"""GIAI and key of a device, in each form in which somebody has them."""

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceapp.sensors.identity import IdentityError, base64url, giai_of, jwk_of, key_of, kid_of, scanned

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = PRIVATE.public_key().public_bytes_raw()
GIAI = "9506000111logger-7"
PEM = (
    PRIVATE.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


@pytest.mark.parametrize(
    "text",
    [
        GIAI,
        f" {GIAI}\n",
        f"(8004){GIAI}",
        f"https://id.gs1.org/8004/{GIAI}",
        f"https://firm.example/8004/{GIAI}",
        "urn:epc:id:giai:9506000.111logger-7",
    ],
)
def test_a_giai_is_found_in_each_form(text):
    assert giai_of(text) == GIAI


def test_a_giai_that_begins_with_8004_stays_whole():
    assert giai_of("80041234X") == "80041234X"


@pytest.mark.parametrize(
    "text", ["", "logger", "95", "9506000111" + "x" * 30, "https://id.gs1.org/01/09506000134352", "urn:epc:id:sscc:1"]
)
def test_what_is_no_giai_is_refused_in_words(text):
    with pytest.raises(IdentityError):
        giai_of(text)


@pytest.mark.parametrize(
    "text", [base64url(KEY), f"{base64url(KEY)}=", KEY.hex(), KEY.hex().upper(), json.dumps(jwk_of(KEY)), PEM]
)
def test_a_key_is_found_in_each_form(text):
    assert key_of(text) == KEY


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "base64url"),
        ("AAAA", "32 bytes"),
        (base64url(bytes(32)), "small order"),
        (base64url(b"\x01" + bytes(31)), "small order"),
        (json.dumps({**jwk_of(KEY), "d": "x"}), "private"),
        (json.dumps({"kty": "EC", "crv": "P-256", "x": "x"}), "JWK"),
        ("{", "JSON"),
        ("-----BEGIN PRIVATE KEY-----", "private"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "no public key"),
        (
            ec.generate_private_key(ec.SECP256R1())
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode(),
            "another kind",
        ),
    ],
)
def test_what_is_no_key_is_refused_in_words(text, words):
    with pytest.raises(IdentityError, match=words):
        key_of(text)


@pytest.mark.parametrize(
    "text",
    [
        f"https://id.gs1.org/8004/{GIAI}?x={base64url(KEY)}",
        json.dumps({"giai": GIAI, "publicKey": jwk_of(KEY)}),
        json.dumps({"giai": f"(8004){GIAI}", "publicKey": base64url(KEY)}),
    ],
)
def test_a_devices_code_is_read(text):
    assert (scanned(text).giai, scanned(text).public_key) == (GIAI, KEY)


@pytest.mark.parametrize("text", ["", "hello", "{", "[]", "{}", f"https://id.gs1.org/8004/{GIAI}", "https://[x?x=1"])
def test_another_code_is_refused_in_words(text):
    with pytest.raises(IdentityError):
        scanned(text)


def test_a_kid_has_only_what_the_ledger_takes():
    assert kid_of(GIAI) == f"8004-{GIAI}"
    assert kid_of("9506000/a%b", 3) == "8004-9506000-a-b.3"
    assert len(kid_of("9" * 90, 12)) == 64
