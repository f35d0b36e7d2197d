"""What an arbiter decides, what happens when there is silence instead, and when it is theirs to decide."""

from typing import Any

import pytest

from tests.unit.contract_refusals import refusal
from tests.unit.escrow_world import (
    ARBITER,
    BUYER,
    INSURANCE,
    INSURER,
    PAYOUT,
    SELLER,
    TEMPERATURE,
    Trade,
    recorder,
)
from tests.unit.settlement_sheets import check, facts, settled


@pytest.fixture
def trade() -> Trade:
    return Trade().begin()


@pytest.mark.parametrize("change", [{"beyond": "dispute"}, {"onMissingData": "dispute"}])
def test_terms_that_leave_it_to_the_arbiter_do_so_whoever_settles(trade: Trade, change: dict[str, Any]) -> None:
    figures = {"outside": 1801} if "beyond" in change else {"missing": 3601}
    trade.arrived(leg=figures, temperature=TEMPERATURE | change)
    trade.until_due()
    wanted = trade.id()
    after = trade.settle(id=wanted)
    assert (after["state"], after["dispute"]["reason"]) == ("disputed", "terms")
    repeat = {"id": wanted, "shipment": trade.shipment}
    assert refusal(trade, recorder(SELLER), "settle_due", repeat).code == "already_recorded"
    sheet = trade.resolve(123_456)
    check(trade, sheet)
    assert (sheet["outcome"], sheet["toSeller"], sheet["toBuyer"]) == ("resolved", 123_456, 376_544)
    assert facts(sheet, "resolved") == {"reason": "terms", "by": SELLER["organisation"], "evidence": ""}


def test_an_arbiter_gives_no_more_than_there_is(trade: Trade) -> None:
    trade.arrived(insurance=INSURANCE)
    trade.contest(BUYER)
    for given in (
        {"seller": 500_001, "insured": 0},
        {"seller": 0, "insured": PAYOUT + 1},
        {"seller": -1, "insured": 0},
    ):
        wanted = {"id": trade.id(), "shipment": trade.shipment, "reason": "5e" * 32} | given
        assert refusal(trade, {**ARBITER, "role": "treasurer"}, "resolve", wanted).code == "bad_request"
    sheet = trade.resolve(500_000, insured=1)
    check(trade, sheet)
    assert trade.held(INSURER) == PAYOUT - 1


@pytest.mark.parametrize(("rule", "to_seller"), [("computed", 500_000 - 20_000), ("refund", 0), ("half", 250_000)])
def test_an_arbiters_silence_ends_as_the_terms_say_without_what_was_claimed(
    trade: Trade, rule: str, to_seller: int
) -> None:
    trade.arrived(leg={"outside": 1801}, onSilentArbiter=rule)
    trade.take(short=600)
    trade.contest(SELLER, "quantity")
    sheet = settled(trade)
    assert (sheet["outcome"], sheet["toSeller"]) == ("default", to_seller)


def test_the_odd_unit_of_a_half_is_the_buyers(trade: Trade) -> None:
    trade.arrived(onSilentArbiter="half", payments={"dispatch": 200_000, "arrival": 300_001})
    trade.contest(BUYER)
    sheet = settled(trade)
    assert (sheet["toSeller"], sheet["toBuyer"]) == (249_999, 250_000)


def test_a_silent_logger_gains_nothing_from_a_silent_arbiter(trade: Trade) -> None:
    trade.arrived(leg=None, temperature=TEMPERATURE | {"onMissingData": "dispute"})
    trade.until_due()
    assert trade.settle()["state"] == "disputed"
    assert settled(trade)["cut"] == 400_000


@pytest.mark.parametrize(("rule", "to_seller"), [("computed", 0), ("refund", 0), ("half", 400_000)])
def test_a_seller_whose_carrier_is_silent_may_ask_the_arbiter_before_the_refund(
    trade: Trade, rule: str, to_seller: int
) -> None:
    trade.dispatched(onSilentArbiter=rule)
    trade.at("2026-05-20T18:00:00.001Z")
    trade.contest(SELLER, "no_arrival")
    sheet = settled(trade)
    assert (sheet["outcome"], sheet["toSeller"], sheet["toBuyer"]) == ("default", to_seller, 800_000 - to_seller)


def test_a_challenge_holds_up_nothing_where_no_temperatures_were_agreed(trade: Trade) -> None:
    trade.arrived(temperature=None)
    (leg,) = trade.read()["shipment"]["legs"]
    trade.call(
        recorder(SELLER), "challenge_leg", {"id": trade.id(), "leg": leg, "reason": "other", "evidence": "5e" * 32}
    )
    assert settled(trade)["cut"] == 0


def test_a_challenged_leg_goes_to_the_arbiter(trade: Trade) -> None:
    trade.arrived(leg={"outside": 100_000})
    (leg,) = trade.read()["shipment"]["legs"]
    wanted = {"id": trade.id(), "leg": leg, "reason": "figures", "evidence": "5e" * 32}
    trade.call(recorder(SELLER), "challenge_leg", wanted)
    trade.until_due()
    assert trade.settle()["state"] == "disputed"
    assert trade.resolve(500_000)["toSeller"] == 500_000
