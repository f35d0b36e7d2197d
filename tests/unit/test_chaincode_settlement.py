"""What a delivery is paid: each term by its figures, and sheets that add up."""

from typing import Any

import pytest

from chaincode.traceability.rules.money import MAX_AMOUNT
from tests.unit.contract_refusals import refusal
from tests.unit.escrow_world import (
    BUYER,
    INSURANCE,
    INSURER,
    PAYOUT,
    PRICE,
    SELLER,
    TEMPERATURE,
    Trade,
    recorder,
)
from tests.unit.leg_world import register
from tests.unit.settlement_sheets import amounts, arithmetic, check, facts, settled

ON_TIME = "2026-05-20T15:00:00.000Z"


@pytest.fixture
def trade() -> Trade:
    return Trade().begin()


def test_goods_that_arrive_as_agreed_are_paid_in_full_in_three_parts(trade: Trade) -> None:
    trade.funded()
    assert (trade.held(BUYER), trade.held(SELLER), trade.escrowed()) == (7, 0, PRICE)
    trade.at("2026-05-15T09:00:00.000Z")
    trade.dispatch()
    assert (trade.held(SELLER), trade.escrowed()) == (200_000, 800_000)
    trade.at(ON_TIME)
    trade.leg("2026-05-15T09:00:00.000Z", ON_TIME)
    trade.arrive()
    assert (trade.held(SELLER), trade.escrowed()) == (500_000, 500_000)
    sheet = settled(trade)
    assert amounts(sheet) == {
        "price": PRICE, "late": 0, "outside": 0, "missing": 0, "quantity": 0, "dispatch": -200_000,
        "arrival": -300_000, "balance": 500_000,
    }  # fmt: skip
    assert (sheet["outcome"], sheet["cut"], trade.read()["shipment"]["state"]) == ("settled", 0, "settled")
    rows = {f"shipment/{trade.shipment}/{name}/0" for name in ("dispatch", "arrival", "settlement")}
    assert set(trade.rows(SELLER)) == rows
    assert trade.rows(BUYER) == {f"shipment/{trade.shipment}/price/1": 7}


@pytest.mark.parametrize(
    ("arrives", "cut", "words"),
    [
        ("2026-05-20T18:00:00.000Z", 0, "0"),  # deadline and grace
        ("2026-05-20T18:00:00.001Z", 5000, "ceil(1 / 3600) = 1; 1 x 5000 = 5000; min(5000, 100000) = 5000"),
        ("2026-05-20T19:00:00.000Z", 5000, "ceil(3600 / 3600) = 1; 1 x 5000 = 5000; min(5000, 100000) = 5000"),
        ("2026-05-20T20:15:00.000Z", 15000, "ceil(8100 / 3600) = 3; 3 x 5000 = 15000; min(15000, 100000) = 15000"),
        ("2026-05-23T10:00:00.000Z", 100_000, "ceil(230400 / 3600) = 64; 64 x 5000 = 320000; min(320000, 100000) = "),
    ],
)
def test_each_started_hour_after_the_grace_costs_up_to_a_cap(trade: Trade, arrives: str, cut: int, words: str) -> None:
    sheet = settled(trade.arrived(arrives))
    assert (amounts(sheet)["late"], sheet["cut"], sheet["toBuyer"]) == (-cut, cut, cut)
    assert arithmetic(sheet, "late").startswith(words)
    (line,) = [one for one in sheet["lines"] if one["term"] == "late"]
    assert {one["name"]: one["value"] for one in line["facts"]}["arrived"] == arrives
    assert {one["key"] for one in line["facts"]} == {f"shipment/{trade.shipment}"}


@pytest.mark.parametrize(
    ("figures", "cut"),
    [
        ({"outside": 1800}, 0),
        ({"outside": 1801}, 20_000),
        ({"outside": 1800 + 3600}, 20_000),
        ({"outside": 1800 + 3601}, 40_000),
        ({"outside": 100_000}, 400_000),
        ({"missing": 3600}, 0),
        ({"missing": 3601}, 0),  # one second more counts as outside, of which 1800 are allowed
        ({"missing": 3600 + 1801}, 20_000),
        ({"missing": 3600 + 900, "outside": 1000}, 20_000),
    ],
)
def test_time_outside_the_band_and_without_readings_costs_beyond_what_is_allowed(
    trade: Trade, figures: dict[str, int], cut: int
) -> None:
    sheet = settled(trade.arrived(leg=figures))
    assert (amounts(sheet)["outside"], sheet["cut"]) == (-cut, cut)


def test_several_legs_count_together_and_what_no_leg_covers_is_missing(trade: Trade) -> None:
    trade.dispatched()
    trade.at(ON_TIME)
    trade.leg("2026-05-15T08:00:00.000Z", "2026-05-17T09:00:00.000Z", outside=1000)
    trade.leg("2026-05-17T11:00:00.000Z", "2026-05-20T14:30:00.000Z", outside=900, missing=60)
    trade.arrive()
    sheet = settled(trade)
    (missing,) = [one for one in sheet["lines"] if one["term"] == "missing"]
    facts = {one["name"]: one["value"] for one in missing["facts"]}
    assert facts == {"length": "453600", "uncovered": "9000", "missing": "9060"}
    assert arithmetic(sheet, "outside").startswith("1900 + 5460 - 1800 = 5560; ceil(5560 / 3600) = 2; 2 x 20000")
    (outside,) = [one for one in sheet["lines"] if one["term"] == "outside"]
    assert [one["key"] for one in outside["facts"][:2]] == [f"leg/{one}" for one in trade.read()["shipment"]["legs"]]


