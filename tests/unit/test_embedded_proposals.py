"""What the peers check before they run a contract, and how its failures surface."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.embedded_world import START, World, batch_request
from traceapp.ledger.embedded import peer
from traceapp.ledger.errors import EndorseError, EvaluateError
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.messages import new_proposal
from traceapp.ledger.protos import common, proposal, proposal_response, transaction


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "ledger")


@pytest.mark.parametrize("minutes", [-14, 0, 14, 15])
def test_a_time_within_15_minutes_of_the_peers_clock_passes(world: World, minutes: int) -> None:
    at = world.clock.now + timedelta(minutes=minutes)
    endorsed = world.endorse("record_batch", batch_request(), timestamp=at)
    assert world.commit(endorsed).valid


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_time_further_from_the_peers_clock_is_refused(world: World, minutes: int) -> None:
    at = world.clock.now + timedelta(minutes=minutes)
    with pytest.raises(EndorseError) as refused:
        world.endorse("record_batch", batch_request(), timestamp=at)
    assert refused.value.reason == "time_window"


def test_an_endorsed_transaction_may_be_submitted_long_after(world: World) -> None:
    endorsed = world.endorse("record_batch", batch_request())
    world.clock.turn(hours=5)
    assert world.commit(endorsed).valid


def test_recorded_at_is_the_transactions_time_in_whole_milliseconds(world: World) -> None:
    endorsed = world.endorse("record_batch", batch_request(), timestamp=START)
    assert b'"recordedAt":"2026-05-14T09:12:00.123Z"' in endorsed.result
    header = common.Payload.FromString(endorsed.payload).header
    assert common.ChannelHeader.FromString(header.channel_header).timestamp.nanos == 123_000_000


def test_an_expired_certificate_is_denied(world: World) -> None:
    world.clock.turn(days=10 * 366)
    with pytest.raises(EndorseError) as refused:
        world.endorse("record_batch", batch_request())
    assert refused.value.reason == "access_denied"
    assert "expired on" in refused.value.message


def test_a_peer_is_no_client(world: World) -> None:
    with world.ledger._store.read() as db:
        node = world.ledger._load(db).peers[0].node
    with pytest.raises(EvaluateError) as refused:
        world.ledger.evaluate(node, "has_id", "0" * 32)
    assert "a peer of Org1MSP is no client" in refused.value.message


def test_a_proposal_signed_with_another_key_is_denied(world: World) -> None:
    key, _ = world.ledger.client_identity("Org1MSP", org="9506000134351", role="recorder")
    forger = LocalSigner("Org1MSP", key, world.signer.certificate)
    with pytest.raises(EndorseError) as refused:
        world.ledger.endorse(forger, "record_batch", batch_request())
    assert "signature does not verify" in refused.value.message


def test_a_certificate_counts_for_its_own_organisation_only(world: World) -> None:
    posing = LocalSigner("Org2MSP", world.signer.key, world.signer.certificate)
    with pytest.raises(EndorseError) as refused:
        world.ledger.endorse(posing, "record_batch", batch_request())
    assert "certificate of Org2MSP was not issued" in refused.value.message


def test_a_transaction_id_on_the_ledger_is_not_endorsed_again(world: World) -> None:
    proposed = new_proposal(
        signer=world.signer,
        channel="trace",
        chaincode_name="traceability",
        args=["record_batch", batch_request()],
        timestamp=world.clock.now,
    )
    world.ledger._proposal = lambda *_: proposed  # type: ignore[method-assign]
    world.commit(world.endorse("record_batch", batch_request()))
    with pytest.raises(EndorseError) as refused:
        world.endorse("record_batch", batch_request())
    assert refused.value.reason == "duplicate_transaction"


def test_a_contract_that_crashes_is_an_answer_not_a_crash(tmp_path: Path) -> None:
    world = World(tmp_path / "shelf", shelf=True)
    with pytest.raises(EndorseError) as refused:
        world.endorse("crash")
    assert refused.value.reason == "chaincode_failed"
    assert "boom" in refused.value.message


def test_a_transaction_raises_its_event_and_endorses_it(world: World) -> None:
    endorsed = world.endorse("record_batch", batch_request())
    body = transaction.Transaction.FromString(common.Payload.FromString(endorsed.payload).data)
    carried = transaction.ChaincodeActionPayload.FromString(body.actions[0].payload)
    answer = proposal_response.ProposalResponsePayload.FromString(carried.action.proposal_response_payload)
    action = proposal.ChaincodeAction.FromString(answer.extension)
    assert b"batch_recorded" in action.events
    assert action.chaincode_id.name == "traceability"
    assert len(carried.action.endorsements) == 3


def test_the_window_is_fabrics() -> None:
    assert timedelta(minutes=15) == peer.TIME_WINDOW
