"""Who may do what, and what the contract says to bad requests, on every ledger."""

import json

import pytest

from tests.contract.deployment import Deployment, endorse, record, request
from traceapp.ledger.errors import EndorseError, EvaluateError

ID = "0" * 32


def test_a_member_without_the_role_recorder_may_read_but_not_record(place: Deployment) -> None:
    with pytest.raises(EndorseError) as refused:
        endorse(place, request(), place.reader)
    assert refused.value.reason == "forbidden"
    assert place.ledger.evaluate(place.reader, "has_id", ID) == b"false"


def test_another_organisations_member_may_read_all_batches(place: Deployment) -> None:
    first, second = request(), request(kind="sensor")
    assert record(place, first).valid
    assert record(place, second).valid
    ids = [str(first["id"]), ID, str(second["id"])]
    found = json.loads(place.ledger.evaluate(place.other, "get_batches", json.dumps(ids)))
    assert list(found) == sorted(ids)
    assert found[ID] is None
    assert [found[ids[0]]["kind"], found[ids[2]]["kind"]] == ["epcis", "sensor"]
    assert place.ledger.evaluate(place.other, "has_id", ids[0]) == b"true"


def test_a_certificate_from_a_strangers_authority_is_denied(place: Deployment) -> None:
    with pytest.raises(EndorseError) as refused:
        endorse(place, request(), place.stranger)
    assert refused.value.reason == "access_denied"
    with pytest.raises(EvaluateError) as unread:
        place.ledger.evaluate(place.stranger, "has_id", ID)
    assert unread.value.reason == "access_denied"
    with pytest.raises(EvaluateError):
        place.ledger.attest(place.stranger, "0" * 64)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "0" * 31}, "id must be 32"),
        ({"id": "A" * 32}, "id must be 32"),
        ({"id": 7}, "id must be 32"),
        ({"kind": "rumour"}, "kind must be one of"),
        ({"root": "5E" * 32}, "root must be 64"),
        ({"root": "5e" * 32 + "\n"}, "root must be 64"),
        ({"size": 0}, "size must be an integer"),
        ({"size": 2**31}, "size must be an integer"),
        ({"size": True}, "size must be an integer"),
        ({"size": "3"}, "size must be an integer"),
        ({"size": 1.5}, "not an integer"),
        ({"from": "2026-05-14T09:12:00Z"}, "from must be a UTC time"),
        ({"to": "2026-02-30T09:12:00.000Z"}, "to must be a UTC time"),
        ({"to": "2026-05-14T09:12:00.000+02:00"}, "to must be a UTC time"),
        ({"from": "2026-05-14T09:12:00.251Z"}, "from must not be after to"),
        ({"note": "hello"}, "exactly the members"),
    ],
)
def test_a_bad_request_is_refused_with_what_is_wrong(place: Deployment, changes: dict[str, object], words: str) -> None:
    with pytest.raises(EndorseError) as refused:
        endorse(place, request(**changes))
    assert refused.value.reason == "bad_request"
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("function", "args", "reason"),
    [
        ("mint", ["{}"], "unknown_function"),
        ("record_batch", [], "bad_request"),
        ("record_batch", ["{}", "{}"], "bad_request"),
        pytest.param("record_batch", ["[" * 100_000], "bad_request", id="deep"),
        ("record_batch", ['{"id":1,"id":1}'], "bad_request"),
        ("get_batches", ["{}"], "bad_request"),
        ("get_batches", ['["x"]'], "bad_request"),
        ("has_id", ["batch/"], "bad_request"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(place: Deployment, function: str, args: list[str], reason: str) -> None:
    with pytest.raises(EvaluateError) as refused:
        place.ledger.evaluate(place.recorder, function, *args)
    assert refused.value.reason == reason