@pytest.mark.parametrize(
    ("short", "damaged", "refused", "cut"),
    [
        (12, 0, 0, 0),
        (4, 4, 4, 0),
        (13, 0, 0, 10_833),  # floor(1000000 x 13 / 1200)
        (0, 13, 0, 5_416),
        (0, 0, 13, 10_833),
        (5, 6, 7, 12_500),
        (1200, 0, 0, 500_000),  # no more than was left
    ],
)
def test_units_that_are_wanting_are_cut_once_they_are_more_than_the_tolerance(
    trade: Trade, short: int, damaged: int, refused: int, cut: int
) -> None:
    trade.arrived()
    trade.take(short, damaged, refused)
    sheet = settled(trade)
    assert (sheet["cut"], sheet["toBuyer"]) == (cut, cut)
    if short == 1200:
        assert (amounts(sheet)["quantity"], amounts(sheet)["limit"], sheet["toSeller"]) == (-PRICE, PRICE // 2, 0)
        assert sheet["paidBefore"] == PRICE // 2


def test_all_cuts_together_take_no_more_than_what_is_left(trade: Trade) -> None:
    trade.arrived("2026-05-23T10:00:00.000Z", leg={"outside": 100_000})
    trade.take(short=240)
    sheet = settled(trade)
    assert amounts(sheet) == {
        "price": PRICE, "late": -100_000, "outside": -400_000, "missing": 0, "quantity": -200_000, "limit": 200_000,
        "dispatch": -200_000, "arrival": -300_000, "balance": 0,
    }  # fmt: skip


@pytest.mark.parametrize("price", [3, PRICE, MAX_AMOUNT])
def test_cuts_that_are_together_more_than_the_price_take_it_once_and_of_any_amount_there_is(price: int) -> None:
    trade = Trade()
    trade.open(BUYER, SELLER)
    trade.price_row = trade.mint("ALL", price, BUYER)
    register(trade)
    third = price // 3
    trade.arrived(
        "2026-05-23T10:00:00.000Z", leg={"outside": 100_000}, price=price,
        payments={"dispatch": third, "arrival": third}, late={"perHour": third + 1, "cap": third + 1},
        temperature=TEMPERATURE | {"perHour": price, "cap": price},
    )  # fmt: skip
    trade.take(short=1200)
    trade.until_due()
    sheet = trade.settle()
    lines = amounts(sheet)
    assert (lines["late"], lines["outside"], lines["quantity"]) == (-third - 1, third + 1 - price, 0)
    left = price - third - 1
    assert arithmetic(sheet, "outside").endswith(f"min({price}, {left}) = {left}")
    assert (lines["limit"], lines["balance"], sheet["toBuyer"]) == (2 * third, 0, price - 2 * third)
    assert (trade.held(BUYER), trade.held(SELLER), trade.escrowed()) == (price - 2 * third, 2 * third, 0)


# --- insurance


@pytest.mark.parametrize(
    ("changes", "arrives", "figures", "paid"),
    [
        ({}, ON_TIME, {}, False),
        ({}, ON_TIME, {"outside": 1801}, True),
        ({}, "2026-05-20T19:00:00.000Z", {}, False),
        ({"triggers": ["late"]}, "2026-05-20T19:00:00.000Z", {}, True),
        ({"triggers": ["late"]}, ON_TIME, {"outside": 1801}, False),
        ({"triggers": ["missing"]}, ON_TIME, {"missing": 3601}, True),
        ({"triggers": ["missing"]}, ON_TIME, {"missing": 3600}, False),
    ],
)
def test_an_insurance_is_locked_at_funding_and_paid_once_on_what_it_covers(
    trade: Trade, changes: dict[str, Any], arrives: str, figures: dict[str, int], paid: bool
) -> None:
    trade.arrived(arrives, leg=figures, insurance=INSURANCE | changes)
    assert trade.held(INSURER) == 0
    sheet = settled(trade)
    assert (sheet["toInsured"], sheet["toInsurer"]) == ((PAYOUT, 0) if paid else (0, PAYOUT))
    assert trade.held(INSURER) == (0 if paid else PAYOUT)
    assert amounts(sheet)["insurance"] == sheet["toInsured"]
    assert bool(facts(sheet, "insurance")["met"]) == paid
    for by in (BUYER, INSURER):
        wanted = {"id": trade.id(), "shipment": trade.shipment}
        assert refusal(trade, recorder(by), "settle_due", wanted).code == "already_settled"
        assert refusal(trade, recorder(by), "refund_expired", wanted).code == "already_settled"


def test_an_insurance_can_be_the_sellers(trade: Trade) -> None:
    trade.arrived(leg={"outside": 1801}, insurance=INSURANCE | {"beneficiary": "seller"})
    trade.until_due()
    trade.settle()
    assert trade.held(SELLER) == PRICE - 20_000 + PAYOUT


def test_goods_that_were_lost_are_refunded_and_what_insures_them_is_paid(trade: Trade) -> None:
    trade.dispatched(insurance=INSURANCE)
    trade.until_due()
    sheet = trade.refund()
    check(trade, sheet)
    assert (sheet["outcome"], sheet["toBuyer"], sheet["toInsured"]) == ("refunded", 800_000, PAYOUT)
