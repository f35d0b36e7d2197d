"""The stays that verified events tell of, to an organisation that recorded them, is named in them or held the goods."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from forecasting import dataset
from forecasting.dataset import Sieve, Told
from forecasting.dwell.sightings import Sighting, sighting_of
from forecasting.dwell.stays import Stays, stays_of
from forecasting.reasons import LeftOut, Reason
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Relation

HELD_THE_GOODS: Final = (Relation.OWNER, Relation.PARTY, Relation.CHAIN)
"""Step, place, time and goods are what everybody sees who held them (`accounts.visibility`); nothing else is read."""


@dataclass(frozen=True)
class Read:
    """Stays, the newest moment among the events used, the newest block, and rows used and left out by reason."""

    stays: Stays
    until: datetime
    as_of_block: int
    used: int
    counts: Counter[Reason]


def read(organisation: Organisation, told: Told | None = None) -> Read:
    """As known now: what is not on the ledger, does not match it, or was declared wrong is not used."""
    top = dataset.as_of()
    sieve = Sieve()
    found: list[tuple[tuple[str, str], LeftOut, Sighting]] = []
    for record in dataset.verified_events(organisation, top, sieve, told, waiting=True, near=HELD_THE_GOODS):
        key = sieve.take(record)
        if key is None:
            continue
        answer = sighting_of(str(record.uid), record.body)
        out = LeftOut(Reason.VOIDED, str(record.uid), record.batch_id, record.position)
        if isinstance(answer, Reason):
            sieve.drop(LeftOut(answer, out.uid, out.batch_id, out.position))
        else:
            found.append((key, out, answer))
    used: list[Sighting] = []
    for key, out, sighting in found:
        if sieve.voided(key, None):
            sieve.drop(out)
        else:
            used.append(sighting)
    stays = stays_of(used)
    for one in stays.left_out:
        sieve.drop(one)
    newest = max((one.at for one in used), default=datetime.min.replace(tzinfo=UTC))
    return Read(stays, newest, top, len(used), sieve.counts)
