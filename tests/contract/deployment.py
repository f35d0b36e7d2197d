"""A running ledger with the contract on it, as the contract suite sees it: any adapter can be put behind this."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from traceapp.ledger.messages import sign_envelope
from traceapp.ledger.port import CommitStatus, Endorsed, Ledger, Signer

PATIENCE = 30.0


class Issue(Protocol):
    """Have a member's authority make a client."""

    def __call__(self, msp_id: str, org: str, role: str, person: str = "", *, expired: bool = False) -> Signer: ...


@dataclass(frozen=True)
class Deployment:
    """`recorder` may record for `organisation`; `reader` has no role; `other` records for another organisation."""

    ledger: Ledger
    organisation: str
    recorder: Signer
    reader: Signer
    other: Signer
    stranger: Signer  # of no organisation of this channel
    expired: Signer  # was a recorder of `organisation` until its certificate ended
    reopen: Callable[[], Ledger]
    issue: Issue


def request(**changes: object) -> dict[str, object]:
    """A good request of record_batch, with changes."""
    good: dict[str, object] = {
        "id": uuid.uuid4().hex,
        "kind": "epcis",
        "root": "5e" * 32,
        "size": 512,
        "from": "2026-05-14T09:12:00.000Z",
        "to": "2026-05-14T09:12:00.250Z",
    }
    return good | changes


def endorse(place: Deployment, wanted: dict[str, object], signer: Signer | None = None) -> Endorsed:
    return place.ledger.endorse(signer or place.recorder, "record_batch", json.dumps(wanted))


def send(place: Deployment, endorsed: Endorsed, signer: Signer | None = None) -> CommitStatus:
    """Sign, submit and wait for the end."""
    place.ledger.submit(sign_envelope(endorsed, signer or place.recorder))
    return status(place, endorsed.tx_id)


def status(place: Deployment, tx_id: str) -> CommitStatus:
    found = place.ledger.commit_status(tx_id, timeout=PATIENCE)
    assert found is not None, "the transaction did not get into a block"
    return found


def record(place: Deployment, wanted: dict[str, object]) -> CommitStatus:
    return send(place, endorse(place, wanted))
