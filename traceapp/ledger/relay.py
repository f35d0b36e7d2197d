"""One step of a batch's life at a time: Claimed, Endorsed, Sent. How it ends, the projection says.

A kill between any two lines loses and doubles nothing: the signed envelope is stored before it is first sent, the same
one is sent again until a block judged it, and the contract takes a batch id once.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction

from traceapp.commitments.canonical import Json, canonical
from traceapp.commitments.times import rfc3339
from traceapp.ledger import blocks, claim, errors, settle
from traceapp.ledger.errors import EndorseError, LedgerError, SubmitError, Unavailable
from traceapp.ledger.holds import Holds
from traceapp.ledger.identities import serialized_identity
from traceapp.ledger.keystore import KeyStoreError
from traceapp.ledger.messages import creator_of, sign_envelope
from traceapp.ledger.models import Batch, Checkpoint, Envelope
from traceapp.ledger.port import Ledger
from traceapp.ledger.projection import NAME
from traceapp.ledger.signers import KeptSigner, Signers
from traceapp.ledger.told import Told

logger = logging.getLogger(__name__)

MAX_IN_FLIGHT: Final = 256
"""Sent and not yet in a block. Fabric's gateway refuses more than 500 at once."""

_A_STEP: Final = 32  # new batches before the projection has its turn

RESEND: Final = timedelta(seconds=10)
"""How long to wait for a block before the same envelope is sent again."""

_ALREADY: Final = "already_recorded"


class Relay:
    """Moves batches on. Any number may run: a lease says whose a batch is."""

    def __init__(self, ledger: Ledger, signers: Signers, told: Told | None = None) -> None:
        self.ledger = ledger
        self.signers = signers
        self.holds = Holds(told or Told(logger))

    def step(self) -> int:
        """Claim what is ready, and move every batch that is due one step or more. Returns how many were moved.

        Raises Unavailable when the ledger is away: nothing else can go on either.
        """
        moved = 0
        self.holds.review(_now())
        room = MAX_IN_FLIGHT - Batch.objects.filter(state__in=(Batch.State.ENDORSED, Batch.State.SENT)).count()
        for batch in _due(_now(), self.holds):
            if batch.state == Batch.State.CLAIMED and batch.organisation_id in self.holds:
                continue
            token = _now() + claim.LEASE
            if claim.lease(batch, _now(), until=token):
                batch.claimed_until = token
                self.advance(batch)
                moved += 1
        for _, batch in zip(range(min(room, _A_STEP)), claim.claim_ready(_now(), self.holds), strict=False):
            self.advance(batch)
            moved += 1
        return moved

    def in_flight(self) -> bool:
        """Whether a batch waits for its block."""
        return Batch.objects.filter(evidenced=None, state__in=(Batch.State.ENDORSED, Batch.State.SENT)).exists()

    def advance(self, batch: Batch) -> None:
        """From its present state as far as it goes now. The caller holds its lease."""
        try:
            if batch.state == Batch.State.CLAIMED:
                self.endorse(batch)
            if batch.state == Batch.State.ENDORSED:
                self.send(batch)
            elif batch.state == Batch.State.SENT:
                self.send_again(batch)
        except Unavailable as error:
            _postpone(batch, errors.sentence(f"the ledger is away: {error.message}"), away=True)
            raise
        except (LedgerError, KeyStoreError) as error:
            sentence = errors.sentence(error.message if isinstance(error, LedgerError) else str(error))
            until = _postpone(batch, sentence)
            self.holds.hold(batch.organisation, sentence, until)

    def endorse(self, batch: Batch) -> None:
        """Claimed to Endorsed: the signed envelope is stored. A refusal for what the batch says ends it."""
        signer = self.signers.of(batch.organisation_id)
        try:
            endorsed = self.ledger.endorse(signer, "record_batch", request_of(batch))
        except EndorseError as error:
            self._refused(batch, signer, error)
            return
        self.holds.over(batch)
        envelope = sign_envelope(endorsed, signer)
        with transaction.atomic():
            if _move(batch, Batch.State.ENDORSED, batch.claimed_until):
                Envelope.objects.create(
                    batch=batch, tx_id=endorsed.tx_id, content=envelope, key_reference=signer.reference
                )

    def _refused(self, batch: Batch, signer: KeptSigner, error: EndorseError) -> None:
        if error.reason == _ALREADY:
            # Success: an envelope that this database has forgotten was committed. The block will tell which.
            logger.info("Batch %s is on the ledger already: %s", batch.pk, error.message)
            _move(batch, Batch.State.SENT, _now())
        elif error.reason in errors.CURABLE:
            raise EndorseError(error.reason, _what_to_do(batch, signer, error)) from error
        else:
            logger.error("The contract refuses batch %s: %s", batch.pk, error)
            settle.invalid(batch_id=batch.pk, reason=f"{error.message} ({error.reason})", now=_now())
            batch.state = Batch.State.INVALID

    def send(self, batch: Batch) -> None:
        """Endorsed to Sent. Sent twice, if the process dies in between, is committed once."""
        envelope = Envelope.objects.filter(batch=batch, code=None).latest("pk")
        self._submit(batch, envelope)
        with transaction.atomic():
            Envelope.objects.filter(pk=envelope.pk).update(sent=_now())
            _move(batch, Batch.State.SENT, _now() + RESEND)

    def send_again(self, batch: Batch) -> None:
        """No block judged it for a while: the same envelope once more, or none if it is in a block already."""
        envelope = Envelope.objects.filter(batch=batch, code=None).order_by("-pk").first()
        if envelope is None:
            self._find(batch)
        elif self.ledger.commit_status(envelope.tx_id, timeout=0) is None:
            self._submit(batch, envelope)
        _postpone(batch, "Sent; not in a block yet.", at_least=RESEND)

    def _submit(self, batch: Batch, envelope: Envelope) -> None:
        try:
            self.ledger.submit(bytes(envelope.content))
        except SubmitError as error:
            if error.reason != errors.DUPLICATE and not self._replaced(batch, envelope, error):
                raise

    def _replaced(self, batch: Batch, envelope: Envelope, error: SubmitError) -> bool:
        """The orderer refuses it, and it is in no block: another one is made. True if by another certificate.

        One that was taken before may still come, unless its certificate is what is refused; and the contract takes a
        batch once.
        """
        succeeded = error.reason == errors.ACCESS_DENIED and self._has_successor(batch, envelope)
        if not succeeded and envelope.sent is not None:
            return False
        if self.ledger.commit_status(envelope.tx_id, timeout=0) is not None:
            return False
        logger.info("The orderer refuses the envelope of batch %s, so that another one is made.", batch.pk)
        with transaction.atomic():
            if (
                _move(batch, Batch.State.CLAIMED, _now() if succeeded else batch.claimed_until)
                and envelope.sent is None
            ):
                Envelope.objects.filter(pk=envelope.pk).delete()
        return succeeded

    def _has_successor(self, batch: Batch, envelope: Envelope) -> bool:
        signer = self.signers.of(batch.organisation_id)
        return creator_of(bytes(envelope.content)) != serialized_identity(signer.msp_id, signer.certificate)

    def _find(self, batch: Batch) -> None:
        """Which transaction put it on the ledger? The projection went by before it knew the batch: look back."""
        followed = Checkpoint.objects.filter(pk=NAME).first()
        for event in self.ledger.block_events(0, timeout=0):
            if followed is None or event.number > followed.block:
                return  # the projection will meet it
            for one in blocks.transactions(event, self.ledger.chaincode):
                for written in one.batches:
                    if written.id == batch.pk:
                        settle.valid(
                            batch_id=written.id,
                            root=written.root,
                            tx_id=one.tx_id,
                            block=event.number,
                            now=_now(),
                        )
                        return


