"""One step of a batch's or a call's life at a time: Claimed, Endorsed, Sent. How it ends, the projection says.

A kill between any two lines loses and doubles nothing: the signed envelope is stored before it is first sent, the same
one is sent again until a block judged it, and the contract takes an id once.

Several calls go through each step together: the ledger is asked by threads, the database by the caller's alone.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction

from traceapp.ledger import blocks, calls, claim, errors, settle, under_way
from traceapp.ledger.at_once import at_once
from traceapp.ledger.errors import EndorseError, LedgerError, SubmitError, Unavailable
from traceapp.ledger.holds import Holds
from traceapp.ledger.identities import serialized_identity
from traceapp.ledger.keystore import KeyStoreError
from traceapp.ledger.messages import creator_of, sign_envelope
from traceapp.ledger.models import Batch, Checkpoint, Envelope
from traceapp.ledger.outgoing import Call, Outgoing
from traceapp.ledger.port import Endorsed, Ledger
from traceapp.ledger.projection import NAME
from traceapp.ledger.signers import KeptSigner, NoCertificate, Signers
from traceapp.ledger.told import Told

logger = logging.getLogger(__name__)

State = Outgoing.State

_A_STEP: Final = 32  # new batches before the projection has its turn

RESEND: Final = timedelta(seconds=10)
"""How long to wait for a block before the same envelope is sent again."""

_ALREADY: Final = "already_recorded"
_IN_FLIGHT: Final = (State.ENDORSED, State.SENT)


class Relay:
    """Moves batches and calls on. Any number may run: a lease says whose one is."""

    def __init__(self, ledger: Ledger, signers: Signers, told: Told | None = None) -> None:
        self.ledger = ledger
        self.signers = signers
        self.told = told or Told(logger)
        self.holds = Holds(self.told)
        self._away: Unavailable | None = None

    def step(self) -> int:
        """Claim what is ready, and move all that is due one step or more. Returns how many were moved.

        Raises Unavailable when the ledger is away: nothing else can go on either.
        """
        moved = self._calls_step()
        self.holds.review(_now())
        room = under_way.MAX_IN_FLIGHT - Batch.objects.filter(state__in=_IN_FLIGHT).count()
        for batch in under_way.due_batches(_now(), self.holds):
            if batch.state == State.CLAIMED and batch.organisation_id in self.holds:
                continue
            if under_way.lease(batch):
                self.advance(batch)
                moved += 1
        for _, batch in zip(range(min(room, _A_STEP)), claim.claim_ready(_now(), self.holds), strict=False):
            self.advance(batch)
            moved += 1
        return moved

    def _calls_step(self) -> int:
        under_way.reject_followers()
        room = under_way.MAX_IN_FLIGHT - Call.objects.filter(state__in=_IN_FLIGHT).count()
        leased = [call for call in under_way.due_calls(_now(), room) if under_way.lease(call)]
        self.advance(*leased)
        return len(leased)

    def in_flight(self) -> bool:
        """Whether anything waits for its block."""
        return (
            Batch.objects.filter(evidenced=None, state__in=_IN_FLIGHT).exists()
            or Call.objects.filter(state__in=_IN_FLIGHT).exists()
        )

    def advance(self, *outgoing: Outgoing) -> None:
        """From their present states as far as they go now. The caller holds their leases.

        Raises Unavailable, when each had its turn, if the ledger was away for any.
        """
        self._away = None
        self.endorse(*(one for one in outgoing if one.state == State.CLAIMED))
        endorsed = [one for one in outgoing if one.state == State.ENDORSED]
        sent = [one for one in outgoing if one.state == State.SENT]
        self.send(*endorsed)
        for one in sent:
            with self._postponing(one):
                self.send_again(one)
        if self._away is not None:
            raise self._away

    def endorse(self, *outgoing: Outgoing) -> None:
        """Claimed to Endorsed: the signed envelope is stored. A refusal for what it says ends it."""
        ready: list[tuple[Outgoing, KeptSigner]] = []
        for one in outgoing:
            with self._postponing(one):
                if not _is_refused(one):
                    ready.append((one, self.signers.of(one.organisation_id, one.role, one.person)))
        answers = at_once(lambda pair: self.ledger.endorse(pair[1], *pair[0].request), ready)
        for (one, signer), answer in zip(ready, answers, strict=True):
            with self._postponing(one):
                try:
                    self._keep(one, signer, answer.result())
                except EndorseError as error:
                    self._refused(one, signer, error)

    def _keep(self, one: Outgoing, signer: KeptSigner, endorsed: Endorsed) -> None:
        if isinstance(one, Batch):
            self.holds.over(one)
        else:
            self.told.over(_about(one), f"Transactions of {one.organisation} as {one.role} go on.")
        envelope = sign_envelope(endorsed, signer)
        with transaction.atomic():
            if under_way.move(one, State.ENDORSED, one.claimed_until):
                Envelope.objects.create(
                    **under_way.of(one), tx_id=endorsed.tx_id, content=envelope, key_reference=signer.reference
                )

    def _refused(self, one: Outgoing, signer: KeptSigner, error: EndorseError) -> None:
        if error.reason == _ALREADY:
            # Success: an envelope that this database has forgotten was committed. The block will tell which.
            logger.info("%s is on the ledger already: %s", one, error.message)
            under_way.move(one, State.SENT, _now())
        elif error.reason in errors.CURABLE:
            raise EndorseError(error.reason, _what_to_do(one, signer, error)) from error
        else:
            # A refused batch is a fault of this program; a refused call is its caller's answer.
            level = logging.INFO if isinstance(one, Call) else logging.ERROR
            logger.log(level, "The contract refuses %s: %s", one, error)
            settle.invalid(one, code=error.reason, sentence=error.message, now=_now())

    def send(self, *outgoing: Outgoing) -> None:
        """Endorsed to Sent. Sent twice, if the process dies in between, is committed once."""
        ready = [(one, Envelope.objects.filter(**under_way.of(one), code=None).latest("pk")) for one in outgoing]
        answers = at_once(lambda pair: self.ledger.submit(bytes(pair[1].content)), ready)
        for (one, envelope), answer in zip(ready, answers, strict=True):
            with self._postponing(one):
                self._submitted(one, envelope, answer.exception())
                with transaction.atomic():
                    Envelope.objects.filter(pk=envelope.pk).update(sent=_now())
                    under_way.move(one, State.SENT, _now() + RESEND)

    def send_again(self, one: Outgoing) -> None:
        """No block judged it for a while: the same envelope once more, or none if it is in a block already."""
        envelope = Envelope.objects.filter(**under_way.of(one), code=None).order_by("-pk").first()
        if envelope is None:
            self._find(one)
        elif self.ledger.commit_status(envelope.tx_id, timeout=0) is None:
            (answer,) = at_once(self.ledger.submit, [bytes(envelope.content)])
            self._submitted(one, envelope, answer.exception())
        under_way.postpone(one, "Sent; not in a block yet.", at_least=RESEND)

    @contextmanager
    def _postponing(self, one: Outgoing) -> Iterator[None]:
        """What goes wrong is noted at this one, which is tried again later; others go on."""
        try:
            yield
        except Unavailable as error:
            under_way.postpone(one, errors.sentence(f"the ledger is away: {error.message}"), away=True)
            self._away = error
        except (LedgerError, KeyStoreError) as error:
            sentence = errors.sentence(error.message if isinstance(error, LedgerError) else str(error))
            until = under_way.postpone(one, sentence)
            level = logging.INFO if isinstance(error, NoCertificate) else logging.ERROR
            if isinstance(one, Batch):
                self.holds.hold(one.organisation, sentence, until, level)
            else:
                self.told.say(_about(one), f"A transaction of {one.organisation} waits: {sentence}", level=level)

    def _submitted(self, one: Outgoing, envelope: Envelope, error: BaseException | None) -> None:
        if error is None or (isinstance(error, SubmitError) and error.reason == errors.DUPLICATE):
            return
        if not isinstance(error, SubmitError) or not self._replaced(one, envelope, error):
            raise error

    def _replaced(self, one: Outgoing, envelope: Envelope, error: SubmitError) -> bool:
        """The orderer refuses it, and it is in no block: another one is made. True if by another certificate.

        One that was taken before may still come, unless its certificate is what is refused; and the contract takes an
        id once.
        """
        succeeded = error.reason == errors.ACCESS_DENIED and self._has_successor(one, envelope)
        if not succeeded and envelope.sent is not None:
            return False
        if self.ledger.commit_status(envelope.tx_id, timeout=0) is not None:
            return False
        logger.info("The orderer refuses the envelope of %s, so that another one is made.", one)
        with transaction.atomic():
            if under_way.move(one, State.CLAIMED, _now() if succeeded else one.claimed_until) and envelope.sent is None:
                Envelope.objects.filter(pk=envelope.pk).delete()
        return succeeded

    def _has_successor(self, one: Outgoing, envelope: Envelope) -> bool:
        signer = self.signers.of(one.organisation_id, one.role, one.person)
        return creator_of(bytes(envelope.content)) != serialized_identity(signer.msp_id, signer.certificate)

    def _find(self, one: Outgoing) -> None:
        """Which transaction put it on the ledger? The projection went by before it knew of it: look back."""
        followed = Checkpoint.objects.filter(pk=NAME).values_list("block", flat=True).first()
        for event in self.ledger.block_events(0, timeout=0):
            if isinstance(one, Batch) and (followed is None or event.number > followed):
                return  # the projection will meet it
            for found in blocks.transactions(event, self.ledger.chaincode):
                if _settled_by(one, found, event.number):
                    return
        if isinstance(one, Call):
            # The contract said that it has its effect already: by a transaction that asked in other words.
            settle.call_valid(one, tx_id="", block=None, answer="", now=_now())


def _settled_by(one: Outgoing, found: blocks.Transaction, block: int) -> bool:
    if isinstance(one, Call):
        if found.called != one.request or found.msp_id != one.organisation.msp_id:
            return False
        settle.call_valid(one, tx_id=found.tx_id, block=block, answer=found.answer.decode(), now=_now())
        return True
    written = next((batch for batch in found.batches if batch.id == one.pk), None)
    if written is None:
        return False
    settle.valid(batch_id=written.id, root=written.root, tx_id=found.tx_id, block=block, now=_now())
    return True


def _now() -> datetime:
    return datetime.now(UTC)


def _about(one: Outgoing) -> str:
    return f"calls of {one.organisation_id} as {one.role} {one.person}"


def _is_refused(one: Outgoing) -> bool:
    """Whether a room that answers for such a call says that it must not be signed."""
    why = calls.refusal(one) if isinstance(one, Call) else ""
    if why:
        logger.error("%s is not signed: %s", one, why)
        settle.invalid(one, code=calls.NOT_CONFIRMED, sentence=why, now=_now())
    return bool(why)


def _what_to_do(one: Outgoing, signer: KeptSigner, error: EndorseError) -> str:
    if error.reason == errors.FORBIDDEN:
        return (
            f"the contract refuses the certificate of {signer.msp_id}: {error.message}. Bring one with the attributes "
            f"org={one.organisation.pgln} and role={one.role} (manage.py import_identity)"
        )
    if error.reason == errors.UNKNOWN_FUNCTION:
        return f"the contract on the channel is older than this application: {error.message}. Commit the newer one"
    return error.message
