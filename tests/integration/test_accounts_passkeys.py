"""A passkey signs the hash of exactly what its person decides; the key here is made by hand, as WebAuthn has it."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from tests.factories import OrganisationFactory, member
from traceapp.accounts import passkeys, second_factor
from traceapp.accounts.models import Organisation
from traceapp.accounts.second_factor import SecondFactorError

pytestmark = pytest.mark.django_db
HOST = "shop.example:8443"
DIGEST = "ab" * 32


class Key:
    """A security key of one person."""

    def __init__(self, user, name=b"key-1", host="shop.example"):
        self.private, self.name, self.host = ec.generate_private_key(ec.SECP256R1()), name, host
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, name, public)
        data = AuthenticatorData.create(self._party, 0x41, 0, credential)
        made = {
            "id": websafe_encode(name), "rawId": websafe_encode(name), "type": "public-key",
            "response": {
                "clientDataJSON": websafe_encode(self._client("webauthn.create", b"0" * 32, "https://shop.example")),
                "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
            },
            "clientExtensionResults": {},
        }  # fmt: skip
        self.authenticator = Authenticator.objects.create(
            user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": made}
        )

    @property
    def _party(self):
        return hashlib.sha256(self.host.encode()).digest()

    def _client(self, kind, challenge, origin):
        return CollectedClientData.create(type=kind, challenge=challenge, origin=origin)

    def sign(self, digest, *, origin="https://shop.example:8443"):
        client = self._client("webauthn.get", bytes.fromhex(digest), origin)
        data = AuthenticatorData.create(self._party, 0x05, 1)
        signature = self.private.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return json.dumps({
            "id": websafe_encode(self.name), "rawId": websafe_encode(self.name), "type": "public-key",
            "response": {
                "clientDataJSON": websafe_encode(client), "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
            },
            "clientExtensionResults": {},
        })  # fmt: skip


@pytest.fixture
def user():
    cache.clear()
    return member(OrganisationFactory(), "treasurer")


def give(user, key, digest=DIGEST, **said):
    return second_factor.by_passkey(user=user, digest=digest, answer=key.sign(digest, **said), host=HOST)


def fault(assertion, user, digest=DIGEST):
    return second_factor.fault(assertion, user=user, digest=digest, at=datetime.now(UTC))


def test_the_browser_is_asked_for_a_signature_over_the_very_digest(user):
    Key(user)
    asked = passkeys.options(user, DIGEST, HOST)["publicKey"]
    assert asked["challenge"] == websafe_encode(bytes.fromhex(DIGEST))
    assert asked["rpId"] == "shop.example"
    assert [one["id"] for one in asked["allowCredentials"]] == [websafe_encode(b"key-1")]


def test_its_signature_is_checked_when_it_is_given_and_again_before_a_transaction_is_signed(user):
    assertion = json.loads(json.dumps(give(user, Key(user))))
    assert assertion["method"] == "passkey"
    assert fault(assertion, user) == ""
    assert "does not belong" in fault(assertion, user, "cd" * 32)
    stored = dict(assertion, code="0" * 64)
    assert "does not belong" in fault(stored, user)


def test_a_signature_of_another_wish_another_place_or_another_person_is_none(user, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    key = Key(user)
    with pytest.raises(SecondFactorError, match="does not belong"):
        second_factor.by_passkey(user=user, digest=DIGEST, answer=key.sign("cd" * 32), host=HOST)
    with pytest.raises(SecondFactorError, match="does not belong"):
        give(user, key, origin="https://evil.example")
    with pytest.raises(SecondFactorError, match="does not belong"):
        give(user, key, origin="http://shop.example")
    other = member(Organisation.objects.get(), "treasurer")
    with pytest.raises(SecondFactorError, match="does not belong"):
        give(other, key)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "{", '{"id": 1}', '"text"', '{"response": {}}'])
def test_what_is_no_answer_is_refused_in_words(user, answer):
    Key(user)
    with pytest.raises(SecondFactorError, match="Try again"):
        second_factor.by_passkey(user=user, digest=DIGEST, answer=answer, host=HOST)


def test_a_key_that_was_taken_away_confirms_nothing_any_more(user):
    key = Key(user)
    assertion = give(user, key)
    key.authenticator.delete()
    assert "no longer" in fault(assertion, user)


def test_guessing_is_stopped(user):
    key = Key(user)
    for _ in range(5):
        with pytest.raises(SecondFactorError, match="Try again"):
            second_factor.by_passkey(user=user, digest=DIGEST, answer="{}", host=HOST)
    with pytest.raises(SecondFactorError, match="Too many"):
        give(user, key)
