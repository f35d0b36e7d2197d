"""Many deliveries that end at the same time, paid into one account, on every ledger: none is lost, none is paid twice."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pytest

from tests.contract.delivery import about, sha, terms
from tests.contract.deployment import Deployment, send
from tests.contract.money import Money, Party, new_id, outcome
from traceapp.ledger.port import CommitStatus, Signer

COUNT = 64
PRICE = 500


class Trade:
    """A seller, a buyer and a carrier, and shipments between them."""

    def __init__(self, place: Deployment) -> None:
        self.place, self.money, self.at = place, Money(place), datetime.now(UTC)
        self.seller, self.carrier, self.buyer = (self.money.party(n) for n in (0, 1, 2))
        self.parties: tuple[dict[str, str], ...] = (self.buyer.holder, self.seller.holder, self.carrier.holder)

    @cached_property
    def recorders(self) -> dict[str, Signer]:
        named = {"buyer": self.buyer, "carrier": self.carrier, "seller": self.seller}
        return {
            name: self.place.issue(one.holder["mspId"], one.holder["organisation"], "recorder")
            for name, one in named.items()
        }

    def record(self, by: str, function: str, **request: Any) -> CommitStatus:
        signer = self.recorders[by]
        return send(self.place, self.place.ledger.endorse(signer, function, json.dumps(request)), signer)

    def act(self, by: Party, function: str, **request: Any) -> None:
        assert by.send(by.call(function, **request)).valid

    def accepted(self, row: str) -> str:
        """A shipment that is to be settled, of this row of the buyer."""
        shipment, said = new_id(), terms(self.at, *self.parties)
        self.act(self.seller, "register_shipment", id=shipment, terms=said)
        self.act(self.buyer, "accept_terms", **about(shipment, terms=sha(said)))
        self.act(self.buyer, "fund_escrow", **about(shipment, rows=[row]))
        for minute, function in ((1, "dispatch"), (2, "record_arrival")):
            moment = self.at.replace(microsecond=minute * 1000).isoformat(timespec="milliseconds")
            moved = about(shipment, at=moment.replace("+00:00", "Z"))
            assert self.record("carrier", function, **moved).valid
        assert self.record("buyer", "accept_delivery", **about(shipment, short=0, damaged=0, refused=0)).valid
        return shipment

    def settle(self, shipment: str) -> str:
        return outcome(lambda: self.record("seller", "settle_due", **about(shipment)))


def all_at_once(act: Any, over: list[str]) -> list[str]:
    with ThreadPoolExecutor(COUNT) as threads:
        return list(threads.map(act, over))


@pytest.fixture(scope="module")
def trade(place: Deployment) -> Trade:
    return Trade(place)


@pytest.fixture(scope="module")
def settled(trade: Trade) -> list[str]:
    """64 shipments, settled at once."""
    shipments = all_at_once(trade.accepted, trade.money.deposits(trade.buyer, PRICE, COUNT))
    began = time.perf_counter()
    assert Counter(all_at_once(trade.settle, shipments)) == {"VALID": COUNT}
    print(f"\n{COUNT} settlements at once: {time.perf_counter() - began:.2f} s")
    return shipments


def test_64_settlements_at_once_on_one_account_are_all_valid_and_all_there(trade: Trade, settled: list[str]) -> None:
    rows = trade.seller.rows()
    wanted = {f"shipment/{one}/{step}/0" for one in settled for step in ("dispatch", "arrival", "settlement")}
    assert set(rows) == wanted
    assert sum(rows.values()) == COUNT * PRICE
    assert (trade.buyer.rows(), trade.money.held()) == ({}, sum(trade.money.moved))


def test_none_is_paid_a_second_time(trade: Trade, settled: list[str]) -> None:
    assert Counter(all_at_once(trade.settle, settled)) == {"already_settled": COUNT}
    assert trade.money.held() == sum(trade.money.moved)


def test_of_five_who_settle_one_shipment_at_once_one_does(trade: Trade, settled: list[str]) -> None:
    shipment = trade.accepted(trade.money.deposit(trade.buyer, PRICE))
    found = Counter(all_at_once(trade.settle, [shipment] * 5))
    assert found["VALID"] == 1
    assert found["VALID"] + found["MVCC_READ_CONFLICT"] + found["already_settled"] == 5
    assert sum(trade.seller.rows().values()) == (len(settled) + 1) * PRICE


def test_what_came_in_many_rows_is_put_together(trade: Trade, settled: list[str]) -> None:
    many = [row for row in trade.seller.rows() if row.split("/")[1] in settled]
    assert len(many) == 3 * COUNT
    wanted = {"id": new_id(), "currency": "EUR", "rows": many}
    trade.act(trade.seller, "consolidate", **wanted)
    assert trade.seller.rows()[f"consolidation/{wanted['id']}/0"] == COUNT * PRICE
    assert trade.money.held() == sum(trade.money.moved)
