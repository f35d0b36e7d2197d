"""Stored records as a viewer may see them, hashed for this answer, with what the ledger says of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traceapp.accounts.visibility import Relation, Viewer, may_see, relations
from traceapp.commitments.disclosures import DisclosureError
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.redacted import completed
from traceapp.ledger import selectors, verified
from traceapp.ledger.models import Record
from traceapp.ledger.rows import PENDING, REJECTED, Unverified, VerifiedRecord
from traceapp.ledger.shapes import opened
from traceapp.query.seen import SeenEvent

VERIFIED = "verified"


@dataclass(frozen=True)
class Shown:
    """A record with its event, as far as the viewer may see it. `hidden`: some of its members are kept back.

    `state` is `verified`, `queued`, `sent`, `on_ledger` or `rejected`; without an event, `mismatch` or `missing`. Of
    an `incomplete` event so much is hidden that the rest is no event by the standard: it is found, and not answered.
    """

    pk: int
    uid: str
    state: str
    reason: str = ""
    seen: SeenEvent | None = None
    hidden: bool = False
    incomplete: bool = False
    tx_id: str = ""
    block: int | None = None


def show(pks: Sequence[int], viewer: Viewer) -> list[Shown]:
    """Records in the order asked, those left out that the viewer may not know of."""
    answer = verified.read(pks)
    rows = {one.pk: one for one in answer.verified}
    waiting = [one.pk for one in answer.unverified if one.pk is not None]
    stored = {one.pk: one for one in Record.objects.filter(pk__in=waiting)} if waiting else {}
    related = relations(viewer, rows.values()) | relations(viewer, stored.values())
    states = selectors.states(waiting) if waiting else {}
    unverified = {one.pk: one for one in answer.unverified if one.pk is not None}
    found: list[Shown] = []
    for pk in dict.fromkeys(pks):
        if pk in rows:
            how = related[pk]
            if how is not None:
                found.append(_verified(rows[pk], how))
        elif pk not in stored:
            found.append(Shown(pk, "", unverified[pk].state, unverified[pk].reason))
        elif related[pk] is not None:
            found.append(_waiting(stored[pk], unverified[pk], related[pk], states.get(pk)))
    return found


def _verified(record: VerifiedRecord, how: Relation) -> Shown:
    shown = _seen(record.body, how)
    return Shown(record.pk, str(record.uid), VERIFIED, **shown, tx_id=record.tx_id, block=record.block)


def _waiting(record: Record, why: Unverified, how: Relation | None, state: selectors.State | None) -> Shown:
    """What is not on the ledger yet is shown as stored and named so; what does not match is not shown at all."""
    told = Shown(record.pk, str(why.uid or ""), why.state, why.reason)
    if why.state not in (PENDING, REJECTED):
        return told
    try:
        shown = _seen(opened(bytes(record.disclosures)), how)
    except (DisclosureError, KeyError, ValueError):
        return told
    value = state.value if state is not None else why.state
    return Shown(record.pk, str(why.uid or ""), value, why.reason, **shown)


def _seen(body: Mapping[str, Any], how: Relation | None) -> dict[str, Any]:
    """`seen`, `hidden` and `incomplete` of what is shown."""
    whole = body["event"]
    event = {
        name: value
        for name, value in whole.items()
        if (value is not None or name != "errorDeclaration") and may_see(f"/event/{name}", how)
    }
    hidden = any(name not in event and value is not None for name, value in whole.items())
    answered = completed(event) if hidden else event
    seen = SeenEvent(answered or event, body.get("context", {}), parse_rfc3339(body["recordTime"]))
    return {"seen": seen, "hidden": hidden, "incomplete": answered is None}
