"""A second factor given for one decision: what it was for, who gave it, with which authenticator, and when.

What somebody decides is hashed, and the assertion names that hash. A passkey signs the hash itself. A one-time code
cannot, so this installation vouches that the code was good for it, with a code of its own that `holds` checks.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache

from traceapp.accounts import one_time_codes, passkeys
from traceapp.accounts.models import User
from traceapp.commitments.canonical import canonical
from traceapp.commitments.times import rfc3339

TOTP, PASSKEY = "totp", "passkey"
LIMITS: Final = ((5, 300), (20, 3600))
"""(wrong answers, within so many seconds) of one person."""

Assertion = dict[str, Any]


class SecondFactorError(ValueError):
    """The second factor was not given; the text says what to do."""


def intent_hash(intent: dict[str, Any]) -> str:
    """SHA-256 (hex) of what is decided, in canonical JSON."""
    return hashlib.sha256(canonical(intent)).hexdigest()


def by_code(*, user: User, digest: str, code: str) -> Assertion:
    """The assertion that `user` gave their second factor for an intent of this hash. A code counts once.
    SecondFactorError."""
    app = one_time_codes.authenticator_of(user)
    if app is None:
        raise SecondFactorError(
            "Set up a second factor first: you have no authenticator yet. You find it under your name."
        )
    _refuse_guessing(user)
    now = datetime.now(UTC)
    counter = one_time_codes.matching_counter(app, code, now)
    if counter is None:
        _count_failure(user)
        raise SecondFactorError("This code is not right. Codes change every 30 seconds: take the present one.")
    if not one_time_codes.use(app, counter):
        raise SecondFactorError("This code was used already. Wait for the next one.")
    app.record_usage()
    said = {"method": TOTP, "counter": counter, "answer": one_time_codes.code_at(app, counter)}
    return _asserted(user, digest, app, now, said)


def by_passkey(*, user: User, digest: str, answer: str, host: str) -> Assertion:
    """The same with a passkey's signature over the hash; `answer` is the browser's JSON."""
    _refuse_guessing(user)
    try:
        key = passkeys.check(user, digest, host, json.loads(answer))
    except ValueError as error:
        _count_failure(user)
        why = str(error) if isinstance(error, passkeys.PasskeyError) else "The key's answer cannot be read. Try again."
        raise SecondFactorError(why) from None
    key.record_usage()
    return _asserted(
        user, digest, key, datetime.now(UTC), {"method": PASSKEY, "answer": json.loads(answer), "host": host}
    )


def _asserted(user: User, digest: str, by: Authenticator, at: datetime, said: dict[str, Any]) -> Assertion:
    whole = {"intent": digest, "user": user.pk, "authenticator": by.pk, "at": rfc3339(at), **said}
    return {**whole, "code": _code(whole)}


def holds(assertion: Assertion, intent: dict[str, Any]) -> bool:
    """Whether an assertion is ours and for this very intent."""
    return _is_ours(assertion) and assertion.get("intent") == intent_hash(intent)


def fault(assertion: Assertion, *, user: User | None, digest: str, at: datetime | None) -> str:
    """Why a stored assertion does not hold for a digest, all of it checked anew; nothing when it does.

    `at`: when it is said to have been given.
    """
    if not assertion or user is None or at is None:
        return "Nobody has confirmed it with a second factor."
    if not _is_ours(assertion) or (assertion["intent"], assertion["user"]) != (digest, user.pk):
        return "The confirmation does not belong to it."
    if abs((datetime.fromisoformat(assertion["at"]) - at).total_seconds()) > one_time_codes.PERIOD:
        return "The confirmation was not given when it is said to have been."
    held = Authenticator.objects.filter(pk=assertion["authenticator"], user_id=user.pk).first()
    if held is None:
        return "The authenticator that confirmed it is no longer its person's."
    return _code_fault(assertion, held, at) if assertion["method"] == TOTP else _key_fault(assertion, user, digest)


def _code_fault(assertion: Assertion, held: Authenticator, at: datetime) -> str:
    if held.type != Authenticator.Type.TOTP:
        return "The confirmation does not belong to it."
    if assertion["answer"] != one_time_codes.code_at(held, assertion["counter"]):
        return "The confirmation does not belong to it."
    if not one_time_codes.was_of_its_time(assertion["counter"], at):
        return "The code that confirmed it was not one of its time."
    return ""


def _key_fault(assertion: Assertion, user: User, digest: str) -> str:
    try:
        key = passkeys.check(user, digest, assertion["host"], assertion["answer"])
    except passkeys.PasskeyError:
        return "The key's signature does not belong to it."
    return "" if key.pk == assertion["authenticator"] else "The key's signature does not belong to it."


def _refuse_guessing(user: User) -> None:
    for most, within in LIMITS:
        if cache.get(f"second-factor:{user.pk}:{within}", 0) >= most:
            raise SecondFactorError(f"Too many wrong codes. Wait {within // 60} minutes and try again.")


def _count_failure(user: User) -> None:
    for _, within in LIMITS:
        name = f"second-factor:{user.pk}:{within}"
        cache.add(name, 0, timeout=within)
        cache.incr(name)


def _is_ours(assertion: Assertion) -> bool:
    said = {name: value for name, value in assertion.items() if name != "code"}
    return hmac.compare_digest(str(assertion.get("code")), _code(said))


def _code(said: dict[str, Any]) -> str:
    key = hmac.new(settings.SECRET_KEY.encode(), b"traceapp: second factors", hashlib.sha256).digest()
    return hmac.new(key, canonical(said), hashlib.sha256).hexdigest()
