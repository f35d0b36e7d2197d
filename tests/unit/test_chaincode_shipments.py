"""Who moves a shipment on, when, and whose silence changes nothing: each attack is refused with its reason."""

import pytest

from tests.unit.contract_refusals import refusal
from tests.unit.escrow_world import (
    ARBITER,
    CARRIER,
    INSURANCE,
    INSURER,
    PAYOUT,
    PRICE,
    STRANGER,
    TEMPERATURE,
    Trade,
    recorder,
)
from tests.unit.leg_world import ROOT
from tests.unit.money_world import BUYER, SELLER, treasurer

ON_TIME = "2026-05-20T15:00:00.000Z"
IMPOSTOR = {"mspId": "HuertaAlbaMSP", "organisation": CARRIER["organisation"]}


@pytest.fixture
def trade() -> Trade:
    return Trade().begin()


# --- the carrier fixes the times, and only the carrier


def test_only_the_carrier_says_that_goods_left_and_arrived(trade: Trade) -> None:
    trade.funded()
    for by in (SELLER, BUYER, ARBITER, STRANGER, IMPOSTOR):
        assert trade.refused(recorder(by), "dispatch", at=trade.time()) == "forbidden"
    assert trade.refused(treasurer(CARRIER), "dispatch", at=trade.time()) == "forbidden"
    trade.dispatch()
    trade.pass_time(hours=1)
    for by in (SELLER, BUYER, ARBITER, STRANGER, IMPOSTOR):  # above all those who gain from when it was
        assert trade.refused(recorder(by), "record_arrival", at=trade.time()) == "forbidden"
    trade.arrive()


def test_steps_are_taken_once_and_in_their_order(trade: Trade) -> None:
    trade.propose()
    assert trade.refused(recorder(CARRIER), "dispatch", at=trade.time()) == "wrong_state"
    trade.accept()
    assert trade.refused(recorder(CARRIER), "dispatch", at=trade.time()) == "wrong_state"
    trade.fund()
    assert trade.refused(recorder(CARRIER), "record_arrival", at=trade.time()) == "wrong_state"
    assert trade.refused(recorder(BUYER), "accept_delivery", short=0, damaged=0, refused=0) == "wrong_state"
    for function in ("dispatch", "record_arrival"):
        wanted = trade.about(at=trade.time())
        trade.call(recorder(CARRIER), function, wanted)
        paid = trade.held(SELLER)
        assert refusal(trade, recorder(CARRIER), function, wanted).code == "already_recorded"
        assert trade.refused(recorder(CARRIER), function, at=trade.time()) == "conflict"
        trade.pass_time(minutes=1)
        assert refusal(trade, recorder(CARRIER), function, wanted | {"at": trade.time()}).code == "conflict"
        assert trade.held(SELLER) == paid


def test_no_time_is_dated_back_further_than_agreed_nor_ahead(trade: Trade) -> None:
    trade.dispatched()
    trade.at("2026-05-20T19:30:00.000Z")  # an hour and a half late
    for at in ("2026-05-20T18:00:00.000Z", "2026-05-20T18:29:59.999Z", "2020-01-01T00:00:00.000Z"):
        assert trade.refused(recorder(CARRIER), "record_arrival", at=at) == "too_late"
    assert trade.refused(recorder(CARRIER), "record_arrival", at="2026-05-20T19:30:00.001Z") == "too_early"
    for at in ("2026-05-20T20:30:00.000+02:00", "2026-05-20T18:30", "18:30", 1779301800):
        assert trade.refused(recorder(CARRIER), "record_arrival", at=at) == "bad_request"
    assert trade.arrive(at="2026-05-20T18:30:00.000Z")["arrived"]["at"] == "2026-05-20T18:30:00.000Z"


def test_goods_do_not_arrive_before_they_left(trade: Trade) -> None:
    trade.funded()
    trade.dispatch()
    assert trade.refused(recorder(CARRIER), "record_arrival", at=trade.time()) == "too_early"
    assert trade.refused(recorder(CARRIER), "record_arrival", at=trade.time(minutes=-5)) == "too_early"


def test_goods_that_never_leave_are_refunded_whole(trade: Trade) -> None:
    trade.funded(insurance=INSURANCE)
    trade.until_due(0)
    trade.pass_time(milliseconds=1)
    assert trade.refused(recorder(CARRIER), "dispatch", at=trade.time()) == "too_late"
    assert trade.refused(treasurer(BUYER), "refund_expired") == "too_early"
    trade.until_due()
    sheet = trade.refund()
    assert (sheet["outcome"], sheet["toBuyer"], sheet["toInsured"]) == ("refunded", PRICE, 0)
    assert (trade.held(BUYER), trade.held(INSURER), trade.held(SELLER)) == (PRICE + 7, PAYOUT, 0)


