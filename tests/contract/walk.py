"""Deliveries at random: mostly the right step by the right party, else any step by anybody, ids used again, odd clocks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from chaincode.traceability.times import rfc3339
from tests.contract.delivery import HASH, about, deposit, sha, terms
from tests.contract.money import Holder, new_id
from tests.contract.steps import Step

PRICE = 500
WAY = (
    ("seller", "register_shipment"), ("buyer", "accept_terms"), ("buyer", "fund_escrow"), ("carrier", "dispatch"),
    ("carrier", "record_arrival"), ("goods-in", "accept_delivery"), ("seller", "settle_agreed"), ("buyer", "settle_agreed"), ("seller", "contest"), ("arbiter", "resolve"),
    ("goods-out", "settle_due"), ("buyer", "refund_expired"),
)  # fmt: skip
ANYBODY = ("seller", "buyer", "carrier", "goods-in", "goods-out", "arbiter", "other", "reader")


class Walk:
    """`shipments`: the terms of each by its id. Nothing here looks at what a ledger answers."""

    def __init__(self, seed: int, at: datetime, *parties: Holder) -> None:
        self.random, self.at, self.parties = Random(seed), at, parties
        self.shipments: dict[str, dict[str, Any]] = {}
        self.done: dict[str, int] = {}
        self.rows: list[str] = []
        self.ids = [new_id()]

    def steps(self, count: int) -> Iterator[Step]:
        for who in ("buyer", "seller"):
            yield Step(who, "open_account", {"id": new_id()})
        for number in range(6):
            self.rows.append((yield from deposit(PRICE + number, self.parties[0])))
        for _ in range(count):
            yield self.step()

    def step(self) -> Step:
        if not self.shipments or (len(self.shipments) < 5 and self.random.random() < 0.08):
            self.begin()
        shipment = self.random.choice(list(self.shipments))
        if self.random.random() < 0.7:
            by, function = WAY[min(self.done[shipment], len(WAY) - 1)]
            self.done[shipment] += 1 + (function == "accept_delivery") * self.random.choice((0, 2, 4))
        else:
            by, function = self.random.choice(ANYBODY), self.random.choice(WAY)[1]
        wanted = self.request(function, shipment)
        if function != "register_shipment":
            wanted["id"] = self.random.choice(self.ids) if self.random.random() < 0.1 else wanted["id"]
        self.ids.append(wanted["id"])
        return Step(by, function, wanted, self.random.choice((0, 0, 0, -8, 8)), again=self.random.random() < 0.2)

    def begin(self) -> None:
        paid = self.random.choice(((100, 50), (0, 0), (PRICE, 0), (0, PRICE)))
        changes = {"payments": dict(zip(("dispatch", "arrival"), paid, strict=True))}
        shipment = new_id()
        self.shipments[shipment], self.done[shipment] = terms(self.at, *self.parties, **changes), 0

    def request(self, function: str, shipment: str) -> dict[str, Any]:
        said = self.shipments[shipment]
        if function == "register_shipment":
            changes = {"price": PRICE + 1} if self.random.random() < 0.1 else {}
            return {"id": shipment, "terms": said | changes}
        moment = rfc3339(self.at - timedelta(minutes={"dispatch": 30}.get(function, 10)))
        own = [*self.rows, f"shipment/{shipment}/price/1"]
        members: dict[str, dict[str, Any]] = {
            "accept_terms": {"terms": sha(said)},
            "fund_escrow": {"rows": self.random.sample(own, self.random.choice((1, 1, 1, 2)))},
            "dispatch": {"at": moment},
            "record_arrival": {"at": moment},
            "accept_delivery": {"short": self.random.choice((0, 0, 4, 11)), "damaged": 0, "refused": 0},
            "contest": {"reason": "other", "evidence": HASH},
            "settle_agreed": {"seller": said["price"] - sum(said["payments"].values()), "insured": 0},
            "resolve": {"seller": self.random.choice((0, 1, 350, 501)), "insured": 0, "reason": HASH},
        }
        return about(shipment, **members.get(function, {}))
