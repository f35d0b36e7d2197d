"""The same transactions, one after another, on every ledger: results, refusals, events, states and codes byte for byte.

Signers, ids and times are the same on each, so nothing may differ but the transactions' own ids and the blocks' numbers.
"""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.delivery import ARBITER, deliveries
from tests.contract.deployment import Deployment, request, send
from tests.contract.model_steps import models
from tests.contract.money import BANK, Holder, holder, new_id
from tests.contract.steps import Step, batches, money
from tests.contract.walk import PRICE, Walk
from traceapp.ledger import blocks
from traceapp.ledger.errors import LedgerError
from traceapp.ledger.port import Signer

pytestmark = [pytest.mark.fabric, pytest.mark.xdist_group("fabric")]


def signers(place: Deployment, buyer: Holder, seller: Holder, carrier: Holder) -> dict[str, Signer]:
    def of(one: Holder, role: str, person: str = "") -> Signer:
        return place.issue(one["mspId"], one["organisation"], role, person)

    bank = {"mspId": BANK.msp_id, "organisation": BANK.pgln}
    return {
        "recorder": place.recorder,
        "analyst": of(seller, "analyst"),
        "judge-0": of(carrier, "analyst"),
        "judge-1": of(buyer, "analyst"),
        "reader": place.reader,
        "other": place.other,
        "stranger": place.stranger,
        "expired": place.expired,
        "buyer": of(buyer, "treasurer"),
        "seller": of(seller, "treasurer"),
        "anna": of(bank, "settlement", "anna"),
        "bert": of(bank, "settlement", "bert"),
        "nameless": of(bank, "settlement"),
        "liar": of(buyer, "settlement", "anna"),
        "goods-in": of(buyer, "recorder"),
        "goods-out": of(seller, "recorder"),
        "carrier": of(carrier, "recorder"),
        "devices": of(carrier, "device-manager"),
        "arbiter": of(ARBITER, "treasurer"),
    }


def told(place: Deployment, signer: Signer, step: Step, at: datetime) -> list[Any]:
    """All that a ledger makes of a step."""
    when = at + timedelta(minutes=step.minutes)
    try:
        if step.function.startswith(("get_", "has_", "no_")):
            return [place.ledger.evaluate(signer, step.function, step.argument)]
        endorsed = [
            place.ledger.endorse(signer, step.function, step.argument, timestamp=when)
            for _ in range(2 if step.again else 1)
        ]
    except LedgerError as refused:
        return [type(refused).__name__, refused.reason, refused.message]
    found: list[Any] = []
    for one in endorsed:
        status = send(place, one, signer)
        event = next(place.ledger.block_events(status.block, timeout=10))
        (tx,) = [tx for tx in blocks.transactions(event, place.ledger.chaincode) if tx.tx_id == one.tx_id]
        found += [one.result, status.reason, tx.code, tx.msp_id, tx.time, dict(tx.writes), tx.event]
    return found


def test_every_ledger_gives_the_same_results_refusals_events_states_and_codes(places: dict[str, Deployment]) -> None:
    # Not the network's own numbers: another test may have opened their accounts.
    seller, carrier, buyer = (holder(n) | {"organisation": f"{int(new_id(), 16) % 10**13:013d}"} for n in (0, 1, 2))
    who = {name: signers(place, buyer, seller, carrier) for name, place in places.items()}
    at = datetime.now(UTC)
    reasons, differ, ended = set(), [], list[dict[str, Any]]()
    for number, step in enumerate(
        [*batches(), *money(buyer, seller), *deliveries(at, buyer, seller, carrier), *models(at, (carrier, buyer))]
    ):
        answers = {name: told(place, who[name][step.by], step, at) for name, place in places.items()}
        if len({repr(answer) for answer in answers.values()}) > 1:
            differ.append((number, step, answers))
        reasons |= {str(part) for part in answers["embedded"][1:2]}
        if step.function == "get_shipments":
            ended += [one["settlement"] for one in json.loads(answers["embedded"][0]).values() if one["settlement"]]
    assert not differ
    assert [one["toSeller"] for one in ended] == [960_000 - 100_000 - 4_000 - 12_000, 350, 250, 120]
    # That it was no walk through refusals only:
    assert reasons >= {"VALID", "already_recorded", "conflict", "forbidden", "unknown_row", "insufficient_funds"}
    assert reasons >= {
        "wrong_state",
        "too_early",
        "too_late",
        "already_settled",
        "overlap",
        "wrong_leg",
        "device_revoked",
    }
    assert reasons >= {"already_voted", "already_reported", "model_suspended"}
    assert reasons >= {"unknown_account", "same_person", "bad_request", "time_window", "not_found", "unknown_function"}


@pytest.mark.parametrize("seed", [1, 3])
def test_deliveries_at_random_end_alike_on_every_ledger_and_their_money_is_kept(
    places: dict[str, Deployment], seed: int
) -> None:
    seller, carrier, buyer = (holder(n) | {"organisation": f"{int(new_id(), 16) % 10**13:013d}"} for n in (0, 1, 2))
    who = {name: signers(place, buyer, seller, carrier) for name, place in places.items()}
    at = datetime.now(UTC)
    walk = Walk(seed, at, buyer, seller, carrier)
    reasons: Counter[str] = Counter()
    for number, step in enumerate(walk.steps(120)):
        answers = {name: told(place, who[name][step.by], step, at) for name, place in places.items()}
        assert len({repr(answer) for answer in answers.values()}) == 1, (number, step, answers)
        reasons[str(answers["embedded"][1])] += 1
    ends: Counter[str] = Counter()
    for place in places.values():
        asked = json.dumps({"ids": list(walk.shipments)})
        found = json.loads(place.ledger.evaluate(place.reader, "get_shipments", asked)).values()
        waits = sum(one["price"]["left"] for one in found if one["price"])
        held = sum(
            json.loads(place.ledger.evaluate(place.reader, "get_balance", json.dumps(one)))["EUR"]["amount"]
            for one in (buyer, seller)
        )
        assert waits + held == sum(PRICE + number for number in range(6))
        ends.update(one["settlement"]["outcome"] for one in found if one["settlement"])
    assert reasons["VALID"] > 20
    assert ends


def test_who_is_no_member_or_whose_certificate_ended_is_denied_for_the_same_reason(
    places: dict[str, Deployment],
) -> None:
    for by in ("stranger", "expired"):
        step = Step(by, "record_batch", request())
        found = {name: told(place, getattr(place, by), step, datetime.now(UTC))[:2] for name, place in places.items()}
        assert list(found.values()) == [["EndorseError", "access_denied"]] * len(places)


def test_a_block_of_each_ledger_parses_with_the_same_code(places: dict[str, Deployment]) -> None:
    wanted = request()
    for place in places.values():
        status = send(place, place.ledger.endorse(place.recorder, "record_batch", json.dumps(wanted)))
        event = next(place.ledger.block_events(status.block, timeout=10))
        assert blocks.fault_of(event) == ""
        assert blocks.header_hash(event.number, event.previous_hash, event.data_hash) == event.header_hash
        (tx,) = [tx for tx in blocks.transactions(event, place.ledger.chaincode) if tx.tx_id == status.tx_id]
        (batch,) = tx.batches
        assert (batch.id, batch.kind, batch.root.hex(), batch.size) == tuple(
            wanted[n] for n in ("id", "kind", "root", "size")
        )
        assert batch.organisation == place.organisation
        assert tx.event is not None
        assert tx.event[0] == "batch_recorded"
        assert json.loads(tx.event[1])["id"] == wanted["id"]