# --- refunds


def test_a_refund_needs_that_nothing_arrived_and_the_grace_to_be_over(trade: Trade) -> None:
    trade.dispatched()
    assert trade.read()["shipment"]["due"] == "2026-05-23T18:00:00.000Z"  # deadline, 2 h and 72 h
    trade.at("2026-05-23T18:29:59.999Z")
    assert trade.refused(treasurer(BUYER), "refund_expired") == "too_early"
    trade.pass_time(milliseconds=1)
    trade.arrive()  # late is better than never, as long as nobody asked for the money
    assert trade.refused(treasurer(BUYER), "refund_expired") == "wrong_state"
    trade.pass_time(hours=1000)
    assert trade.refused(treasurer(BUYER), "refund_expired") == "wrong_state"
    trade.settle()
    assert trade.refused(treasurer(BUYER), "refund_expired") == "already_settled"


def test_after_a_refund_nothing_arrives_and_nobody_is_paid_again(trade: Trade) -> None:
    trade.dispatched()
    trade.until_due()
    wanted = trade.about()
    trade.call(treasurer(BUYER), "refund_expired", wanted)
    assert refusal(trade, treasurer(BUYER), "refund_expired", wanted).code == "already_recorded"
    assert trade.refused(treasurer(BUYER), "refund_expired") == "already_settled"
    assert trade.refused(recorder(CARRIER), "record_arrival", at=trade.time()) == "wrong_state"
    assert trade.refused(treasurer(SELLER), "contest", reason="no_arrival", evidence=ROOT) == "wrong_state"
    assert trade.refused(treasurer(ARBITER), "resolve", seller=1, insured=0, reason=ROOT) == "already_settled"


# --- acceptance, contest, settlement


def test_only_the_consignee_accepts_and_once(trade: Trade) -> None:
    trade.arrived()
    none = {"short": 0, "damaged": 0, "refused": 0}
    for by in (SELLER, CARRIER, ARBITER, STRANGER):
        assert trade.refused(recorder(by), "accept_delivery", **none) == "forbidden"
    for bad in ({"short": -1}, {"short": 1201}, {"damaged": 1.5}, {"refused": True}, {"short": 600, "damaged": 601}):
        assert trade.refused(recorder(BUYER), "accept_delivery", **(none | bad)) == "bad_request"
    wanted = trade.about(**none)
    trade.call(recorder(BUYER), "accept_delivery", wanted)
    assert refusal(trade, recorder(BUYER), "accept_delivery", wanted).code == "already_recorded"
    assert trade.refused(recorder(BUYER), "accept_delivery", **(none | {"short": 100})) == "conflict"
    for function in ("treasurer", "recorder"):
        by = {**BUYER, "role": function}
        assert trade.refused(by, "contest", reason="quality", evidence=ROOT) == "too_late"


def test_a_silent_consignee_has_accepted_when_its_hours_are_over_and_its_late_word_counts_for_nothing(
    trade: Trade,
) -> None:
    trade.arrived()
    due = trade.read()["shipment"]["due"]
    assert due == "2026-05-23T15:00:00.000Z"
    trade.at("2026-05-23T15:00:00.001Z")
    assert trade.refused(recorder(BUYER), "accept_delivery", short=1200, damaged=0, refused=0) == "too_late"
    assert trade.refused(treasurer(BUYER), "contest", reason="quality", evidence=ROOT) == "too_late"
    trade.at("2026-05-23T15:29:59.999Z")
    assert trade.refused(recorder(SELLER), "settle_due") == "too_early"
    trade.pass_time(milliseconds=1)
    assert trade.settle()["toSeller"] == PRICE // 2


def test_a_clock_that_is_set_ahead_settles_nothing_before_others_could_speak(trade: Trade) -> None:
    trade.arrived()
    trade.until_due(minutes=15)  # the seller's clock, 15 minutes fast: by true time it is due just now
    assert trade.refused(recorder(SELLER), "settle_due") == "too_early"
    trade.until_due(minutes=0)
    assert trade.contest(BUYER)["state"] == "disputed"


def test_a_delivery_in_full_and_on_time_without_temperatures_is_paid_at_once(trade: Trade) -> None:
    trade.arrived(leg=None, temperature=None)
    trade.take()
    assert trade.settle()["toSeller"] == PRICE // 2


@pytest.mark.parametrize("late", [True, False])
def test_a_quick_acceptance_does_not_take_the_sellers_time_to_contest(trade: Trade, late: bool) -> None:
    trade.arrived("2026-05-20T19:00:00.000Z" if late else ON_TIME, temperature=None if late else TEMPERATURE)
    due = trade.read()["shipment"]["due"]
    assert trade.take()["due"] == due
    assert trade.refused(recorder(BUYER), "settle_due") == "too_early"
    assert trade.contest(SELLER, "time")["state"] == "disputed"


