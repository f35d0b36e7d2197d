"""A second factor given for one decision: what it was for, who gave it, with which authenticator, and when.

What somebody decides is put into words and hashed; the assertion names that hash. A one-time code cannot sign a hash by
itself, so this installation vouches that the code was good for it, with a code of its own that `holds` checks.
"""

import hashlib
import hmac
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from traceapp.accounts.models import User
from traceapp.commitments.canonical import canonical
from traceapp.commitments.times import rfc3339

MOST_FAILURES: Final = 5
WITHIN: Final = 300  # seconds


class SecondFactorError(ValueError):
    """The second factor was not given; the text says what to do."""


def intent_hash(intent: dict[str, Any]) -> str:
    """SHA-256 (hex) of what is decided, in canonical JSON."""
    return hashlib.sha256(canonical(intent)).hexdigest()


def has_one(user: User) -> bool:
    """Whether this person has set up an app that makes codes."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def sign(*, user: User, intent: dict[str, Any], code: str) -> dict[str, Any]:
    """The assertion that `user` gave their second factor for this intent. A code counts once. SecondFactorError."""
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None:
        raise SecondFactorError("Set up a second factor first: an app that makes codes. You find it under your name.")
    failures = f"second-factor:{user.pk}"
    if cache.get(failures, 0) >= MOST_FAILURES:
        raise SecondFactorError("Too many wrong codes. Wait five minutes and try again.")
    if not TOTP(app).validate_code(code.replace(" ", "")):
        cache.add(failures, 0, timeout=WITHIN)
        cache.incr(failures)
        raise SecondFactorError("This code is wrong, or was used already. Wait for the next one in your app.")
    app.record_usage()
    said = {
        "intent": intent_hash(intent),
        "user": user.pk,
        "method": "totp",
        "authenticator": app.pk,
        "at": rfc3339(timezone.now()),
    }
    return {**said, "code": _code(said)}


def holds(assertion: dict[str, Any], intent: dict[str, Any]) -> bool:
    """Whether an assertion is ours and for this very intent."""
    said = {name: value for name, value in assertion.items() if name != "code"}
    right = hmac.compare_digest(str(assertion.get("code")), _code(said))
    return right and said.get("intent") == intent_hash(intent)


def _code(said: dict[str, Any]) -> str:
    key = hmac.new(settings.SECRET_KEY.encode(), b"traceapp: second factors", hashlib.sha256).digest()
    return hmac.new(key, canonical(said), hashlib.sha256).hexdigest()
