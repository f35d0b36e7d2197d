"""Models on every ledger: votes at once, reports at once, and the version that is served afterwards."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chaincode.traceability.times import rfc3339
from tests.contract.deployment import Deployment, send
from tests.contract.money import BANK, holder, new_id
from traceapp.ledger.errors import EndorseError
from traceapp.ledger.port import CommitStatus, Endorsed, Signer
from traceapp.ledger.protos import transaction

OWNER = holder(0)
JUDGES = [holder(1), holder(2), {"mspId": BANK.msp_id, "organisation": BANK.pgln}]
GOOD = {"rows": 90, "error": 150_000, "coverage": 810_000, "bias": -12_000, "psi": 40_000}
BAD = GOOD | {"psi": 250_001}


@pytest.fixture(scope="module")
def analysts(place: Deployment) -> list[Signer]:
    return [place.issue(one["mspId"], one["organisation"], "analyst") for one in (OWNER, *JUDGES)]


def endorse(place: Deployment, by: Signer, function: str, **request: Any) -> Endorsed:
    return place.ledger.endorse(by, function, json.dumps(request))


def call(place: Deployment, by: Signer, function: str, **request: Any) -> CommitStatus:
    status = send(place, endorse(place, by, function, **request), by)
    assert status.valid
    return status


def read(place: Deployment, function: str, **asked: Any) -> Any:
    return json.loads(place.ledger.evaluate(place.reader, function, json.dumps(asked)))


def proposed(place: Deployment, owner: Signer, purpose: str) -> tuple[str, str]:
    """(model, deployment)."""
    model, deployment = new_id(), new_id()
    hashes = {name: secrets.token_hex(32) for name in ("hash", "dataset", "predictions", "code", "card")}
    call(place, owner, "register_model", id=model, purpose=purpose, **hashes)
    call(
        place,
        owner,
        "propose_deployment",
        id=deployment,
        model=model,
        electorate=JUDGES,
        threshold=2,
        deadline=rfc3339(datetime.now(UTC) + timedelta(days=7)),
        reporters=JUDGES,
        limits={"error": 200_000, "coverage": 700_000, "bias": 50_000, "psi": 250_000},
    )
    return model, deployment


def live(place: Deployment, analysts: list[Signer], purpose: str) -> str:
    model, deployment = proposed(place, analysts[0], purpose)
    for by in analysts[1:3]:
        call(place, by, "vote", id=new_id(), deployment=deployment, choice="approve")
    return model


def foretold(place: Deployment, owner: Signer, model: str) -> dict[str, Any]:
    day = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    said: dict[str, Any] = {"predictions": secrets.token_hex(32), "window": {"from": day, "to": day}}
    forecast = new_id()
    call(place, owner, "record_forecast", id=forecast, model=model, inputs="5e" * 32, rows=90, **said)
    return {"forecast": forecast, "groups": [], **said}


def status(place: Deployment, model: str) -> str:
    return str(read(place, "get_models", ids=[model])[model]["status"])


def codes(place: Deployment, both: list[Endorsed], by: list[Signer]) -> list[int]:
    return [send(place, one, signer).code for one, signer in zip(both, by, strict=True)]


def test_two_votes_at_once_are_both_counted_in_the_end(place: Deployment, analysts: list[Signer]) -> None:
    model, deployment = proposed(place, analysts[0], f"p{secrets.token_hex(4)}")
    ballots = [{"id": new_id(), "deployment": deployment, "choice": "approve"} for _ in range(2)]
    both = [endorse(place, by, "vote", **one) for by, one in zip(analysts[1:3], ballots, strict=True)]
    assert codes(place, both, analysts[1:3]) == [transaction.VALID, transaction.MVCC_READ_CONFLICT]
    assert status(place, model) == "registered"
    call(place, analysts[2], "vote", **ballots[1])
    assert status(place, model) == "live"


def test_who_does_not_vote_cannot_and_who_did_cannot_again(place: Deployment, analysts: list[Signer]) -> None:
    _, deployment = proposed(place, analysts[0], f"p{secrets.token_hex(4)}")
    call(place, analysts[1], "vote", id=new_id(), deployment=deployment, choice="reject")
    refused = {analysts[0]: "forbidden", place.recorder: "forbidden", analysts[1]: "already_voted"}
    for by, reason in refused.items():
        with pytest.raises(EndorseError) as found:
            endorse(place, by, "vote", id=new_id(), deployment=deployment, choice="approve")
        assert found.value.reason == reason


def test_two_bad_reports_at_once_suspend_it_when_the_second_is_sent_again(
    place: Deployment, analysts: list[Signer]
) -> None:
    """Each was endorsed not knowing of the other: neither may slip by."""
    purpose = f"p{secrets.token_hex(4)}"
    first, second = live(place, analysts, purpose), live(place, analysts, purpose)
    said = foretold(place, analysts[0], second)
    both = [endorse(place, by, "report_metric", id=new_id(), figures=BAD, **said) for by in analysts[1:3]]
    assert codes(place, both, analysts[1:3]) == [transaction.VALID, transaction.MVCC_READ_CONFLICT]
    assert (status(place, first), status(place, second)) == ("superseded", "live")
    with pytest.raises(EndorseError) as again:
        endorse(place, analysts[1], "report_metric", id=new_id(), figures=BAD, **said)
    assert again.value.reason == "already_reported"
    call(place, analysts[2], "report_metric", id=new_id(), figures=BAD, **said)
    assert (status(place, first), status(place, second)) == ("live", "suspended")
    serving = read(place, "get_serving", **OWNER, purposes=[purpose])[purpose]
    assert (serving["live"]["model"], serving["before"], serving["change"]) == (first, [], "suspension")
    reports = read(place, "get_metrics", forecasts=[said["forecast"]])[said["forecast"]]
    assert [one["beyond"] for one in reports] == [["psi"], ["psi"]]


def test_the_owner_goes_back_by_one_transaction(place: Deployment, analysts: list[Signer]) -> None:
    purpose = f"p{secrets.token_hex(4)}"
    first, second = live(place, analysts, purpose), live(place, analysts, purpose)
    with pytest.raises(EndorseError) as refused:
        endorse(place, analysts[1], "roll_back", id=new_id(), model=second, reason="5e" * 32)
    assert refused.value.reason == "forbidden"
    call(place, analysts[0], "roll_back", id=new_id(), model=second, reason="5e" * 32)
    assert (status(place, first), status(place, second)) == ("live", "withdrawn")
