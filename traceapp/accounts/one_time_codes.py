"""One-time codes of an authenticator app (RFC 6238). Each is good once, for whatever it was given first."""

from datetime import UTC, datetime
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import IntegrityError, transaction

from traceapp.accounts.models import UsedCode, User

PERIOD: Final = 30  # seconds a code stands for
DRIFT: Final = 1  # codes before and after the present one: clocks of phones


def authenticator_of(user: User) -> Authenticator | None:
    """What a person gets one-time codes from; None while they have nothing."""
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()


def code_at(authenticator: Authenticator, counter: int) -> str:
    return str(format_hotp_value(hotp_value(decrypt(authenticator.data["secret"]), counter)))


def counter_of(moment: datetime) -> int:
    return int(moment.timestamp()) // PERIOD


def unused(authenticator: Authenticator) -> str | None:
    """A code that is good now: the present one, or one beside it where that was given already; None where all were."""
    now = counter_of(datetime.now(UTC))
    used = UsedCode.objects.filter(authenticator=authenticator.pk, counter__gte=now - DRIFT)
    taken = set(used.values_list("counter", flat=True))
    free = next((one for one in (now, now + 1, now - 1) if one not in taken), None)
    return None if free is None else code_at(authenticator, free)


def for_the_page(authenticator: Authenticator) -> str:
    """What a page of the demo says that an authenticator shows."""
    return unused(authenticator) or "nothing new for half a minute: load this page again then"


def matching_counter(authenticator: Authenticator, code: str, now: datetime) -> int | None:
    """Which period the code is of, if it is one of the present ones."""
    given = "".join(code.split())
    for counter in range(counter_of(now) - DRIFT, counter_of(now) + DRIFT + 1):
        if given == code_at(authenticator, counter):
            return counter
    return None


def was_of_its_time(counter: int, at: datetime) -> bool:
    return abs(at.timestamp() - (counter + 0.5) * PERIOD) <= (DRIFT + 1) * PERIOD


def use(authenticator: Authenticator, counter: int) -> bool:
    """Use a code up, for logging in as well. False if it was used before."""
    try:
        with transaction.atomic():
            UsedCode.objects.create(authenticator=authenticator.pk, counter=counter)
    except IntegrityError:
        return False
    return bool(TOTP(authenticator)._mark_code_used(code_at(authenticator, counter)))
