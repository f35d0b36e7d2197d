"""Who attests what happened to a shipment: its transactions, checked anew for each answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceapp.accounts.selectors import name_of
from traceapp.commitments.salted import salted_hash
from traceapp.commitments.times import rfc3339
from traceapp.ledger import documents, evidence, trust
from traceapp.ledger.copies import Attested, Document
from traceapp.ledger.trust import NotPinned
from traceapp.payments import facts
from traceapp.payments.delivery_models import Fact, Said, Shipment
from traceapp.verifier.errors import NotVerified
from traceapp.verifier.trust import Trust

FORMAT = "traceapp-shipment-evidence-1"


@dataclass(frozen=True)
class Held:
    """A fact, and the members who attest its transaction; `why` there are none, where there are none yet."""

    words: str
    key: str
    at: datetime
    tx_id: str
    block: int
    by: tuple[str, ...]
    why: str
    anchor: dict[str, Any] | None


def of(shipment: Shipment) -> list[Held]:
    """Each transaction about it once, in the ledger's order: its steps, its money, its legs, its end."""
    trusted = _trust()
    found = [_held(key, words, source, trusted) for key, words, source in _facts(shipment)]
    return sorted(found, key=lambda one: one.block)


def _facts(shipment: Shipment) -> Iterator[tuple[str, str, Any]]:
    keys = [shipment.key, *(f"escrow/{shipment.shipment_id}/{part}" for part in _PARTS), *shipment.consents]
    known = Fact.objects.filter(key__in=keys)
    once = {(one.key, one.kind): one for one in known.order_by("block", "position", "pk")}
    told = {one.tx_id for one in once.values()}
    for one in once.values():
        yield one.key, _words(one), one
    for leg in shipment.document["legs"]:
        for copy in documents.below(f"leg/{leg}"):
            told.add(copy.tx_id)
            yield copy.key, "A leg was recorded", documents.source_of(copy)
    for copy in Document.objects.filter(pk__in=_keys(shipment)).exclude(tx_id__in=told):
        yield copy.key, "It went on", documents.source_of(copy)


def _words(one: Fact) -> str:
    if one.kind == facts.CONSENT:
        by = one.content["by"]
        return f"{name_of(by['mspId'], by['organisation'])} agrees to the figures"
    return facts.WORDS.get(one.kind, one.kind)


_PARTS = ("price", "insurance")


def _held(key: str, words: str, source: Any, trusted: Trust | None) -> Held:
    at = getattr(source, "at", None) or source.time
    stored = Attested.objects.filter(pk=source.tx_id, next_try=None).values_list("attestation", flat=True).first()
    if trusted is None or stored is None:
        evidence.want(source.tx_id, source.block)
        return Held(words, key, at, source.tx_id, source.block, (), "Attestations are being asked for.", None)
    try:
        by, _ = evidence.check_transaction(source.tx_id, bytes(stored), trusted, key=key)
    except NotVerified as error:
        return Held(words, key, at, source.tx_id, source.block, (), f"Does not hold: {error}", None)
    anchor = evidence.anchor_at(key, source.tx_id, bytes(stored), trusted)
    return Held(words, key, at, source.tx_id, source.block, tuple(by), "", anchor)


def _trust() -> Trust | None:
    try:
        return trust.pinned()
    except NotPinned:
        return None


def bundle(shipment: Shipment, now: datetime) -> bytes:
    """All of it as one file: the documents as the ledger holds them, who attests each transaction, and what was said.

    Each `anchor` is that of a proof bundle (docs/proof-bundle.md), so whoever trusts the members' certificates can
    check it without this server. A statement's hash is that of the canonical JSON of its words and salt.
    """
    held = of(shipment)
    said = Said.objects.filter(shipment_id=shipment.shipment_id).select_related("organisation").order_by("pk")
    whole = {
        "format": FORMAT,
        "shipment": shipment.shipment_id,
        "made": rfc3339(now),
        "documents": documents.many(_keys(shipment)),
        "facts": [
            {"what": one.words, "key": one.key, "txId": one.tx_id, "block": one.block, "anchor": one.anchor}
            for one in held
        ],
        "statements": [
            {"by": one.organisation.pgln, "words": one.words, "salt": one.salt, "sha256": one.digest} for one in said
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _keys(shipment: Shipment) -> list[str]:
    """Of all its documents."""
    keys = [shipment.key, f"settlement/{shipment.shipment_id}", *shipment.consents]
    keys += [f"escrow/{shipment.shipment_id}/{part}" for part in _PARTS]
    return keys + [f"leg/{leg}" for leg in shipment.document["legs"]]


def is_as_hashed(said: Said) -> bool:
    """Whether the words kept here are those whose hash is on the ledger."""
    return salted_hash(said.salt, words=said.words) == said.digest
