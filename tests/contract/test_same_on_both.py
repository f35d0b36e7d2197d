"""The same transactions, one after another, on every ledger: results, refusals, events, states and codes byte for byte.

Signers, ids and times are the same on each, so nothing may differ but the transactions' own ids and the blocks' numbers.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.deployment import Deployment, request, send
from tests.contract.money import BANK, Holder, holder, new_id
from traceapp.ledger import blocks
from traceapp.ledger.errors import LedgerError
from traceapp.ledger.port import Signer

pytestmark = [pytest.mark.fabric, pytest.mark.xdist_group("fabric")]

STRANGERS_ROW = f"transfer/{'7' * 32}/0"


@dataclass(frozen=True)
class Step:
    """One call. `minutes`: how far its time is off. `again`: endorsed twice before either is sent."""

    by: str
    function: str
    request: object
    minutes: int = 0
    again: bool = False

    @property
    def argument(self) -> str:
        return self.request if isinstance(self.request, str) else json.dumps(self.request)


def signers(place: Deployment, buyer: Holder, seller: Holder) -> dict[str, Signer]:
    def of(one: Holder, role: str, person: str = "") -> Signer:
        return place.issue(one["mspId"], one["organisation"], role, person)

    bank = {"mspId": BANK.msp_id, "organisation": BANK.pgln}
    return {
        "recorder": place.recorder,
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
    }


def batches() -> Iterator[Step]:
    wanted = request()
    yield Step("recorder", "record_batch", wanted)
    yield Step("recorder", "record_batch", wanted)
    yield Step("recorder", "record_batch", wanted | {"root": "00" * 32})
    yield Step("other", "record_batch", wanted)
    yield Step("reader", "record_batch", request())
    yield Step("recorder", "record_batch", request(kind="sensor", size=1), again=True)
    for changes in ({"size": 0}, {"kind": "rumour"}, {"id": "x"}, {"note": 1}, {"from": "2026-05-14"}):
        yield Step("recorder", "record_batch", request(**changes))
    for text in ("", "[]", "{}", '{"id":1,"id":1}', "[" * 1000, "\u2028", '{"size":1.5}'):
        yield Step("recorder", "record_batch", text)
    yield Step("recorder", "get_batch", str(wanted["id"]))
    yield Step("recorder", "get_batches", json.dumps([wanted["id"], "0" * 32]))
    yield Step("recorder", "has_id", str(wanted["id"]))
    yield Step("recorder", "get_batch", "0" * 32)
    yield Step("recorder", "no_such_function", "{}")
    for minutes in (-14, 14, -16, 16):
        yield Step("recorder", "record_batch", request(), minutes=minutes)


def money(buyer: Holder, seller: Holder) -> Iterator[Step]:
    said = {"id": new_id().upper(), "currency": "EUR", "amount": 1000, "to": buyer}
    row = f"mint/{BANK.msp_id}/{said['id']}/0"
    yield Step("anna", "propose_mint", said)  # no account yet
    for who in ("buyer", "seller"):
        yield Step(who, "open_account", {"id": new_id()}, again=True)
        yield Step(who, "open_account", {"id": new_id()})
    yield from minting(said, seller)
    yield from paying(row, buyer, seller)


def minting(said: dict[str, Any], seller: Holder) -> Iterator[Step]:
    for who in ("liar", "nameless", "buyer", "reader"):
        yield Step(who, "propose_mint", said)
    yield Step("bert", "approve_mint", said)
    yield Step("anna", "propose_mint", said | {"amount": 999})
    yield Step("bert", "approve_mint", said)
    yield Step("bert", "withdraw_mint", {"id": said["id"]})
    yield Step("anna", "propose_mint", said)
    yield Step("anna", "propose_mint", said)
    yield Step("bert", "propose_mint", said)
    yield Step("anna", "approve_mint", said)
    for changes in ({"amount": 1001}, {"currency": "USD"}, {"to": seller}, {"amount": 0}, {"id": "a b"}):
        yield Step("bert", "approve_mint", said | changes)
    yield Step("bert", "approve_mint", said, again=True)
    yield Step("anna", "withdraw_mint", {"id": said["id"]})
    yield Step("anna", "propose_mint", said)
    yield Step("reader", "get_mint", {"mspId": BANK.msp_id, "id": said["id"]})


def paying(row: str, buyer: Holder, seller: Holder) -> Iterator[Step]:
    pay = {"id": new_id(), "currency": "EUR", "amount": 300, "rows": [row], "to": seller}
    nobody = seller | {"organisation": "0000000000000"}
    for changes in (
        {"amount": 1001}, {"amount": 0}, {"amount": -1}, {"amount": 2**53}, {"amount": True}, {"currency": "USD"},
        {"currency": "XXX"}, {"to": buyer}, {"to": nobody}, {"rows": []}, {"rows": [row, row]},
        {"rows": [STRANGERS_ROW]}, {"rows": [row] * 201}, {"rows": "x"},
    ):  # fmt: skip
        yield Step("buyer", "transfer", pay | changes)
    yield Step("buyer", "transfer", '{"amount":1.5}')
    yield Step("seller", "transfer", pay | {"to": buyer})
    yield Step("buyer", "transfer", pay, again=True)
    yield Step("buyer", "transfer", pay)
    yield Step("buyer", "transfer", pay | {"amount": 1})
    yield Step("buyer", "transfer", pay | {"id": new_id()}, minutes=14)  # spent
    change = f"transfer/{pay['id']}/1"
    second = pay | {"id": new_id(), "rows": [change], "amount": 200}
    yield Step("buyer", "transfer", second, minutes=-14)
    yield Step("buyer", "transfer", second | {"id": new_id()}, minutes=-16)
    got = [f"transfer/{one['id']}/0" for one in (pay, second)]
    together = {"id": new_id(), "currency": "EUR", "rows": got}
    yield Step("seller", "consolidate", together | {"rows": got[:1]})
    yield Step("seller", "consolidate", together)
    yield Step("seller", "consolidate", together)
    redeem = {"id": new_id(), "currency": "EUR", "amount": 120, "instruction": "5e" * 32}
    redeem["rows"] = [f"consolidation/{together['id']}/0"]
    yield Step("seller", "redeem", redeem | {"amount": 501})
    yield Step("seller", "redeem", redeem)
    yield Step("seller", "redeem", redeem)
    yield Step("seller", "confirm_redemption", {"id": redeem["id"], "payment": "P1"})
    yield Step("anna", "confirm_redemption", {"id": redeem["id"], "payment": "P1"})
    yield Step("anna", "confirm_redemption", {"id": redeem["id"], "payment": "P2"})
    for one in (buyer, seller):
        yield Step("reader", "get_balance", one)
        yield Step("reader", "get_rows", {"holder": one, "currency": "EUR", "from": "", "limit": 1})
    yield Step("reader", "get_transfer", str(pay["id"]))


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
    buyer, seller = (holder(n) | {"organisation": f"{int(new_id(), 16) % 10**13:013d}"} for n in (0, 1))
    who = {name: signers(place, buyer, seller) for name, place in places.items()}
    at = datetime.now(UTC)
    reasons, differ = set(), []
    for number, step in enumerate([*batches(), *money(buyer, seller)]):
        answers = {name: told(place, who[name][step.by], step, at) for name, place in places.items()}
        if len({repr(answer) for answer in answers.values()}) > 1:
            differ.append((number, step, answers))
        reasons |= {str(part) for part in answers["embedded"][1:2]}
    assert not differ
    # That it was no walk through refusals only:
    assert reasons >= {"VALID", "already_recorded", "conflict", "forbidden", "unknown_row", "insufficient_funds"}
    assert reasons >= {"unknown_account", "same_person", "bad_request", "time_window", "not_found", "unknown_function"}


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
