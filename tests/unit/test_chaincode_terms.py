"""What terms are refused, and that they never change."""

import contextlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.traceability.errors import ContractError
from tests.unit.contract_refusals import refusal
from tests.unit.escrow_world import (
    ARBITER,
    CARRIER,
    INSURANCE,
    INSURER,
    PRICE,
    START,
    STRANGER,
    TEMPERATURE,
    Trade,
    recorder,
    sha,
    slot,
    terms,
)
from tests.unit.money_world import BUYER, SELLER, treasurer

S = "f" * 32


@pytest.fixture
def trade() -> Trade:
    return Trade().begin()


def of(member: dict[str, str], organisation: str = "9521009000002") -> dict[str, str]:
    """Another organisation that the same member vouches for."""
    return member | {"organisation": organisation}


def test_terms_lie_on_the_ledger_as_they_were_proposed_under_their_hash(trade: Trade) -> None:
    document = trade.propose(insurance=INSURANCE)
    wanted = terms(trade.shipment, insurance=INSURANCE)
    assert (document["terms"], document["termsHash"]) == (wanted, sha(wanted))
    assert (document["state"], document["due"]) == ("proposed", wanted["acceptBy"])
    assert [one["by"] for one in document["acceptances"]] == [SELLER]


def test_the_terms_in_the_docs_are_taken_as_they_stand(trade: Trade) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/contract.md").read_text()
    example = page.split("```json")[1].split("```")[0]
    said = json.loads(re.sub(r'"<[^>]+>"', f'"{"5e" * 32}"', example))
    document = trade.call(treasurer(SELLER), "register_shipment", {"id": trade.shipment, "terms": said})
    assert document["terms"] == said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        # who checks on whom
        ({"arbiter": BUYER}, "arbiter and buyer are both of GruenmarktMSP"),
        ({"arbiter": of(SELLER)}, "arbiter and seller are both of"),
        ({"arbiter": of(CARRIER)}, "arbiter and carrier are both of"),
        ({"carrier": of(SELLER)}, "carrier and seller are both of"),
        ({"carrier": of(BUYER)}, "buyer and carrier are both of"),
        ({"seller": of(BUYER)}, "buyer and seller are both of"),
        ({"consignee": of(CARRIER)}, "consignee and carrier are both of"),
        ({"consignee": of(SELLER)}, "consignee and seller are both of"),
        ({"consignee": of(ARBITER)}, "consignee and arbiter are both of"),
        ({"insurance": INSURANCE | {"insurer": of(ARBITER)}}, "arbiter and insurer are both of"),
        ({"insurance": INSURANCE | {"insurer": of(CARRIER)}}, "carrier and insurer are both of"),
        ({"arbiter": of(ARBITER, BUYER["organisation"])}, f"arbiter and buyer are both {BUYER['organisation']}"),
        ({"carrier": of(CARRIER, SELLER["organisation"])}, f"carrier and seller are both {SELLER['organisation']}"),
        ({"consignee": of(STRANGER, ARBITER["organisation"])}, "consignee and arbiter are both"),
        ({"insurance": INSURANCE | {"insurer": of(INSURER, SELLER["organisation"])}}, "insurer and seller are both"),
        # money
        ({"currency": "EUX"}, "ISO 4217"),
        ({"currency": "JPY"}, "minorUnits of JPY is 0"),
        ({"currency": "KWD"}, "minorUnits of KWD is 3"),
        ({"minorUnits": 3}, "minorUnits of EUR is 2"),
        ({"minorUnits": True}, "minorUnits of EUR is 2"),
        ({"price": 0}, "amount must be"),
        ({"price": -1}, "amount must be"),
        ({"price": 2**53}, "beyond 2^53-1"),
        ({"price": 10.5}, "not an integer"),
        ({"price": "1000000"}, "amount must be"),
        ({"payments": {"dispatch": PRICE, "arrival": 1}}, "together more than the price"),
        ({"payments": {"dispatch": -1, "arrival": 1}}, "payments.dispatch must be"),
        ({"late": {"perHour": 1, "cap": PRICE + 1}}, "late.cap must be"),
        ({"late": {"perHour": -1, "cap": 0}}, "late.perHour must be"),
        ({"temperature": TEMPERATURE | {"cap": PRICE + 1}}, "temperature.cap must be"),
        ({"insurance": INSURANCE | {"payout": 0}}, "insurance.payout must be"),
        ({"insurance": INSURANCE | {"payout": 2**53 - 1}}, None),
        # time
        ({"acceptBy": "2026-05-14T09:12:00.000Z"}, "acceptBy"),
        ({"fundBy": "2026-05-14T12:00:00.000Z"}, "fundBy"),
        ({"dispatchBy": "2026-05-15T12:00:00.000Z"}, "dispatchBy"),
        ({"deadline": {"at": "2026-05-18T12:00:00.000Z", "zone": "UTC", "offset": "+00:00"}}, "deadline.at"),
        ({"deadline": {"at": "2099-05-18T12:00:00.000Z", "zone": "UTC", "offset": "+00:00"}}, "10 years"),
        ({"deadline": {"at": "9999-12-31T23:59:59.999Z", "zone": "UTC", "offset": "+00:00"}}, "10 years"),
        (
            {"deadline": {"at": "2026-05-20T18:00:00.000+02:00", "zone": "Europe/Berlin", "offset": "+02:00"}},
            "UTC time",
        ),
        ({"deadline": {"at": "2026-05-20T18:00:00+02:00", "zone": "Europe/Berlin", "offset": "+02:00"}}, "UTC time"),
        ({"deadline": {"at": "2026-05-20T16:00:00.000Z", "zone": "Berlin time", "offset": "+02:00"}}, "zone must"),
        ({"deadline": {"at": "2026-05-20T16:00:00.000Z", "zone": "Europe/Berlin", "offset": "+2"}}, "offset must"),
        ({"deadline": {"at": "2026-05-20T16:00:00.000Z", "zone": "Europe/Berlin", "offset": "+15:00"}}, "offset must"),
        ({"deadline": {"at": "2026-05-20T16:00:00.000Z", "zone": "Europe/Berlin", "offset": "-00:00"}}, "offset must"),
        ({"graceMinutes": -1}, "graceMinutes must be"),
        ({"recordWithinMinutes": 1441}, "recordWithinMinutes must be"),
        ({"refundAfterHours": 0}, "refundAfterHours must be"),
        ({"contestHours": 0}, "contestHours must be"),
        ({"resolveHours": 0}, "resolveHours must be"),
        ({"legHours": 72}, "legHours must be less"),
        # what is measured
        ({"legs": []}, "temperature needs legs"),
        ({"legs": [slot(S)] * 2}, "legs names one twice"),
        ({"legs": [slot(S, f"9506{n}") for n in range(21)]}, "at most 20"),
        ({"legs": [slot(S) | {"device": "logger-7"}]}, "legs[0].device must be 64"),
        ({"legs": [], "temperature": None}, None),
        ({"temperature": TEMPERATURE | {"bandMin": 900}}, "bandMin is above"),
        ({"temperature": TEMPERATURE | {"beyond": "forget"}}, "beyond must be one of"),
        ({"temperature": TEMPERATURE | {"onMissingData": "freeze"}}, "onMissingData must be one of"),
        ({"temperature": TEMPERATURE | {"outsideMinutes": -1}}, "outsideMinutes must be"),
        ({"quantity": {"amount": 0, "unit": "KGM", "tolerance": 0, "damagedPays": 0}}, "quantity.amount"),
        ({"quantity": {"amount": 10, "unit": "kg", "tolerance": 0, "damagedPays": 0}}, "Recommendation 20"),
        ({"quantity": {"amount": 10, "unit": "KGM", "tolerance": 11, "damagedPays": 0}}, "quantity.tolerance"),
        ({"quantity": {"amount": 10, "unit": "KGM", "tolerance": 1, "damagedPays": 10_001}}, "quantity.damagedPays"),
        ({"onSilentArbiter": "wait"}, "onSilentArbiter must be one of"),
        ({"insurance": INSURANCE | {"triggers": []}}, "insurance.triggers"),
        ({"insurance": INSURANCE | {"triggers": ["lost", "lost"]}}, "one twice"),
        ({"insurance": INSURANCE | {"triggers": ["bored"]}}, "insurance.triggers[0]"),
        ({"insurance": INSURANCE | {"beneficiary": "carrier"}}, "beneficiary must be one of"),
        ({"note": ""}, "terms must have exactly"),
        ({"goods": "peppers"}, "goods must be 64"),
    ],
)
def test_terms_that_somebody_could_abuse_or_nobody_could_end_are_refused(
    trade: Trade, changes: dict[str, Any], words: str | None
) -> None:
    wanted = {"id": trade.shipment, "terms": terms(trade.shipment, **changes)}
    if words is None:
        trade.call(treasurer(SELLER), "register_shipment", wanted)
        return
    error = refusal(trade, treasurer(SELLER), "register_shipment", wanted)
    assert (error.code, words in error.message) == ("bad_request", True), error.message