def test_an_acceptance_at_the_last_moment_does_not_settle_sooner_than_others_clocks_allow(trade: Trade) -> None:
    trade.arrived()
    trade.until_due(0)
    trade.take()
    assert trade.refused(recorder(BUYER), "settle_due") == "too_early"
    assert trade.contest(SELLER, "time")["state"] == "disputed"


def test_an_acceptance_in_part_at_the_last_moment_leaves_the_seller_all_of_its_hours(trade: Trade) -> None:
    trade.arrived()
    trade.until_due(0)
    trade.take(short=100)
    assert trade.read()["shipment"]["due"] == "2026-05-26T15:00:00.000Z"
    trade.until_due(0)
    assert trade.contest(SELLER, "quantity")["state"] == "disputed"


def test_only_parties_contest_and_settle_and_only_the_arbiter_resolves(trade: Trade) -> None:
    trade.arrived()
    for by in (CARRIER, ARBITER, STRANGER, INSURER):
        assert trade.refused(treasurer(by), "contest", reason="quality", evidence=ROOT) == "forbidden"
    assert trade.refused(treasurer(BUYER), "contest", reason="envy", evidence=ROOT) == "bad_request"
    assert trade.refused(treasurer(ARBITER), "resolve", seller=0, insured=0, reason=ROOT) == "wrong_state"
    wanted = trade.about(reason="quality", evidence=ROOT)
    trade.call(treasurer(BUYER), "contest", wanted)
    assert refusal(trade, treasurer(BUYER), "contest", wanted).code == "already_recorded"
    assert refusal(trade, treasurer(BUYER), "contest", wanted | {"reason": "time"}).code == "conflict"
    assert trade.refused(treasurer(SELLER), "contest", reason="other", evidence=ROOT) == "wrong_state"
    for by in (BUYER, SELLER, CARRIER, STRANGER):
        assert trade.refused(treasurer(by), "resolve", seller=0, insured=0, reason=ROOT) == "forbidden"
    assert trade.refused(recorder(BUYER), "settle_due") == "too_early"
    trade.until_due()
    assert trade.refused(recorder(STRANGER), "settle_due") == "forbidden"
    assert trade.refused(recorder(INSURER), "settle_due") == "forbidden"  # of another shipment, perhaps
    assert trade.refused(treasurer(ARBITER), "resolve", seller=0, insured=0, reason=ROOT) == "too_late"
    assert trade.settle(ARBITER)["outcome"] == "default"


def test_an_arbiter_is_heard_once(trade: Trade) -> None:
    trade.arrived()
    trade.contest(SELLER)
    wanted = trade.about(seller=1, insured=0, reason=ROOT)
    trade.call(treasurer(ARBITER), "resolve", wanted)
    assert refusal(trade, treasurer(ARBITER), "resolve", wanted).code == "already_recorded"
    assert trade.refused(treasurer(ARBITER), "resolve", seller=2, insured=0, reason=ROOT) == "already_settled"
    trade.pass_time(hours=2000)
    assert trade.refused(recorder(SELLER), "settle_due") == "already_settled"


def test_a_seller_contests_a_missing_arrival_only_once_the_goods_are_late(trade: Trade) -> None:
    trade.dispatched()
    trade.at("2026-05-20T18:00:00.000Z")
    assert trade.refused(treasurer(SELLER), "contest", reason="no_arrival", evidence=ROOT) == "too_early"
    trade.pass_time(milliseconds=1)
    assert trade.refused(treasurer(BUYER), "contest", reason="no_arrival", evidence=ROOT) == "forbidden"
    trade.contest(SELLER, "no_arrival")
    assert trade.refused(recorder(CARRIER), "record_arrival", at=trade.time()) == "wrong_state"
    assert trade.resolve(800_000)["toSeller"] == 800_000


def test_what_does_not_exist_is_not_found(trade: Trade) -> None:
    for by, function, more in (
        (BUYER, "accept_terms", {"terms": ROOT}), (BUYER, "fund_escrow", {"rows": [trade.price_row]}),
        (BUYER, "contest", {"reason": "time", "evidence": ROOT}), (BUYER, "settle_due", {}),
        (BUYER, "refund_expired", {}), (BUYER, "resolve", {"seller": 0, "insured": 0, "reason": ROOT}),
    ):  # fmt: skip
        assert trade.refused(treasurer(by), function, **more) == "not_found"
    assert trade.read() == {"shipment": None, "price": None, "insurance": None, "settlement": None}
