"""What a transaction does, on every ledger."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.deployment import Deployment, endorse, record, request, send, status
from traceapp.ledger.errors import CommitError, EndorseError, EvaluateError, SubmitError
from traceapp.ledger.messages import envelope_tx_id, sign_envelope
from traceapp.ledger.port import Endorsed
from traceapp.ledger.protos import common, encode, transaction


def test_a_recorded_batch_can_be_read_back_as_the_contract_wrote_it(place: Deployment) -> None:
    wanted = request()
    endorsed = endorse(place, wanted)
    assert send(place, endorsed).valid
    document = place.ledger.evaluate(place.reader, "get_batch", str(wanted["id"]))
    assert document == endorsed.result
    found = json.loads(document)
    assert found == wanted | {
        "docType": "batch",
        "organisation": place.organisation,
        "mspId": place.recorder.msp_id,
        "recordedAt": found["recordedAt"],
    }
    assert document == json.dumps(found, separators=(",", ":"), sort_keys=True).encode()


def test_nothing_is_written_before_the_commit(place: Deployment) -> None:
    wanted = request()
    endorse(place, wanted)
    with pytest.raises(EvaluateError) as refused:
        place.ledger.evaluate(place.reader, "get_batch", str(wanted["id"]))
    assert refused.value.reason == "not_found"


def test_the_same_batch_again_is_already_recorded_and_names_its_root(place: Deployment) -> None:
    wanted = request()
    assert record(place, wanted).valid
    with pytest.raises(EndorseError) as refused:
        endorse(place, wanted)
    assert refused.value.reason == "already_recorded"
    assert str(wanted["root"]) in refused.value.message


def test_another_root_under_a_taken_id_is_a_conflict(place: Deployment) -> None:
    wanted = request()
    assert record(place, wanted).valid
    with pytest.raises(EndorseError) as refused:
        endorse(place, wanted | {"root": "00" * 32})
    assert refused.value.reason == "conflict"


def test_another_organisation_cannot_repeat_a_batch_as_its_own(place: Deployment) -> None:
    wanted = request()
    assert record(place, wanted).valid
    with pytest.raises(EndorseError) as refused:
        endorse(place, wanted, place.other)
    assert refused.value.reason == "conflict"


def test_of_two_endorsed_for_one_id_the_second_is_an_mvcc_conflict_and_stays_in_its_block(place: Deployment) -> None:
    wanted = request()
    first, second = endorse(place, wanted), endorse(place, wanted | {"root": "00" * 32})
    assert send(place, first).valid
    lost = send(place, second)
    assert lost.code == transaction.MVCC_READ_CONFLICT
    with pytest.raises(CommitError) as error:
        lost.require_valid()
    assert (error.value.reason, error.value.code) == ("MVCC_READ_CONFLICT", transaction.MVCC_READ_CONFLICT)
    block = next(place.ledger.block_events(lost.block, timeout=5))
    assert (second.tx_id, lost.code) in [(tx.tx_id, tx.code) for tx in block.transactions]
    kept = json.loads(place.ledger.evaluate(place.reader, "get_batch", str(wanted["id"])))
    assert kept["root"] == wanted["root"]


def test_submitting_an_envelope_again_changes_nothing(place: Deployment) -> None:
    endorsed = endorse(place, request())
    envelope = sign_envelope(endorsed, place.recorder)
    assert envelope_tx_id(envelope) == endorsed.tx_id
    place.ledger.submit(envelope)
    place.ledger.submit(envelope)
    first = status(place, endorsed.tx_id)
    place.ledger.submit(envelope)
    later = record(place, request())
    assert later.valid
    assert first.valid
    assert status(place, endorsed.tx_id) == first


def test_too_few_endorsements_fail_the_policy(place: Deployment) -> None:
    endorsed = endorse(place, request())
    assert send(place, _with_endorsements(endorsed, 1)).code == transaction.ENDORSEMENT_POLICY_FAILURE


def test_the_same_endorsement_three_times_counts_once(place: Deployment) -> None:
    endorsed = endorse(place, request())
    assert send(place, _with_endorsements(endorsed, 1, times=3)).code == transaction.ENDORSEMENT_POLICY_FAILURE


def test_an_envelope_with_a_bad_signature_is_refused_by_the_orderer(place: Deployment) -> None:
    endorsed = endorse(place, request())
    with pytest.raises(SubmitError) as refused:
        place.ledger.submit(sign_envelope(endorsed, place.other))
    assert refused.value.reason == "access_denied"


def test_something_that_is_no_envelope_is_refused_by_the_orderer(place: Deployment) -> None:
    for rubbish in (b"", b"\xff" * 40, encode(common.Envelope(payload=b"\xff\xff"))):
        with pytest.raises(SubmitError):
            place.ledger.submit(rubbish)


def test_a_status_is_none_until_the_transaction_is_in_a_block(place: Deployment) -> None:
    assert place.ledger.commit_status("00" * 32, timeout=0) is None


def test_many_at_once_all_take_effect(place: Deployment) -> None:
    def one(_: int) -> bool:
        return record(place, request()).valid

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(one, range(40)))


def _with_endorsements(endorsed: Endorsed, count: int, times: int = 1) -> Endorsed:
    payload = common.Payload.FromString(endorsed.payload)
    body = transaction.Transaction.FromString(payload.data)
    carried = transaction.ChaincodeActionPayload.FromString(body.actions[0].payload)
    kept = list(carried.action.endorsements[:count]) * times
    del carried.action.endorsements[:]
    carried.action.endorsements.extend(kept)
    body.actions[0].payload = encode(carried)
    payload.data = encode(body)
    return Endorsed(endorsed.tx_id, encode(payload), endorsed.result)