def test_only_buyer_or_seller_propose(trade: Trade) -> None:
    wanted = {"id": trade.shipment, "terms": terms(trade.shipment)}
    for by in (STRANGER, CARRIER, ARBITER, of(SELLER)):
        assert refusal(trade, treasurer(by), "register_shipment", wanted).code == "forbidden"
    assert refusal(trade, recorder(SELLER), "register_shipment", wanted).code == "forbidden"
    trade.call(treasurer(BUYER), "register_shipment", wanted)


def test_the_same_terms_again_are_a_repeat_and_others_a_conflict_at_any_time(trade: Trade) -> None:
    trade.funded()
    trade.pass_time(hours=30)  # its acceptBy is over
    wanted = {"id": trade.shipment, "terms": terms(trade.shipment)}
    assert refusal(trade, treasurer(SELLER), "register_shipment", wanted).code == "already_recorded"
    for by, changes in ((SELLER, {"price": PRICE - 1}), (SELLER, {"onSilentArbiter": "refund"}), (BUYER, {})):
        other = {"id": trade.shipment, "terms": terms(trade.shipment, **changes)}
        assert refusal(trade, treasurer(by), "register_shipment", other).code == "conflict"


def test_who_agrees_names_the_very_terms(trade: Trade) -> None:
    trade.propose()
    right = trade.read()["shipment"]["termsHash"]
    request = {"id": trade.id(), "shipment": trade.shipment}
    other = sha(terms(trade.shipment, price=PRICE - 1))
    assert refusal(trade, treasurer(BUYER), "accept_terms", request | {"terms": other}).code == "conflict"
    assert refusal(trade, treasurer(BUYER), "accept_terms", request | {"terms": "yes"}).code == "bad_request"
    for by in (CARRIER, ARBITER, STRANGER, INSURER, of(BUYER)):
        assert refusal(trade, treasurer(by), "accept_terms", request | {"terms": right}).code == "forbidden"
    assert refusal(trade, treasurer(SELLER), "accept_terms", request | {"terms": right}).code == "already_recorded"
    assert trade.accept()["state"] == "agreed"
    assert refusal(trade, treasurer(BUYER), "accept_terms", request | {"terms": right}).code == "already_recorded"


