"""Organisations whose transactions are refused whatever they hold: nothing more is claimed for them meanwhile.

So their records stay queued and go out in full batches afterwards, others' go on, and the log says why once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from traceapp.accounts.models import Organisation
from traceapp.ledger.members import Identity
from traceapp.ledger.models import Batch
from traceapp.ledger.outgoing import RECORDER
from traceapp.ledger.told import Told


@dataclass(frozen=True)
class _Hold:
    until: datetime
    certificate: str | None  # the one that was refused


class Holds:
    """A container of organisations' ids."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._held: dict[int, _Hold] = {}

    def __contains__(self, organisation_id: object) -> bool:
        return organisation_id in self._held

    def __iter__(self) -> Iterator[int]:
        return iter(self._held)

    def hold(self, organisation: Organisation, sentence: str, until: datetime, level: int) -> None:
        """Claim nothing for it until then, or until it has another certificate. `level`: of what the log says of it."""
        self._told.say(_about(organisation.pk), f"Records of {organisation} wait: {sentence}", level=level)
        self._held[organisation.pk] = _Hold(until, _certificate(organisation.pk))

    def over(self, batch: Batch) -> None:
        """Its organisation's transactions are taken again."""
        about = _about(batch.organisation_id)
        self._held.pop(batch.organisation_id, None)
        if self._told.is_open(about):
            self._told.over(about, f"Records of {batch.organisation} go on.")

    def review(self, now: datetime) -> None:
        """Let those be tried again whose time has come, or who have another certificate."""
        for pk, hold in list(self._held.items()):
            if hold.until <= now or _certificate(pk) != hold.certificate:
                del self._held[pk]


def _certificate(organisation_id: int) -> str | None:
    return (
        Identity.objects.filter(organisation=organisation_id, role=RECORDER)
        .values_list("certificate", flat=True)
        .first()
    )


def _about(organisation_id: int) -> str:
    return f"organisation {organisation_id}"
