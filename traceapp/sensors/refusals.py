"""Refused messages, counted by device and reason. One of them is an alarm until somebody has seen it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from traceapp.accounts.models import Organisation, User
from traceapp.sensors.message import Reason, Refused
from traceapp.sensors.models import Device, Refusal

Whose: TypeAlias = Device | Organisation | None
"""On whose page a refused message is counted; None: the operator's alone."""

WORDS: Final[dict[str, Promise]] = {
    Reason.TOO_LARGE: _("Too large"),
    Reason.FORM: _("Not a signed message (JWS)"),
    Reason.ALGORITHM: _("Not signed with EdDSA"),
    Reason.HEADER: _("Brings a key along"),
    Reason.KID: _("Names no key"),
    Reason.SEQ: _("Has no number (seq)"),
    Reason.UNKNOWN_DEVICE: _("Unknown device"),
    Reason.NOT_ACTIVE: _("Key is not on the ledger yet"),
    Reason.ENDED: _("Key was replaced or revoked"),
    Reason.SIGNATURE: _("Signature is not by this device"),
    Reason.PACK: _("Not a SenML pack"),
    Reason.NO_READING: _("Holds no reading"),
    Reason.UNIT: _("Unknown unit"),
    Reason.RELATIVE: _("Relative time"),
    Reason.CLOCK: _("Clock is wrong"),
    Reason.VALUE: _("Impossible value"),
    Reason.REPEATED: _("Several readings of one time"),
    Reason.CONFLICT: _("Another message with a number used before"),
    Reason.RATE: _("Too many messages"),
    Reason.STORE: _("Had to wait: nothing could be stored"),
}
ALARMS: Final = frozenset({Reason.CONFLICT, Reason.SIGNATURE, Reason.ENDED})
"""Reasons that somebody has to look at: a key in two places, or in the wrong hands."""
_DETAIL: Final = 300


def count(refused: Iterable[tuple[Whose, Refused]], now: datetime) -> None:
    """Add refused messages to the counts of whose they are; those of nobody known are counted together."""
    told: dict[tuple[Whose, Reason], str] = {}
    number: Counter[tuple[Whose, Reason]] = Counter()
    for whose, error in refused:
        number[whose, error.reason] += 1
        told[whose, error.reason] = str(error)[:_DETAIL]
    for (whose, reason), detail in told.items():
        of: dict[str, Any] = {**_columns(whose), "reason": reason}
        row = Refusal.objects.filter(**of)
        if not row.update(count=F("count") + number[whose, reason], last=now, detail=detail):
            new = Refusal(**of, count=0, last=now, detail=detail)
            Refusal.objects.bulk_create([new], ignore_conflicts=True)  # somebody else may just have done so
            row.update(count=F("count") + number[whose, reason], last=now, detail=detail)


def _columns(whose: Whose) -> dict[str, Device | Organisation | None]:
    device = whose if isinstance(whose, Device) else None
    return {"device": device, "organisation": whose if isinstance(whose, Organisation) else None}


def acknowledge(*, whose: Device | Organisation, reason: str, by: User) -> None:
    """Somebody has seen what was refused so far; the next one is news again."""
    Refusal.objects.filter(**_columns(whose), reason=reason).update(seen_at=timezone.now(), seen_by=by)
