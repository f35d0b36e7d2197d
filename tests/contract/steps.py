"""Calls one after another, of batches and of money, to be made on every ledger."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.contract.deployment import request
from tests.contract.money import BANK, Holder, new_id

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