def test_an_insurer_agrees_too_before_anybody_pays(trade: Trade) -> None:
    trade.propose(insurance=INSURANCE)
    assert trade.accept()["state"] == "proposed"
    request = {"id": trade.id(), "shipment": trade.shipment, "rows": [trade.price_row]}
    assert refusal(trade, treasurer(BUYER), "fund_escrow", request).code == "wrong_state"
    assert trade.accept(INSURER)["state"] == "agreed"


def test_terms_are_accepted_in_time_and_lapse_by_anybody_after_the_clocks_allowance(trade: Trade) -> None:
    trade.propose()
    accept = {"id": trade.id(), "shipment": trade.shipment, "terms": trade.read()["shipment"]["termsHash"]}
    due = "2026-05-14T12:00:00.000Z"
    trade.at("2026-05-14T12:00:00.001Z")
    assert refusal(trade, treasurer(BUYER), "accept_terms", accept).code == "too_late"
    trade.at("2026-05-14T12:29:59.999Z")
    lapse = {"id": trade.id(), "shipment": trade.shipment}
    error = refusal(trade, recorder(CARRIER), "refund_expired", lapse)
    assert (error.code, due in error.message) == ("too_early", True)
    trade.pass_time(milliseconds=1)
    sheet = trade.refund(CARRIER)
    assert (sheet["outcome"], sheet["toBuyer"], trade.read()["shipment"]["state"]) == ("lapsed", 0, "lapsed")
    assert trade.clock > START


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just([])
    | st.just({})
    | (st.sampled_from([BUYER, "EUR", "2026-05-20T16:00:00.000Z", "0001-01-01T00:00:00.000Z", "5e" * 32, 2**53 - 1]))
)
PLACES = [(name,) for name in terms(S)] + [
    (name, inner)
    for name in ("buyer", "payments", "quantity", "deadline", "late", "temperature", "insurance")
    for inner in terms(S, insurance=INSURANCE)[name]
]


@given(st.sampled_from(PLACES), VALUES)
def test_whatever_stands_in_place_of_a_term_is_taken_whole_or_refused(place: tuple[str, ...], value: Any) -> None:
    trade = Trade().begin()
    wanted = json.loads(json.dumps(terms(S, insurance=INSURANCE)))
    inside = wanted
    for name in place[:-1]:
        inside = inside[name]
    inside[place[-1]] = value
    with contextlib.suppress(ContractError):
        document = trade.call(treasurer(SELLER), "register_shipment", json.dumps({"id": S, "terms": wanted}))
        assert (document["terms"], document["termsHash"]) == (wanted, sha(wanted))
