"""What organisations attest of a batch's transaction: fetched once at commit, checked, and kept beside the batch."""

import json
import logging
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from traceapp.commitments.canonical import canonical
from traceapp.ledger import errors, settle, trust
from traceapp.ledger.copies import Attested, Document
from traceapp.ledger.errors import LedgerError, Unavailable
from traceapp.ledger.keystore import KeyStoreError
from traceapp.ledger.models import Batch, Evidence
from traceapp.ledger.port import Attestation, Ledger
from traceapp.ledger.signers import Signers
from traceapp.ledger.told import Told
from traceapp.verifier.anchor import Anchor, attested, check_anchor, read_anchor
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.shape import ShapeError
from traceapp.verifier.transaction import Transaction
from traceapp.verifier.trust import Trust

logger = logging.getLogger(__name__)

_A_STEP: Final = 64
_ABOUT: Final = "evidence"


def gather(ledger: Ledger, signers: Signers, told: Told | None = None) -> int:
    """Fetch and check what is wanting. Returns how many batches got their evidence.

    Peers that are behind are asked again later, with growing pauses. Raises Unavailable when the ledger is away.
    """
    told = told or Told(logger)
    now = _now()
    due = Batch.objects.filter(evidenced=None, state=Batch.State.VALID, claimed_until__lte=now)
    kept = 0
    for batch in due.defer("leaves").order_by("claimed_until")[:_A_STEP]:
        try:
            keep(batch, ledger.attest(signers.of(batch.organisation_id), batch.tx_id))
            kept += 1
            told.over(_ABOUT, "Attestations are complete again.")
        except Unavailable as error:
            _later(batch, errors.sentence(f"the ledger is away: {error.message}"), away=True)
            raise
        except (LedgerError, KeyStoreError, NotVerified) as error:
            sentence = errors.sentence(f"attestations are not complete yet: {_said_by(error)}")
            told.say(_ABOUT, sentence, level=logging.WARNING)
            _later(batch, sentence)
    return kept


def want(tx_id: str, block: int) -> None:
    """Have the attestations of a transaction fetched that is no batch's: of a call, or of another organisation's."""
    Attested.objects.get_or_create(tx_id=tx_id, defaults={"block": block, "next_try": _now()})


def gather_wanted(ledger: Ledger, signers: Signers, told: Told | None = None) -> int:
    """The same for transactions that are no batch's. Returns how many got their attestations."""
    told = told or Told(logger)
    kept = 0
    for one in Attested.objects.filter(next_try__lte=_now()).order_by("next_try")[:_A_STEP]:
        try:
            keep_of(one, _asked_by_any(ledger, signers, one.tx_id))
            kept += 1
        except Unavailable as error:
            _later_wanted(one, errors.sentence(f"the ledger is away: {error.message}"), away=True)
            raise
        except (LedgerError, KeyStoreError, NotVerified) as error:
            sentence = errors.sentence(f"attestations are not complete yet: {_said_by(error)}")
            told.say(_ABOUT, sentence, level=logging.WARNING)
            _later_wanted(one, sentence)
    return kept


def _asked_by_any(ledger: Ledger, signers: Signers, tx_id: str) -> Attestation:
    """By whichever organisation is let in: one whose certificate is refused delays nobody else's proofs."""
    refused: LedgerError | None = None
    for signer in signers.each():
        try:
            return ledger.attest(signer, tx_id)
        except LedgerError as error:
            if error.reason != errors.ACCESS_DENIED:
                raise
            refused = error
    raise refused or LedgerError(errors.ACCESS_DENIED, "no organisation is let in")


def keep_of(one: Attested, attestation: Attestation) -> None:
    """Check attestations against the pinned trust and store them. Raises NotVerified, and stores nothing."""
    stored = member(attestation)
    check_transaction(one.tx_id, stored, trust.pinned())
    Attested.objects.filter(pk=one.pk).update(attestation=stored, next_try=None, attempts=0, reason="")


def check_transaction(tx_id: str, stored: bytes, trusted: Trust, *, key: str = "") -> tuple[list[str], Transaction]:
    """Who attests a transaction, and what it is. Raises NotVerified, also for bytes that are no attestation."""
    try:
        told = read_anchor(anchor_at(key, tx_id, stored, trusted), "anchor")
    except (ShapeError, ValueError, RecursionError) as error:
        raise NotVerified(Reason.MALFORMED, 1, str(error)) from error
    return attested(told, trusted)


def anchor_of(key: str, trusted: Trust) -> dict[str, Any] | None:
    """The `anchor` member for a document of the ledger, such as `device/<kid>`; None while nobody attests it here."""
    copy = Document.objects.filter(pk=key).first()
    found = Attested.objects.filter(pk=copy.tx_id, next_try=None).first() if copy else None
    return anchor_at(key, found.tx_id, bytes(found.attestation), trusted) if found else None


def _later_wanted(one: Attested, reason: str, *, away: bool = False) -> None:
    attempts = one.attempts + 1
    until = _now() + settle.wait_after(attempts, away=away)
    Attested.objects.filter(pk=one.pk).update(attempts=attempts, next_try=until, reason=reason)


def keep(batch: Batch, attestation: Attestation) -> Anchor:
    """Check attestations against the pinned trust and store them. Raises NotVerified, and stores nothing."""
    if batch.block is None:
        raise ValueError(f"batch {batch.pk} is in no block yet")
    stored = member(attestation)
    anchor = check(batch.pk, attestation.tx_id, stored, trust.pinned())
    with transaction.atomic():
        Evidence.objects.update_or_create(
            batch_id=batch.pk, defaults={"tx_id": anchor.tx_id, "block": batch.block, "attestation": stored}
        )
        Batch.objects.filter(pk=batch.pk).update(evidenced=_now(), claimed_until=None, attempts=0, reason="")
    return anchor


def member(attestation: Attestation) -> bytes:
    """The `attestation` member of a proof bundle, canonical JSON."""
    return canonical(
        {
            "proposal": _base64(attestation.proposal),
            "payload": _base64(attestation.payload),
            "endorsements": [
                {"endorser": _base64(endorser), "signature": _base64(signature)}
                for endorser, signature in attestation.endorsements
            ],
        }
    )


def anchor_member(batch_id: str, tx_id: str, stored: bytes, trusted: Trust) -> dict[str, Any]:
    """The `anchor` member of a proof bundle, without a block. ValueError if the stored bytes are not JSON."""
    return anchor_at(f"batch/{batch_id}", tx_id, stored, trusted)


def anchor_at(key: str, tx_id: str, stored: bytes, trusted: Trust) -> dict[str, Any]:
    """The `anchor` member for what a transaction wrote at a key. ValueError if the stored bytes are not JSON."""
    return {
        "channel": trusted.channel,
        "chaincode": trusted.chaincode,
        "key": key,
        "txId": tx_id,
        "attestation": json.loads(stored),
    }


def check(batch_id: str, tx_id: str, stored: bytes, trusted: Trust) -> Anchor:
    """What the attested transaction committed to under this batch's key. Raises NotVerified."""
    return check_anchor(anchor_member(batch_id, tx_id, stored, trusted), trusted)


def _said_by(error: Exception) -> str:
    return error.message if isinstance(error, LedgerError) else str(error)


def _later(batch: Batch, reason: str, *, away: bool = False) -> None:
    attempts = batch.attempts + 1
    waiting = Batch.objects.filter(pk=batch.pk, evidenced=None)
    waiting.update(attempts=attempts, claimed_until=_now() + settle.wait_after(attempts, away=away), reason=reason)


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _now() -> datetime:
    return datetime.now(UTC)
