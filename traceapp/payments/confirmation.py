"""A second factor over exactly one wish. Checked when it is given, and by ledgerd again before it signs."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt

from traceapp.accounts.models import Organisation, User
from traceapp.commitments.canonical import canonical
from traceapp.payments.models import Intent

TOTP: Final = "totp"
PERIOD: Final = 30  # seconds a code stands for (RFC 6238)
DRIFT: Final = 1  # codes before and after the present one: clocks of phones


Requests = Sequence[Sequence[str]]
"""(function, argument in canonical JSON) of each transaction."""


def digest_of(organisation: Organisation, role: str, requests: Requests) -> str:
    """SHA-256 (hex) over whose transactions they are and all that they say."""
    whole = {"mspId": organisation.msp_id, "organisation": organisation.pgln, "role": role}
    return hashlib.sha256(canonical({**whole, "requests": [list(one) for one in requests]})).hexdigest()


def authenticator_of(user: User) -> Authenticator | None:
    """What a person gets one-time codes from; None while they have nothing."""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()


def code_at(authenticator: Authenticator, counter: int) -> str:
    return str(format_hotp_value(hotp_value(decrypt(authenticator.data["secret"]), counter)))


def now() -> datetime:
    return datetime.now(UTC)


def counter_of(moment: datetime) -> int:
    return int(moment.timestamp()) // PERIOD


def matching_counter(authenticator: Authenticator, code: str, now: datetime) -> int | None:
    """Which period the code is of, if it is one of the present ones."""
    given = "".join(code.split())
    for counter in range(counter_of(now) - DRIFT, counter_of(now) + DRIFT + 1):
        if given == code_at(authenticator, counter):
            return counter
    return None


def fault(intent: Intent) -> str:
    """Why the stored assertion does not hold, in a sentence; nothing when it does."""
    if intent.confirmed is None or intent.method != TOTP or intent.counter is None:
        return "Nobody has confirmed it with a second factor."
    held = Authenticator.objects.filter(pk=intent.authenticator, user_id=intent.by_id, type=Authenticator.Type.TOTP)
    authenticator = held.first()
    if authenticator is None:
        return "The authenticator that confirmed it is no longer its person's."
    said: Mapping[str, Any] = intent.assertion
    if said.get("digest") != intent.digest or said.get("code") != code_at(authenticator, intent.counter):
        return "The confirmation does not belong to it."
    if abs(intent.confirmed.timestamp() - (intent.counter + 0.5) * PERIOD) > (DRIFT + 1) * PERIOD:
        return "The code that confirmed it was not one of its time."
    return ""


LIFE: Final = timedelta(minutes=15)
"""How long a wish waits for its confirmation."""