def request_of(batch: Batch) -> str:
    """The argument of `record_batch`."""
    request: Json = {
        "id": batch.pk,
        "kind": batch.kind,
        "root": bytes(batch.root).hex(),
        "size": batch.size,
        "from": rfc3339(batch.time_from),
        "to": rfc3339(batch.time_to),
    }
    return canonical(request).decode()


def _now() -> datetime:
    return datetime.now(UTC)


def _what_to_do(batch: Batch, signer: KeptSigner, error: EndorseError) -> str:
    if error.reason == errors.FORBIDDEN:
        wanted = f"org={batch.organisation.pgln} and role=recorder"
        return (
            f"the contract refuses the certificate of {signer.msp_id}: {error.message}. Bring one with the attributes "
            f"{wanted} (manage.py import_identity)"
        )
    if error.reason == errors.UNKNOWN_FUNCTION:
        return f"the contract on the channel is older than this application: {error.message}. Commit the newer one"
    return error.message


def _due(now: datetime, holds: Holds) -> list[Batch]:
    open_states = (Batch.State.CLAIMED, Batch.State.ENDORSED, Batch.State.SENT)
    due = Batch.objects.filter(evidenced=None, state__in=open_states, claimed_until__lt=now)
    due = due.exclude(state=Batch.State.CLAIMED, organisation__in=list(holds))
    return list(due.defer("leaves").order_by("claimed_until")[:MAX_IN_FLIGHT])


def _move(batch: Batch, state: Batch.State, until: datetime | None) -> bool:
    """To the next state, if the lease is still ours; its end is what tells our lease from another's."""
    ours = Batch.objects.filter(pk=batch.pk, state=batch.state, claimed_until=batch.claimed_until)
    if not ours.update(state=state, claimed_until=until, attempts=0, reason=""):
        batch.refresh_from_db(fields=["state", "claimed_until"])
        return False
    batch.state, batch.claimed_until = state, until
    return True


def _postpone(batch: Batch, reason: str, *, at_least: timedelta = timedelta(0), away: bool = False) -> datetime:
    """Note why, and when it is tried again; returns the latter."""
    attempts = batch.attempts + 1
    ours = Batch.objects.filter(pk=batch.pk, state=batch.state, claimed_until=batch.claimed_until)
    until = _now() + max(settle.wait_after(attempts, away=away), at_least)
    ours.update(attempts=attempts, reason=reason, claimed_until=until)
    return until
