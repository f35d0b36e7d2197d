"""A kill between any two steps of a batch's life loses nothing and doubles nothing."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import OrganisationFactory
from traceapp.ledger import blocks, calls, claim, errors, evidence, projection, selectors, verified
from traceapp.ledger.errors import EndorseError, SubmitError, Unavailable
from traceapp.ledger.members import Identity
from traceapp.ledger.messages import sign_envelope
from traceapp.ledger.models import Batch, Block, Checkpoint, Envelope, Evidence, Record
from traceapp.ledger.outgoing import Call
from traceapp.ledger.relay import Relay
from traceapp.ledger.signers import Signers


@pytest.fixture
def signers(ledger_world):
    return Signers()


@pytest.fixture
def relay(ledger_world, signers):
    return Relay(ledger_world.ledger, signers)


def now():
    return datetime.now(UTC)


def claimed(world, number=2):
    """A batch whose claimer died right after the claim."""
    world.records(number)
    return claim.claim(organisation_id=world.organisations[0].pk, kind="epcis", now=now())


def lease_runs_out():
    Batch.objects.update(claimed_until=now() - timedelta(seconds=1))


def on_ledger_once(world):
    """Every record is verified, and each batch is in one valid transaction."""
    answer = verified.read(list(Record.objects.values_list("pk", flat=True)))
    assert not answer.unverified
    written = [
        one.id
        for event in world.ledger.block_events(0, timeout=0)
        for transaction in blocks.transactions(event, "traceability")
        for one in transaction.batches
    ]
    assert sorted(written) == sorted(Batch.objects.values_list("pk", flat=True))
    assert Batch.objects.filter(state="valid").count() == len(written)
    return True


def test_killed_after_the_claim(ledger_world):
    batch = claimed(ledger_world)
    assert batch.size == 2
    assert list(Record.objects.values_list("position", flat=True)) == [0, 1]
    ledger_world_now = Relay(ledger_world.ledger, Signers())
    assert ledger_world_now.step() == 0  # somebody's lease
    lease_runs_out()
    ledger_world.anchor()
    assert on_ledger_once(ledger_world)


def test_killed_before_the_envelope_was_stored(ledger_world, signers):
    batch = claimed(ledger_world)
    ledger_world.ledger.endorse(signers.of(batch.organisation_id), "record_batch", batch.request[1])
    lease_runs_out()
    ledger_world.anchor()
    assert on_ledger_once(ledger_world)


def test_killed_after_the_envelope_was_stored(ledger_world, relay):
    batch = claimed(ledger_world)
    relay.endorse(batch)
    envelope = Envelope.objects.get()
    assert Batch.objects.get().state == "endorsed"
    lease_runs_out()
    ledger_world.anchor()
    assert Envelope.objects.get().tx_id == envelope.tx_id  # the same one was sent
    assert on_ledger_once(ledger_world)


def test_killed_after_it_was_sent_and_before_that_was_noted(ledger_world, relay):
    batch = claimed(ledger_world)
    relay.endorse(batch)
    ledger_world.ledger.submit(bytes(Envelope.objects.get().content))
    lease_runs_out()
    ledger_world.anchor()  # sends it a second time
    codes = [t.code for e in ledger_world.ledger.block_events(1, timeout=0) for t in e.transactions]
    assert codes[0] == 0
    assert on_ledger_once(ledger_world)


def test_killed_before_the_block_was_noted(ledger_world, relay):
    batch = claimed(ledger_world)
    relay.advance(batch)
    assert Batch.objects.get().state == "sent"
    assert ledger_world.ledger.commit_status(Envelope.objects.get().tx_id, timeout=5).valid
    ledger_world.anchor()
    assert on_ledger_once(ledger_world)


def test_killed_before_the_evidence_was_kept(ledger_world, relay):
    batch = claimed(ledger_world)
    relay.advance(batch)
    while Batch.objects.get().state != "valid":
        projection.follow(ledger_world.ledger, timeout=1)
    record = Record.objects.first()
    assert verified.read([record.pk]).unverified[0].state == "pending"
    assert selectors.state_of(record).value == "sent"
    ledger_world.anchor()
    assert selectors.state_of(record) == selectors.State.ON_LEDGER
    assert on_ledger_once(ledger_world)


def test_a_second_claimer_gets_nothing_of_the_first(ledger_world):
    ledger_world.records(3)
    owner = ledger_world.organisations[0].pk
    first = claim.claim(organisation_id=owner, kind="epcis", now=now())
    assert claim.claim(organisation_id=owner, kind="epcis", now=now()) is None
    assert not claim.lease(first, now())
    lease_runs_out()
    assert claim.lease(first, now())
    assert not claim.lease(first, now())


def test_who_lost_the_lease_stores_no_envelope(ledger_world, relay):
    batch = claimed(ledger_world)
    Batch.objects.update(claimed_until=now() + timedelta(seconds=5))  # somebody took it over
    relay.endorse(batch)
    assert not Envelope.objects.exists()


def test_a_queue_longer_than_a_batch_makes_several(ledger_world, settings):
    settings.BATCH_SIZE = 4
    ledger_world.records(10)
    ledger_world.anchor()
    assert sorted(Batch.objects.values_list("size", flat=True)) == [2, 4, 4]
    assert on_ledger_once(ledger_world)


def test_a_batch_waits_for_company(ledger_world, relay, settings):
    settings.BATCH_WAIT = 60
    ledger_world.records(3)
    assert relay.step() == 0
    settings.BATCH_SIZE = 3
    assert relay.step() == 1


def test_a_refusal_by_the_contract_rejects_the_records_with_its_reason(ledger_world, relay):
    record = ledger_world.record()
    batch = claim.claim(organisation_id=ledger_world.organisations[0].pk, kind="epcis", now=now())
    Batch.objects.update(size=0)
    batch.size = 0
    relay.advance(batch)
    batch.refresh_from_db()
    assert batch.state == "invalid"
    state = selectors.state_of(record)
    assert state.value == "rejected"
    assert "size must be an integer" in state.reason
    (found,) = verified.read([record.pk]).unverified
    assert found.state == "rejected"
    ledger_world.anchor()
    assert selectors.queued() == 0


def test_an_envelope_this_database_has_forgotten_counts(ledger_world, relay, signers):
    batch = claimed(ledger_world)
    signer = signers.of(batch.organisation_id)
    endorsed = ledger_world.ledger.endorse(signer, "record_batch", batch.request[1])
    ledger_world.ledger.submit(sign_envelope(endorsed, signer))
    assert ledger_world.ledger.commit_status(endorsed.tx_id, timeout=5).valid
    lease_runs_out()
    ledger_world.anchor()
    assert not Envelope.objects.exists()
    assert Batch.objects.get().tx_id == endorsed.tx_id
    assert on_ledger_once(ledger_world)


def test_a_forgotten_envelope_is_found_in_blocks_that_were_noted_long_ago(ledger_world, relay, signers):
    batch = claimed(ledger_world)
    signer = signers.of(batch.organisation_id)
    endorsed = ledger_world.ledger.endorse(signer, "record_batch", batch.request[1])
    ledger_world.ledger.submit(sign_envelope(endorsed, signer))
    assert ledger_world.ledger.commit_status(endorsed.tx_id, timeout=5).valid
    Batch.objects.filter(pk=batch.pk).update(root=b"\0" * 32)  # so that the projection passes it by
    projection.follow(ledger_world.ledger, timeout=0)
    Batch.objects.filter(pk=batch.pk).update(root=batch.root)
    lease_runs_out()
    ledger_world.anchor()
    assert on_ledger_once(ledger_world)


def test_of_two_envelopes_the_first_valid_one_stands(ledger_world, relay, signers):
    batch = claimed(ledger_world)
    signer = signers.of(batch.organisation_id)
    other = ledger_world.ledger.endorse(signer, "record_batch", batch.request[1])
    relay.endorse(batch)
    ledger_world.ledger.submit(sign_envelope(other, signer))
    lease_runs_out()
    ledger_world.anchor()
    assert Batch.objects.get().tx_id == other.tx_id
    assert Envelope.objects.get().code not in (None, 0)
    assert on_ledger_once(ledger_world)


def test_an_invalid_code_in_a_block_leads_to_a_new_envelope(ledger_world, relay):
    batch = claimed(ledger_world)
    relay.endorse(batch)  # endorsed by three of three
    for number in range(4):
        OrganisationFactory(name=f"Newcomer {number}")
    ledger_world.provision()  # now a majority of seven is wanted
    lease_runs_out()
    relay.step()
    first = Envelope.objects.get()
    while not projection.follow(ledger_world.ledger, timeout=1) or Batch.objects.get().state == "sent":
        pass
    batch.refresh_from_db()
    assert batch.state == "claimed"
    assert "ENDORSEMENT_POLICY_FAILURE" in batch.reason
    lease_runs_out()
    ledger_world.anchor()
    first.refresh_from_db()
    assert first.code not in (None, 0)
    assert Envelope.objects.count() == 2
    assert on_ledger_once(ledger_world)


class Away:
    """A ledger whose named method fails as the real one does when it is away or refuses."""

    def __init__(self, ledger, **failing):
        self._ledger, self._failing = ledger, failing

    def __getattr__(self, name):
        if name not in self._failing:
            return getattr(self._ledger, name)

        def fail(*args, **kwargs):
            raise self._failing[name]

        return fail


@pytest.mark.parametrize("method", ["endorse", "submit", "attest"])
def test_a_ledger_that_is_away_delays_and_loses_nothing(ledger_world, signers, method):
    ledger_world.records(2)
    away = Away(ledger_world.ledger, **{method: Unavailable("the network is down")})
    relay = Relay(away, signers)

    def work():
        for _ in range(20):
            relay.step()
            projection.follow(away, timeout=0.3)
            evidence.gather(away, signers)

    with pytest.raises(Unavailable):
        work()
    batch = Batch.objects.get()
    assert "the network is down" in batch.reason
    assert batch.claimed_until > now()
    lease_runs_out()
    ledger_world.anchor()
    assert Batch.objects.get().reason == ""
    assert on_ledger_once(ledger_world)


def test_however_long_the_ledger_was_away_a_batch_is_tried_again_within_seconds(ledger_world, signers):
    ledger_world.record()
    relay = Relay(Away(ledger_world.ledger, endorse=Unavailable("the network is down")), signers)
    with pytest.raises(Unavailable):
        relay.step()
    Batch.objects.update(attempts=40)  # hours
    lease_runs_out()
    with pytest.raises(Unavailable):
        relay.step()
    assert Batch.objects.get().claimed_until < now() + timedelta(seconds=10)


def test_a_wrong_certificate_delays_and_does_not_reject(ledger_world, signers):
    ledger_world.records(1)
    denied = EndorseError(errors.ACCESS_DENIED, "creator unknown")
    Relay(Away(ledger_world.ledger, endorse=denied), signers).step()
    assert Batch.objects.get().state == "claimed"
    lease_runs_out()
    ledger_world.anchor()
    assert on_ledger_once(ledger_world)


def test_what_waits_for_a_certificate_that_nobody_brought_yet_is_told_once_and_is_no_error(
    ledger_world, signers, caplog
):
    organisation = ledger_world.organisations[0]
    Identity.objects.filter(organisation=organisation).delete()
    ledger_world.records(1)
    calls.request(organisation=organisation, role="treasurer", function="open_account", argument={"id": calls.new_id()})
    relay = Relay(ledger_world.ledger, signers)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            relay.step()
            lease_runs_out()
            Call.objects.update(claimed_until=now() - timedelta(seconds=1))
    waits = [one for one in caplog.records if "has no certificate" in one.getMessage()]
    assert len(waits) == 2  # with the role recorder, with the role treasurer
    assert {one.levelname for one in waits} == {"INFO"}
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_an_envelope_the_orderer_never_took_is_replaced(ledger_world, signers):
    ledger_world.records(1)
    refused = SubmitError(errors.ACCESS_DENIED, "certificate expired")
    Relay(Away(ledger_world.ledger, submit=refused), signers).step()
    assert Batch.objects.get().state == "claimed"
    assert not Envelope.objects.exists()
    lease_runs_out()
    ledger_world.anchor()
    assert on_ledger_once(ledger_world)


def test_the_checkpoint_moves_with_what_it_covers_or_not_at_all(ledger_world, relay, monkeypatch):
    relay.advance(claimed(ledger_world))
    assert ledger_world.ledger.commit_status(Envelope.objects.get().tx_id, timeout=5).valid

    def no_room(*args):
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(projection, "_note_block", no_room)
        with pytest.raises(OSError, match="no space"):
            projection.follow(ledger_world.ledger, timeout=0)
    assert not Checkpoint.objects.filter(block__gte=0).exists()
    assert not Block.objects.exists()
    assert Batch.objects.get().state == "sent"
    ledger_world.anchor()
    assert on_ledger_once(ledger_world)


def test_two_projections_at_once_note_a_block_once(ledger_world):
    ledger_world.records(1)
    ledger_world.anchor()
    event = next(ledger_world.ledger.block_events(1, timeout=0))
    behind = Checkpoint(name=projection.NAME, block=0, block_hash=event.previous_hash, genesis=b"")
    with pytest.raises(projection.FollowedElsewhere):
        projection.note(ledger_world.ledger, behind, [event])


def test_a_checkpoint_above_the_ledger_is_an_error(ledger_world):
    ledger_world.anchor()
    Checkpoint.objects.update(block=1000)
    with pytest.raises(projection.LedgerMismatch, match="ends at block"):
        projection.follow(ledger_world.ledger, timeout=0)


def test_another_chain_is_an_error(ledger_world):
    ledger_world.anchor()
    Checkpoint.objects.update(block_hash=b"\x07" * 32)
    ledger_world.records(1)
    with pytest.raises(projection.LedgerMismatch, match="does not follow"):
        ledger_world.anchor()


def test_another_genesis_is_an_error(ledger_world):
    ledger_world.anchor()
    Checkpoint.objects.update(genesis=b"\x07" * 32)
    with pytest.raises(projection.LedgerMismatch, match="genesis"):
        projection.follow(ledger_world.ledger, timeout=0)


def test_evidence_that_does_not_check_is_not_kept(ledger_world, signers):
    from dataclasses import replace

    from traceapp.verifier.errors import NotVerified

    ledger_world.records(1)
    ledger_world.anchor()
    batch = Batch.objects.get()
    attestation = ledger_world.ledger.attest(signers.of(batch.organisation_id), batch.tx_id)
    Evidence.objects.all().delete()
    with pytest.raises(NotVerified):
        evidence.keep(batch, replace(attestation, endorsements=attestation.endorsements[:1]))
    assert not Evidence.objects.exists()
