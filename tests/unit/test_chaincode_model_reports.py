"""What reporters say of a model, and that no one of them suspends it alone."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.traceability.errors import ContractError
from chaincode.traceability.model_state import Figures, Limits
from chaincode.traceability.rules.model_reports import beyond
from tests.unit.contract_refusals import refusal
from tests.unit.model_world import (
    ARBITER,
    BAD,
    CARRIER,
    GOOD,
    LIMITS,
    OWNER,
    REPORTERS,
    WINDOW,
    Models,
    analyst,
)
from tests.unit.money_world import BUYER, NOBODY


@pytest.fixture
def world() -> Models:
    return Models()


def watched(world: Models) -> tuple[str, str, dict[str, Any]]:
    """(the version before, the live one, what it foretold), after the window's end."""
    first, second = world.live(), world.live()
    forecast = world.foretold(second)
    world.pass_time(days=8)
    return first, second, forecast


def test_a_majority_of_reporters_suspends_and_the_last_good_version_is_live(world: Models) -> None:
    first, second, forecast = watched(world)
    assert world.report(BUYER, forecast, BAD)["beyond"] == ["error"]
    assert world.model(second)["status"] == "live"
    world.report(CARRIER, forecast, BAD)
    assert (world.model(first)["status"], world.model(second)["status"]) == ("live", "suspended")
    assert (world.serving()["live"]["model"], world.serving()["change"]) == (first, "suspension")
    world.report(ARBITER, forecast, GOOD)  # what comes later is kept, and changes nothing
    assert world.model(second)["status"] == "suspended"
    found = world.call(NOBODY, "get_metrics", {"forecasts": [forecast["id"], "0" * 32]})
    assert [one["figures"]["error"] for one in found[forecast["id"]]] == [200_001, 200_001, 150_000]
    assert found["0" * 32] == []
    error = refusal(world, analyst(OWNER), "propose_deployment", world.proposal(second))
    assert error.code == "model_suspended"


def test_figures_of_different_kinds_do_not_add_up_to_a_majority(world: Models) -> None:
    _, second, forecast = watched(world)
    world.report(BUYER, forecast, BAD)
    world.report(CARRIER, forecast, GOOD | {"bias": -50_001})
    assert world.model(second)["status"] == "live"
    world.report(ARBITER, forecast, GOOD | {"bias": 50_001})
    assert world.model(second)["status"] == "suspended"


def test_nothing_is_live_where_there_is_no_good_version(world: Models) -> None:
    model = world.live()
    forecast = world.foretold(model)
    world.pass_time(days=8)
    for by in REPORTERS[:2]:
        world.report(by, forecast, BAD)
    assert world.serving()["live"] is None
    again = world.live()  # another version, by the same electorate
    assert world.serving()["live"]["model"] == again
    assert world.serving()["before"] == []


def test_after_a_suspension_the_electorate_still_has_its_say(world: Models) -> None:
    model = world.live()
    forecast = world.foretold(model)
    world.pass_time(days=8)
    for by in REPORTERS[:2]:
        world.report(by, forecast, BAD)
    friends = [ARBITER, {"mspId": "AlpesCremerieMSP", "organisation": "9521003000008"}]
    deployment = world.proposed(world.registered(), electorate=friends)
    assert [world.vote(by, deployment)["state"] for by in friends] == ["open", "open"]


def test_a_reporter_reports_once_for_a_window(world: Models) -> None:
    _, second, forecast = watched(world)
    wanted = world.measured(forecast, BAD)
    world.ask(BUYER, "report_metric", **wanted)
    assert refusal(world, analyst(BUYER), "report_metric", wanted).code == "already_recorded"
    assert refusal(world, analyst(BUYER), "report_metric", wanted | {"figures": GOOD}).code == "conflict"
    again = refusal(world, analyst(BUYER), "report_metric", world.measured(forecast, BAD))
    assert again.code == "already_reported"
    assert world.model(second)["status"] == "live"


def test_only_named_reporters_report_on_what_was_foretold_when_it_is_over(world: Models) -> None:
    model = world.live()
    forecast = world.foretold(model)
    wanted = world.measured(forecast, GOOD)
    assert refusal(world, analyst(BUYER), "report_metric", wanted).code == "too_early"
    world.pass_time(days=7, hours=14)  # the day that the window ends with
    assert refusal(world, analyst(BUYER), "report_metric", wanted).code == "too_early"
    world.pass_time(hours=1)
    impostor = {"mspId": NOBODY["mspId"], "organisation": BUYER["organisation"]}
    for stranger in (OWNER, NOBODY, impostor):
        assert refusal(world, analyst(stranger), "report_metric", wanted).code == "forbidden"
    for changes in ({"predictions": "00" * 32}, {"window": WINDOW | {"to": "2026-05-20"}}):
        assert refusal(world, analyst(BUYER), "report_metric", wanted | changes).code == "conflict"
    assert refusal(world, analyst(BUYER), "report_metric", wanted | {"forecast": "0" * 32}).code == "not_found"
    too_many = wanted | {"figures": GOOD | {"rows": 91}}
    assert refusal(world, analyst(BUYER), "report_metric", too_many).code == "conflict"
    world.ask(BUYER, "report_metric", **wanted)


