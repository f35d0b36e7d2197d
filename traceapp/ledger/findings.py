"""Findings as they are kept: one row for each thing that does not hold, marked resolved when it holds again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q

from traceapp.ledger import turns
from traceapp.ledger.models import Finding

Key = tuple[str, str, str, int | None, int | None]


@dataclass(frozen=True)
class Found:
    """Something that does not hold, as just seen. `batch_id` is empty for the queue and the chain as a whole."""

    what: str
    message: str
    batch_id: str = ""
    position: int | None = None
    record_pk: int | None = None
    record_uid: uuid.UUID | None = None
    organisation_id: int | None = None
    document: str = ""

    @property
    def key(self) -> Key:
        return (str(self.what), self.batch_id, self.document, self.position, self.record_pk)


def of_batch(batch_id: str) -> Q:
    """The findings that an audit of one batch answers for."""
    return Q(batch_id=batch_id)


OF_COPIES = Q(what__in=(Finding.What.CALL, Finding.What.DOCUMENT))
OF_PROJECTED = Q(what=Finding.What.PROJECTED)
OF_ROOMS = Q(what=Finding.What.DERIVED)
OF_QUEUE = Q(batch_id="") & ~Q(what=Finding.What.CHAIN) & ~OF_COPIES & ~OF_PROJECTED & ~OF_ROOMS
OF_CHAIN = Q(batch_id="", what=Finding.What.CHAIN)


def keep(found: Sequence[Found], *, scope: Q) -> None:
    """Make the open findings of a scope those that were just found. Others of it are resolved now."""
    if not found and not Finding.objects.filter(scope, resolved=None).exists():
        return
    with transaction.atomic():
        turns.take("findings")  # two audits at once must not write the same finding twice
        held = {_key(one): one for one in Finding.objects.filter(scope, resolved=None)}
        seen = {one.key: one for one in found}
        now = datetime.now(UTC)
        _paged([one.pk for key, one in held.items() if key not in seen], resolved=now)
        _paged([one.pk for key, one in held.items() if key in seen], last_seen=now)
        for key, one in held.items():
            if key in seen and one.message != seen[key].message:
                Finding.objects.filter(pk=one.pk).update(message=seen[key].message)
        Finding.objects.bulk_create([_row(one) for key, one in seen.items() if key not in held], batch_size=500)


def _paged(pks: list[int], **values: datetime) -> None:
    for start in range(0, len(pks), 500):
        Finding.objects.filter(pk__in=pks[start : start + 500]).update(**values)


def _key(one: Finding) -> Key:
    return (one.what, one.batch_id, one.document, one.position, one.record_pk)


def _row(found: Found) -> Finding:
    return Finding(
        what=found.what,
        message=found.message,
        batch_id=found.batch_id,
        document=found.document[:300],
        position=found.position,
        record_pk=found.record_pk,
        record_uid=found.record_uid,
        organisation_id=found.organisation_id,
    )
