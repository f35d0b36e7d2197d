"""Who need not wait for the hours: all of those whose money it is, when they say the same of the figures."""

import pytest

from tests.unit.contract_refusals import refusal
from tests.unit.escrow_world import ARBITER, BUYER, INSURANCE, INSURER, PAYOUT, SELLER, STRANGER, Trade, treasurer
from tests.unit.leg_world import CARRIER
from tests.unit.settlement_sheets import amounts, check

LATE = "2026-05-20T21:10:00.000Z"
LATE_AND_WARM = {"seller": 500_000 - 20_000 - 40_000, "insured": 0}


@pytest.fixture
def trade() -> Trade:
    return Trade().begin()


@pytest.fixture
def late(trade: Trade) -> Trade:
    """3 h 10 min late after the grace, and 1 h 30 min too warm: 4 and 1 or 2 started hours."""
    return trade.arrived(LATE, {"outside": 1800 + 3601})


def test_buyer_and_seller_of_one_mind_are_paid_at_once_by_the_figures(late: Trade) -> None:
    said = late.send(treasurer(BUYER), "settle_agreed", **LATE_AND_WARM)
    assert (said["docType"], said["by"], said["seller"]) == ("consent", BUYER, 440_000)
    assert late.read()["settlement"] is None
    sheet = late.send(treasurer(SELLER), "settle_agreed", **LATE_AND_WARM)
    check(late, sheet)
    assert (sheet["outcome"], sheet["by"]) == ("settled", SELLER)
    assert (amounts(sheet)["late"], amounts(sheet)["outside"]) == (-20_000, -40_000)


def test_nobody_else_has_a_say_and_nobody_says_it_for_both(late: Trade) -> None:
    for by in (CARRIER, ARBITER, INSURER, STRANGER):
        assert late.refused(treasurer(by), "settle_agreed", **LATE_AND_WARM) == "forbidden"
    for _ in range(2):
        late.send(treasurer(SELLER), "settle_agreed", **LATE_AND_WARM)
    assert late.read()["settlement"] is None
    assert late.refused({**SELLER, "role": "recorder"}, "settle_agreed", **LATE_AND_WARM) == "forbidden"


@pytest.mark.parametrize("changed", [{"seller": 440_001}, {"seller": 0}, {"insured": 1}])
def test_who_read_other_figures_has_agreed_to_nothing(late: Trade, changed: dict[str, int]) -> None:
    assert late.refused(treasurer(BUYER), "settle_agreed", **LATE_AND_WARM | changed) == "conflict"
    assert late.refused(treasurer(BUYER), "settle_agreed", seller=-1, insured=0) == "bad_request"
    assert late.refused(treasurer(BUYER), "settle_agreed", seller=1.5, insured=0) == "bad_request"


def test_what_was_said_before_the_figures_changed_does_not_count(trade: Trade) -> None:
    """The seller hurries before the logger's leg is there; nothing is paid by that."""
    trade.arrived(LATE, leg=None)
    blind = {"seller": 500_000 - 20_000 - 400_000, "insured": 0}
    trade.send(treasurer(BUYER), "settle_agreed", **blind)
    trade.leg("2026-05-15T09:00:00.000Z", LATE)
    clear = {"seller": 480_000, "insured": 0}
    assert trade.refused(treasurer(SELLER), "settle_agreed", **blind) == "conflict"
    assert trade.send(treasurer(SELLER), "settle_agreed", **clear)["docType"] == "consent"
    assert trade.read()["settlement"] is None
    assert trade.send(treasurer(BUYER), "settle_agreed", **clear)["toSeller"] == 480_000


def test_an_insurer_whose_payout_it_is_has_to_agree_too(trade: Trade) -> None:
    trade.arrived(LATE, {"outside": 5401}, insurance=INSURANCE)
    said = LATE_AND_WARM | {"insured": PAYOUT}
    for by in (BUYER, SELLER):
        assert trade.send(treasurer(by), "settle_agreed", **said)["docType"] == "consent"
    sheet = trade.send(treasurer(INSURER), "settle_agreed", **said)
    check(trade, sheet)
    assert (sheet["toInsured"], sheet["toInsurer"]) == (PAYOUT, 0)


def test_it_needs_an_arrival_and_no_dispute(trade: Trade) -> None:
    trade.dispatched()
    assert trade.refused(treasurer(BUYER), "settle_agreed", seller=0, insured=0) == "wrong_state"
    trade.at("2026-05-20T15:00:00.000Z")
    trade.leg("2026-05-15T09:00:00.000Z", trade.time())
    trade.arrive()
    trade.send(treasurer(SELLER), "settle_agreed", seller=500_000, insured=0)
    trade.contest(BUYER)
    assert trade.refused(treasurer(BUYER), "settle_agreed", seller=500_000, insured=0) == "wrong_state"


def test_each_request_counts_once_and_nothing_is_paid_twice(late: Trade) -> None:
    first, last = (late.about(**LATE_AND_WARM) for _ in range(2))
    late.call(treasurer(BUYER), "settle_agreed", first)
    assert refusal(late, treasurer(BUYER), "settle_agreed", first).code == "already_recorded"
    assert refusal(late, treasurer(BUYER), "settle_agreed", first | {"seller": 1}).code == "conflict"
    late.call(treasurer(SELLER), "settle_agreed", last)
    assert refusal(late, treasurer(SELLER), "settle_agreed", last).code == "already_recorded"
    assert refusal(late, treasurer(BUYER), "settle_agreed", first).code == "already_settled"
    late.pass_time(hours=100)
    assert late.refused(treasurer(SELLER), "settle_due") == "already_settled"
