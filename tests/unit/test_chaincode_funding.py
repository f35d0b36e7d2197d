"""Money into an escrow: whose, how much, of which currency, once, and back when it comes to nothing."""

import pytest

from tests.unit.chaincode_stub import Stub
from tests.unit.contract_refusals import refusal
from tests.unit.escrow_world import (
    ARBITER,
    CARRIER,
    INSURANCE,
    INSURER,
    PAYOUT,
    PRICE,
    STRANGER,
    Trade,
)
from tests.unit.money_world import BUYER, SELLER, treasurer


@pytest.fixture
def trade() -> Trade:
    return Trade().begin()


def test_only_the_buyer_and_the_insurer_fund_and_each_their_own_part(trade: Trade) -> None:
    trade.propose(insurance=INSURANCE)
    trade.accept()
    trade.accept(INSURER)
    for by in (SELLER, CARRIER, ARBITER, STRANGER):
        assert trade.refused(treasurer(by), "fund_escrow", rows=[trade.price_row]) == "forbidden"
    assert trade.refused(treasurer(INSURER), "fund_escrow", rows=[trade.price_row]) == "unknown_row"
    assert trade.fund(INSURER)["part"] == "insurance"
    assert trade.read()["shipment"]["state"] == "agreed"
    assert trade.fund()["change"] == 7
    assert trade.read()["shipment"]["state"] == "funded"
    assert (trade.escrowed(), trade.held(BUYER), trade.held(INSURER)) == (PRICE + PAYOUT, 7, 0)


def test_money_is_spent_once_enough_of_it_and_of_the_agreed_currency(trade: Trade) -> None:
    trade.propose()
    trade.accept()
    small, dollars = trade.mint("SMALL", PRICE - 1, BUYER), trade.mint("USD", PRICE, BUYER, currency="USD")
    assert trade.refused(treasurer(BUYER), "fund_escrow", rows=[small]) == "insufficient_funds"
    assert trade.refused(treasurer(BUYER), "fund_escrow", rows=[dollars]) == "unknown_row"
    assert trade.refused(treasurer(BUYER), "fund_escrow", rows=[trade.payout_row]) == "unknown_row"
    assert trade.refused(treasurer(BUYER), "fund_escrow", rows=[small, small]) == "bad_request"
    wanted = trade.about(rows=[trade.price_row])
    trade.call(treasurer(BUYER), "fund_escrow", wanted)
    assert refusal(trade, treasurer(BUYER), "fund_escrow", wanted).code == "already_recorded"
    assert refusal(trade, treasurer(BUYER), "fund_escrow", wanted | {"rows": [small]}).code == "conflict"
    assert trade.refused(treasurer(BUYER), "fund_escrow", rows=[small]) == "conflict"  # funded twice
    trade.shipment = "e" * 32
    trade.propose()
    trade.accept()
    assert trade.refused(treasurer(BUYER), "fund_escrow", rows=[trade.price_row]) == "unknown_row"


def test_no_step_of_a_payment_sums_up_an_account(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Stub, start: str, __: str) -> None:
        raise AssertionError(
            f"a range from {start} was read: another payment at the same time would be a phantom of it"
        )

    monkeypatch.setattr(Stub, "get_state_range", refuse)
    trade.arrived(leg=None, insurance=INSURANCE)
    trade.take(short=100)
    trade.until_due()
    assert trade.settle()["toInsured"] == PAYOUT


def test_nobody_funds_what_could_not_be_paid_out(trade: Trade) -> None:
    poor = {"mspId": "FjordlaksMSP", "organisation": "9521002000009"}  # has opened no account
    wanted = {"id": trade.shipment, "terms": trade.propose()["terms"] | {"seller": poor}}
    trade.shipment = wanted["id"] = "e" * 32
    trade.call(treasurer(BUYER), "register_shipment", wanted)
    trade.accept(poor)
    assert trade.refused(treasurer(BUYER), "fund_escrow", rows=[trade.price_row]) == "unknown_account"


def test_a_buyer_who_funded_alone_gets_all_of_it_back_when_the_insurer_is_silent(trade: Trade) -> None:
    trade.propose(insurance=INSURANCE)
    trade.accept()
    trade.accept(INSURER)
    trade.fund()
    trade.until_due(0)
    trade.pass_time(milliseconds=1)
    assert trade.refused(treasurer(INSURER), "fund_escrow", rows=[trade.payout_row]) == "too_late"
    trade.until_due()
    assert trade.refund()["outcome"] == "lapsed"
    assert (trade.held(BUYER), trade.held(INSURER), trade.escrowed()) == (PRICE + 7, PAYOUT, 0)
