"""Models by the contract alone: versions, votes that are counted once, one step back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.contract_refusals import refusal
from tests.unit.model_world import (
    ARBITER,
    CARRIER,
    DIGEST,
    ELECTORATE,
    LIMITS,
    OWNER,
    WINDOW,
    Models,
    analyst,
)
from tests.unit.money_world import BUYER, NOBODY

IMPOSTOR = {"mspId": ARBITER["mspId"], "organisation": BUYER["organisation"]}


@pytest.fixture
def world() -> Models:
    return Models()


def test_a_version_lies_on_the_ledger_as_hashes_and_is_counted(world: Models) -> None:
    wanted = world.registration()
    document = world.ask(OWNER, "register_model", **wanted)
    assert document == wanted | {
        "docType": "model", "version": 1, "organisation": OWNER["organisation"], "mspId": OWNER["mspId"],
        "recordedAt": world.time(), "status": "registered", "statusAt": world.time(), "deployment": "",
    }  # fmt: skip
    assert refusal(world, analyst(OWNER), "register_model", wanted).code == "already_recorded"
    assert refusal(world, analyst(OWNER), "register_model", wanted | {"card": "00" * 32}).code == "conflict"
    assert world.ask(OWNER, "register_model", **world.registration())["version"] == 2
    assert world.serving()["versions"] == 2
    assert world.serving()["live"] is None
    assert world.ask(BUYER, "register_model", **world.registration())["version"] == 1


def test_a_model_is_not_registered_again_under_another_id(world: Models) -> None:
    wanted = world.registration()
    world.ask(OWNER, "register_model", **wanted)
    again = refusal(world, analyst(OWNER), "register_model", wanted | {"id": world.id()})
    assert (again.code, wanted["id"] in again.message) == ("conflict", True)
    world.ask(OWNER, "register_model", **wanted | {"id": world.id(), "purpose": "delay"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"purpose": "Demand"}, "purpose must be"),
        ({"purpose": ""}, "purpose must be"),
        ({"purpose": "a/b"}, "purpose must be"),
        ({"hash": "5E" * 32}, "hash must be 64"),
        ({"card": "a model"}, "card must be 64"),
        ({"note": 1}, "exactly the members"),
        ({"id": "1"}, "id must be 32"),
    ],
)
def test_a_bad_registration_says_what_is_wrong(world: Models, changes: dict[str, Any], words: str) -> None:
    error = refusal(world, analyst(OWNER), "register_model", world.registration(**changes))
    assert (error.code, words in error.message) == ("bad_request", True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"electorate": [BUYER]}, "electorate must be a list of 2"),
        ({"electorate": [BUYER, BUYER | {"organisation": "9521099000002"}]}, "each member of the channel"),
        ({"threshold": 1}, "threshold must be an integer from 2 to 3"),
        ({"threshold": 4}, "threshold must be an integer from 2 to 3"),
        ({"reporters": [BUYER]}, "reporters must be a list of 2"),
        ({"reporters": [BUYER, OWNER]}, "independent of the model's owner"),
        ({"limits": LIMITS | {"coverage": 1_000_001}}, "limits.coverage"),
        ({"limits": LIMITS | {"bias": -1}}, "limits.bias"),
        ({"limits": LIMITS | {"psi": 0.25}}, "not an integer"),
        ({"deadline": "2026-05-14T09:12:00.000Z"}, "deadline must be after"),
        ({"deadline": "2026-08-14T09:12:00.000Z"}, "at most 90 days"),
    ],
)
def test_a_proposal_that_could_not_decide_fairly_is_refused(world: Models, changes: dict[str, Any], words: str) -> None:
    error = refusal(world, analyst(OWNER), "propose_deployment", world.proposal(world.registered(), **changes))
    assert (error.code, words in error.message) == ("bad_request", True)


def test_the_vote_that_reaches_the_threshold_makes_a_version_live(world: Models) -> None:
    model = world.registered()
    deployment = world.proposed(model)
    assert world.vote(BUYER, deployment)["state"] == "open"
    assert world.model(model)["status"] == "registered"
    assert world.vote(CARRIER, deployment)["state"] == "passed"
    assert world.model(model)["status"] == "live"
    assert world.serving()["live"] == {"model": model, "deployment": deployment}
    assert refusal(world, analyst(NOBODY), "vote", ballot(world, deployment)).code == "wrong_state"
    found = world.call(NOBODY, "get_deployments", {"ids": [deployment, "0" * 32]})
    assert [one["organisation"] for one in found[deployment]["votes"]] == [
        BUYER["organisation"], CARRIER["organisation"],
    ]  # fmt: skip
    assert found["0" * 32] is None


def ballot(world: Models, deployment: str, choice: str = "approve") -> dict[str, str]:
    return {"id": world.id(), "deployment": deployment, "choice": choice}


def test_only_the_electorate_votes_and_each_once(world: Models) -> None:
    deployment = world.proposed(world.registered())
    for stranger in (OWNER, ARBITER, IMPOSTOR):
        assert refusal(world, analyst(stranger), "vote", ballot(world, deployment)).code == "forbidden"
    assert refusal(world, {**BUYER, "role": "recorder"}, "vote", ballot(world, deployment)).code == "forbidden"
    first = ballot(world, deployment)
    world.ask(BUYER, "vote", **first)
    assert refusal(world, analyst(BUYER), "vote", first).code == "already_recorded"
    assert refusal(world, analyst(BUYER), "vote", first | {"choice": "reject"}).code == "conflict"
    for choice in ("approve", "reject"):
        assert refusal(world, analyst(BUYER), "vote", ballot(world, deployment, choice)).code == "already_voted"
    assert refusal(world, analyst(NOBODY), "vote", first).code == "conflict"
    assert refusal(world, analyst(NOBODY), "vote", ballot(world, deployment, "maybe")).code == "bad_request"


def test_a_vote_ends_at_its_deadline_and_not_before(world: Models) -> None:
    deployment = world.proposed(world.registered())
    world.pass_time(days=7)
    world.vote(BUYER, deployment)
    world.pass_time(milliseconds=1)
    assert refusal(world, analyst(CARRIER), "vote", ballot(world, deployment)).code == "too_late"


def test_rejections_that_put_the_threshold_out_of_reach_end_it(world: Models) -> None:
    model = world.registered()
    deployment = world.proposed(model)
    assert world.vote(BUYER, deployment, "reject")["state"] == "open"
    assert world.vote(NOBODY, deployment, "reject")["state"] == "rejected"
    assert world.model(model)["status"] == "registered"
    world.proposed(model)


def test_other_judges_need_the_former_ones_consent(world: Models) -> None:
    first = world.live()
    friends = [ARBITER, {"mspId": "AlpesCremerieMSP", "organisation": "9521003000008"}]
    deployment = world.proposed(world.registered(), electorate=friends)
    assert [world.vote(by, deployment)["state"] for by in friends] == ["open", "open"]
    assert world.model(first)["status"] == "live"
    assert world.vote(NOBODY, deployment)["state"] == "open"
    assert world.vote(BUYER, deployment)["state"] == "passed"
    assert world.model(first)["status"] == "superseded"


def test_nothing_goes_live_by_votes_for_another_situation(world: Models) -> None:
    one, other = world.registered(), world.registered()
    first, second = world.proposed(one), world.proposed(other)
    for by in ELECTORATE[:2]:
        world.vote(by, first)
    error = refusal(world, analyst(BUYER), "vote", ballot(world, second))
    assert (error.code, "propose it again" in error.message) == ("wrong_state", True)


def test_the_owner_goes_one_step_back_to_the_last_good_version(world: Models) -> None:
    first, second = world.live(), world.live()
    back = {"id": world.id(), "model": second, "reason": DIGEST}
    assert refusal(world, analyst(BUYER), "roll_back", back).code == "forbidden"
    assert refusal(world, analyst(OWNER), "roll_back", back | {"model": first}).code == "wrong_state"
    assert world.ask(OWNER, "roll_back", **back)["to"] == first
    assert (world.model(first)["status"], world.model(second)["status"]) == ("live", "withdrawn")
    assert (world.serving()["live"]["model"], world.serving()["change"]) == (first, "rollback")
    assert refusal(world, analyst(OWNER), "roll_back", back).code == "already_recorded"
    assert refusal(world, analyst(OWNER), "roll_back", back | {"reason": "00" * 32}).code == "conflict"
    nowhere = refusal(world, analyst(OWNER), "roll_back", {"id": world.id(), "model": first, "reason": DIGEST})
    assert (nowhere.code, "no good version" in nowhere.message) == ("wrong_state", True)


def test_a_forecast_says_whether_it_was_made_ahead_and_by_what(world: Models) -> None:
    model = world.live()
    shadow = world.registered()
    assert world.foretold(model)["timing"] == "ahead"
    assert world.foretold(model, window=WINDOW | {"from": "2026-05-14"})["timing"] == "afterwards"
    assert (world.foretold(model)["mode"], world.foretold(shadow)["mode"]) == ("live", "shadow")
    wanted = {"id": world.id(), "model": model, "window": WINDOW, "inputs": DIGEST, "predictions": DIGEST, "rows": 1}
    assert refusal(world, analyst(BUYER), "record_forecast", wanted).code == "forbidden"
    for window in ({"from": "2026-05-16", "to": "2026-05-15"}, {"from": "2026-02-30", "to": "2026-03-01"}):
        assert refusal(world, analyst(OWNER), "record_forecast", wanted | {"window": window}).code == "bad_request"
    world.ask(OWNER, "record_forecast", **wanted)
    assert refusal(world, analyst(OWNER), "record_forecast", wanted).code == "already_recorded"
    assert refusal(world, analyst(OWNER), "record_forecast", wanted | {"rows": 2}).code == "conflict"


steps = st.tuples(st.sampled_from([*ELECTORATE, OWNER, ARBITER, IMPOSTOR]), st.sampled_from(["approve", "reject"]))


@given(st.lists(steps, max_size=12), st.integers(2, 3))
def test_a_version_is_live_exactly_when_enough_electors_approved(
    votes: list[tuple[dict[str, str], str]], threshold: int
) -> None:
    from chaincode.traceability.errors import ContractError

    world = Models()
    model = world.registered()
    deployment = world.proposed(model, threshold=threshold)
    first: dict[str, str] = {}
    for by, choice in votes:
        counted = by in ELECTORATE and world.model(model)["status"] == "registered"
        try:
            world.vote(by, deployment, choice)
            assert counted
            assert by["organisation"] not in first
            first[by["organisation"]] = choice
        except ContractError:
            rejected = list(first.values()).count("reject") > len(ELECTORATE) - threshold
            assert not counted or by["organisation"] in first or rejected
    approved = list(first.values()).count("approve") >= threshold
    assert (world.model(model)["status"] == "live") is approved
