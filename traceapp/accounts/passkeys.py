"""Passkeys and security keys (WebAuthn): the challenge that one signs is the hash of what its person decides."""

import json
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import PublicKeyCredentialRpEntity, UserVerificationRequirement

from traceapp.accounts.models import User

_VERIFICATION: Final = UserVerificationRequirement.PREFERRED


class PasskeyError(ValueError):
    """The answer is none of this person's keys to this challenge."""


def held_by(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN).exists())


def options(user: User, digest: str, host: str) -> dict[str, Any]:
    """What the browser is asked, as JSON: any key of this person's over this very digest. `host`: as in the address."""
    found, _ = _server(host).authenticate_begin(
        auth.get_credentials(user), _VERIFICATION, challenge=bytes.fromhex(digest)
    )
    made: dict[str, Any] = json.loads(json.dumps(dict(found), default=dict))
    return made


def check(user: User, digest: str, host: str, answer: Any) -> Authenticator:
    """The key that signed exactly this. PasskeyError."""
    state = {"challenge": websafe_encode(bytes.fromhex(digest)), "user_verification": _VERIFICATION}
    try:
        binding = _server(host).authenticate_complete(state, auth.get_credentials(user), answer)
    except Exception as error:  # the answer is whatever a browser sent: the library fails in many ways
        raise PasskeyError("This key's answer does not belong to what is shown here. Try again.") from error
    found = auth.get_authenticator_by_credential_id(user, binding.credential_id)
    if found is None:
        raise PasskeyError("This key is none of yours.")
    return found


def _server(host: str) -> Fido2Server:
    """Answers count for this host, by https; while trying out on one machine, without it."""
    name = host.partition(":")[0]
    party = PublicKeyCredentialRpEntity(id=name, name="Traceapp")
    return Fido2Server(party, verify_origin=lambda origin: _is_ours(origin, name))


def _is_ours(origin: str, name: str) -> bool:
    parts = urlsplit(origin)
    return parts.hostname == name and (parts.scheme == "https" or settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN)