def test_a_model_that_nobody_proposed_has_no_reporters(world: Models) -> None:
    forecast = world.foretold(world.registered())
    world.pass_time(days=8)
    assert refusal(world, analyst(BUYER), "report_metric", world.measured(forecast, BAD)).code == "wrong_state"


def test_what_it_foretold_before_it_was_proposed_is_reported_by_those_named_since(world: Models) -> None:
    model = world.registered()
    forecast = world.foretold(model)
    deployment = world.proposed(model)
    for by in (BUYER, NOBODY):
        world.vote(by, deployment)
    world.pass_time(days=8)
    for by in REPORTERS[:2]:
        assert world.report(by, forecast, BAD)["deployment"] == deployment
    assert world.model(model)["status"] == "suspended"
    assert len(world.call(NOBODY, "get_metrics", {"forecasts": [forecast["id"]]})[forecast["id"]]) == 2


def test_a_shadow_is_reported_on_and_not_suspended(world: Models) -> None:
    model = world.registered()
    world.proposed(model)
    forecast = world.foretold(model)
    world.pass_time(days=8)
    for by in REPORTERS:
        world.report(by, forecast, BAD)
    assert world.model(model)["status"] == "registered"


def test_a_proposal_does_not_outlive_its_models_suspension(world: Models) -> None:
    first = world.live()
    forecast = world.foretold(first)
    world.live()
    deployment = world.proposed(first, deadline=world.time(days=30))
    world.pass_time(days=8)
    for by in REPORTERS[:2]:
        world.report(by, forecast, BAD)
    assert world.model(first)["status"] == "suspended"
    assert world.serving()["before"] == []
    wanted = {"id": world.id(), "deployment": deployment, "choice": "approve"}
    assert refusal(world, analyst(BUYER), "vote", wanted).code == "model_suspended"


@pytest.mark.parametrize(
    ("figures", "groups", "words"),
    [
        (GOOD | {"error": -1}, [], "figures.error"),
        (GOOD | {"rows": 0}, [], "figures.rows"),
        (GOOD | {"psi": None}, [], "figures.psi"),
        (GOOD, [{"by": "colour", "name": "x", "rows": 1, "error": 0, "coverage": 0, "bias": 0}], "groups[0].by"),
        (GOOD, [{"by": "size", "name": "", "rows": 1, "error": 0, "coverage": 0, "bias": 0}], "groups[0].name"),
        (GOOD, [{"by": "size", "name": "a", "rows": 1, "error": 0, "coverage": 0, "bias": 0}] * 2, "each group once"),
        (GOOD, [{}] * 61, "at most 60"),
    ],
)
def test_a_report_that_says_nothing_is_refused(
    world: Models, figures: dict[str, Any], groups: list[Any], words: str
) -> None:
    _, _, forecast = watched(world)
    wanted = world.measured(forecast, figures, groups=groups)
    error = refusal(world, analyst(BUYER), "report_metric", wanted)
    assert (error.code, words in error.message) == ("bad_request", True)


def test_at_the_limit_is_not_past_it() -> None:
    limits = Limits(**LIMITS)
    at = Figures(rows=100, error=200_000, coverage=700_000, bias=-50_000, psi=250_000)
    past = Figures(rows=100, error=200_001, coverage=608_348, bias=-50_001, psi=250_001)
    assert beyond(at, limits) == ()
    assert beyond(past, limits) == ("error", "coverage", "bias", "psi")


def test_a_few_rows_say_nothing_and_coverage_may_be_off_by_chance() -> None:
    limits = Limits(**LIMITS)
    bad = {"error": 10**6, "coverage": 0, "bias": 10**6, "psi": 10**6}
    assert beyond(Figures(rows=19, **bad), limits) == ()
    assert beyond(Figures(rows=20, **bad), limits) == ("error", "coverage", "bias", "psi")
    # Two standard errors of 70% of 100 rows are 9.1652 points.
    off = [Figures(rows=100, error=0, coverage=coverage, bias=0, psi=0) for coverage in (608_349, 608_348)]
    assert [beyond(one, limits) for one in off] == [(), ("coverage",)]


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=20))
def test_one_reporter_alone_never_suspends(said: list[tuple[int, bool]]) -> None:
    """Whatever one of them reports, of as many windows as it likes: it takes two of three for the same window."""
    world = Models()
    model = world.live()
    windows = [world.foretold(model) for _ in range(6)]
    world.pass_time(days=8)
    for window, bad in said:
        with contextlib.suppress(ContractError):
            world.report(BUYER, windows[window], BAD if bad else GOOD)
    assert world.model(model)["status"] == "live"


@given(st.permutations(range(5)), st.sets(st.integers(0, 4)), st.integers(2, 5))
def test_more_than_half_of_all_named_reporters_suspend_in_any_order(
    order: list[int], bad: set[int], count: int
) -> None:
    reporters = [{"mspId": f"R{n}MSP", "organisation": f"952100000000{n}"} for n in range(count)]
    world = Models()
    model = world.live(reporters=reporters)
    forecast = world.foretold(model)
    world.pass_time(days=8)
    for number in order:
        if number < count:
            world.report(reporters[number], forecast, BAD if number in bad else GOOD)
    agreed = len([number for number in bad if number < count])
    assert (world.model(model)["status"] == "suspended") is (agreed >= 2 and 2 * agreed > count)
