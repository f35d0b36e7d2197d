"""Of any amount there is, to the last unit: whatever the figures come to, all of it goes somewhere and the sheet says where."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chaincode.traceability.rules.money import MAX_AMOUNT, minor_units
from tests.unit.escrow_world import BUYER, INSURANCE, INSURER, TEMPERATURE, Trade
from tests.unit.leg_world import register
from tests.unit.money_world import SELLER

LEFT = "2026-05-15T09:00:00.000Z"
prices = st.sampled_from([1, 2, 3, 1000, 2**52, 2**52 + 1, MAX_AMOUNT]) | st.integers(1, MAX_AMOUNT)
arrivals = st.sampled_from(["2026-05-20T18:00:00.000Z", "2026-05-20T18:00:00.001Z", "2026-05-23T10:00:00.000Z"])
outside = st.sampled_from([0, 1800, 1801, 5400, 5401, 300_000])


@st.composite
def agreed(draw: st.DrawFn, price: int, payout: int) -> dict[str, Any]:
    """Terms of this price: shares, caps and quantities up to all of it."""
    share = st.sampled_from([0, price, price]) | st.integers(0, price)
    dispatch, amount = draw(st.integers(0, price)), draw(st.sampled_from([1, 3, 1200, 10**12]))
    currency = draw(st.sampled_from(["EUR", "JPY", "BHD", "ISK"]))
    warm = TEMPERATURE | {
        "perHour": draw(share), "cap": draw(share), "beyond": draw(st.sampled_from(["cut", "dispute"])),
        "onMissingData": draw(st.sampled_from(["outside", "dispute", "ignore"])),
    }  # fmt: skip
    triggers = st.lists(st.sampled_from(["late", "lost", "missing", "outside"]), min_size=1, unique=True)
    covered = INSURANCE | {"payout": payout, "triggers": draw(triggers)}
    return {
        "price": price, "currency": currency, "minorUnits": minor_units(currency),
        "payments": {"dispatch": dispatch, "arrival": draw(st.integers(0, price - dispatch))},
        "late": {"perHour": draw(share), "cap": draw(share)},
        "quantity": {"amount": amount, "unit": "KGM", "tolerance": draw(st.integers(0, amount)), "damagedPays": 3333},
        "temperature": draw(st.none() | st.just(warm)), "insurance": covered if payout else None,
        "onSilentArbiter": draw(st.sampled_from(["computed", "half", "refund"])),
    }  # fmt: skip


def all_there(trade: Trade) -> int:
    """What is held and what waits; nothing of it is below 1 or 0."""
    rows = [json.loads(value)["amount"] for key, value in trade.state.items() if key.startswith("row/")]
    assert all(1 <= amount <= MAX_AMOUNT for amount in rows)
    return sum(rows) + trade.escrowed()


@settings(max_examples=60, deadline=None)
@given(price=prices, data=st.data())
def test_nothing_is_lost_or_made_and_no_amount_keeps_a_shipment_from_its_end(price: int, data: st.DataObject) -> None:
    payout = data.draw(st.sampled_from([0, 1, MAX_AMOUNT - price]))
    said = data.draw(agreed(price, payout))
    trade = Trade()
    trade.open(BUYER, SELLER, INSURER)
    trade.price_row = trade.mint("PRICE", price, BUYER, said["currency"])
    if payout:
        trade.payout_row = trade.mint("PAYOUT", payout, INSURER, said["currency"])
    register(trade)
    trade.funded(**said)
    trade.at(LEFT)
    trade.dispatch()
    arrives = data.draw(st.none() | arrivals)
    if arrives is None:
        trade.until_due()
        check(trade, trade.refund(), price, payout)
        return
    trade.at(arrives)
    if data.draw(st.booleans()):
        trade.leg(LEFT, arrives, outside=data.draw(outside))
    trade.arrive()
    assert all_there(trade) == price + payout
    amount = said["quantity"]["amount"]
    short = data.draw(st.sampled_from([0, amount]) | st.integers(0, amount))
    trade.take(short=short, damaged=data.draw(st.integers(0, amount - short)))
    trade.until_due()
    sheet = trade.settle()
    if sheet["docType"] == "shipment":  # the terms leave it to the arbiter, who is silent
        trade.until_due()
        sheet = trade.settle()
    check(trade, sheet, price, payout)


def check(trade: Trade, sheet: Any, price: int, payout: int) -> None:
    assert all_there(trade) == price + payout
    assert trade.escrowed() == 0
    assert sheet["paidBefore"] + sheet["toSeller"] + sheet["toBuyer"] == price
    assert sheet["toInsured"] + sheet["toInsurer"] == payout
    adding_up = [one["amount"] for one in sheet["lines"] if one["term"] not in ("balance", "insurance")]
    assert sum(adding_up) == sheet["toSeller"] >= 0
