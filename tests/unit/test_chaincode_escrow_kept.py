"""Whatever anybody does, or does not, in whatever order and at whatever time: money is kept, and everything ends.

Random parties and strangers, requests that make sense and that do not, ids used again, clocks that jump. After each
step: of each currency minted = held + escrowed + redeemed; nothing is negative; terms stay as they are; a shipment ends
once; and from there any one party, by waiting alone, brings it to its end.
"""

import contextlib
import copy
import json
from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chaincode.traceability.device_state import Leg
from chaincode.traceability.errors import ContractError
from chaincode.traceability.rules import settlement, sheet
from chaincode.traceability.rules.money import MAX_AMOUNT
from chaincode.traceability.shipment_state import Escrow, Shipment
from chaincode.traceability.times import later
from tests.unit.escrow_world import (
    ARBITER,
    INSURANCE,
    INSURER,
    PARTIES,
    STRANGER,
    TEMPERATURE,
    Trade,
    recorder,
    terms,
)
from tests.unit.leg_world import CARRIER, FIGURES, KID, ROOT, SILENT, batch, register, revoke
from tests.unit.money_world import BUYER, SELLER, treasurer

SHIPMENTS = ["a" * 32, "b" * 32]
PRICE = 1_000
ENDS = ("lapsed", "refunded", "settled")
anybody = st.sampled_from([*PARTIES.values(), STRANGER])
roles = st.sampled_from([treasurer, recorder])
off_by = st.sampled_from([0, 0, 0, 1, -1])
amounts = st.integers(0, PRICE // 2) | st.sampled_from([-1, PRICE, PRICE + 1, MAX_AMOUNT + 1])


def mostly(usual: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """Who may, so that much of it works; else anybody."""
    return st.just(usual) | st.just(usual) | st.just(usual) | anybody


@st.composite
def some_terms(draw: st.DrawFn, shipment: str) -> dict[str, Any]:
    paid = draw(st.sampled_from([(0, 0), (200, 300), (PRICE, 0), (0, PRICE), (1, 999)]))
    temperature = TEMPERATURE | {
        "beyond": draw(st.sampled_from(["cut", "dispute"])), "perHour": 20, "cap": draw(st.sampled_from([0, 400, PRICE])),
        "onMissingData": draw(st.sampled_from(["outside", "dispute", "ignore"])),
    }  # fmt: skip
    payout = INSURANCE | {
        "payout": 77, "beneficiary": draw(st.sampled_from(["buyer", "seller"])),
        "triggers": draw(st.lists(st.sampled_from(["late", "lost", "missing", "outside"]), min_size=1, unique=True)),
    }  # fmt: skip
    currency = draw(st.sampled_from(["EUR", "JPY"]))
    return terms(
        shipment,
        price=PRICE,
        currency=currency,
        minorUnits=2 if currency == "EUR" else 0,
        payments=dict(zip(("dispatch", "arrival"), paid, strict=True)),
        late={"perHour": 5, "cap": draw(st.sampled_from([0, 100, PRICE]))},
        temperature=draw(st.none() | st.just(temperature)),
        insurance=draw(st.none() | st.just(payout)),
        onSilentArbiter=draw(st.sampled_from(["computed", "half", "refund"])),
        consignee=draw(st.sampled_from([BUYER, {"mspId": "FjordlaksMSP", "organisation": "9521002000009"}])),
    )


def figures_now(world: Trade, shipment: str) -> tuple[int, int]:
    """What those whose money it is can agree on: to the seller, to the insured; nothing before an arrival."""
    held, waits = on_ledger(world, shipment)
    if not held.arrived:
        return 0, 0
    legs = [Leg.decode(world.state[f"leg/{one}"]) for one in held.legs]
    act = settlement.Act("0" * 32, held.terms.buyer, world.time())
    end = settlement.by_figures(held, waits, sheet.findings(held, legs, held.delivery), act)
    return end.to_seller, end.to_insured


def on_ledger(world: Trade, shipment: str) -> tuple[Shipment, settlement.Held]:
    keys = (f"escrow/{shipment}/{part}" for part in ("price", "insurance"))
    escrows = [Escrow.decode(world.state[key]) if key in world.state else None for key in keys]
    return Shipment.decode(world.state[f"shipment/{shipment}"]), settlement.Held(*escrows)


class Deliveries(RuleBasedStateMachine):
    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.world = Trade()
        self.world.open(BUYER, SELLER, INSURER)
        self.minted: Counter[str] = Counter()
        for number, currency in enumerate(("EUR", "JPY", "EUR", "JPY")):
            self.world.mint(f"PRICE-{number}", PRICE + number, BUYER, currency=currency)
            self.world.mint(f"PAYOUT-{number}", 77, INSURER, currency=currency)
            self.minted[currency] += PRICE + number + 77
        register(self.world)
        self.known: list[str] = [self.world.id()]
        self.agreed: dict[str, Any] = {}
        self.ended: dict[str, bytes] = {}
        for shipment in SHIPMENTS:
            self.agreed[shipment] = data.draw(some_terms(shipment))
            self.attempt(treasurer(SELLER), "register_shipment", id=shipment, terms=self.agreed[shipment])
        # Far on as often as not, so that the end of the way is walked as much as its beginning.
        steps = {shipment: data.draw(st.sampled_from([0, 1, 2, 3, 4, 4, 4, 5, 5, 6, 6])) for shipment in SHIPMENTS}
        for number, act in enumerate((self.agree, self.pay, self.leave, self.come, self.accept_all, self.ask)):
            for shipment in SHIPMENTS:
                if steps[shipment] > number:
                    act(shipment)
            if act == self.leave and max(steps.values()) > number:
                self.world.pass_time(hours=data.draw(st.sampled_from([20, 100, 160])))

    def agree(self, shipment: str) -> None:
        hash_ = json.loads(self.world.state[f"shipment/{shipment}"])["termsHash"]
        for by in (BUYER, INSURER):
            self.attempt(treasurer(by), "accept_terms", shipment=shipment, terms=hash_)

    def pay(self, shipment: str) -> None:
        for by in (BUYER, INSURER):
            rows = self.rows(by, self.agreed[shipment]["currency"])[-1:]
            self.attempt(treasurer(by), "fund_escrow", shipment=shipment, rows=rows)

    def leave(self, shipment: str) -> None:
        self.attempt(recorder(CARRIER), "dispatch", shipment=shipment, at=self.world.time())

    def come(self, shipment: str) -> None:
        gone = json.loads(self.world.state[f"shipment/{shipment}"])["dispatched"]
        if gone:  # one logger: the first of two shipments has it, the other one's is silent
            self.record_leg(shipment, gone["at"], FIGURES | {"above": 2000, "outside": 2000, "max": 900})
        self.attempt(recorder(CARRIER), "record_arrival", shipment=shipment, at=self.world.time())

    def accept_all(self, shipment: str) -> None:
        by = recorder(self.agreed[shipment]["consignee"])
        self.attempt(by, "accept_delivery", shipment=shipment, short=0, damaged=0, refused=0)

    def ask(self, shipment: str) -> None:
        self.attempt(treasurer(SELLER), "contest", shipment=shipment, reason="other", evidence=ROOT)

    def attempt(self, by: dict[str, str], function: str, **request: Any) -> bool:
        wanted = {"id": self.world.id()} | request
        self.known.append(wanted["id"])
        with contextlib.suppress(ContractError):
            self.world.call(by, function, json.dumps(wanted))
            return True
        return False

    def rows(self, of: dict[str, str], currency: str) -> list[str]:
        return sorted(self.world.rows(of, currency))

    @rule(hours=st.sampled_from([1, 1, 5, 24, 72]))
    def wait(self, hours: int) -> None:
        self.world.pass_time(hours=hours)

    @rule(shipment=st.sampled_from(SHIPMENTS), minutes=st.sampled_from([-1, 0, 15, 30]))
    def wait_for_a_deadline(self, shipment: str, minutes: int) -> None:
        document = json.loads(self.world.state[f"shipment/{shipment}"])
        if document["due"] and (moment := later(document["due"], minutes=minutes)) > self.world.time():
            self.world.at(moment)

    @rule(shipment=st.sampled_from(SHIPMENTS), by=mostly(BUYER) | mostly(INSURER), role=roles, right=st.booleans())
    def accept(self, shipment: str, by: dict[str, str], role: Any, right: bool) -> None:
        hash_ = json.loads(self.world.state[f"shipment/{shipment}"])["termsHash"] if right else ROOT
        self.attempt(role(by), "accept_terms", shipment=shipment, terms=hash_)

    @rule(shipment=st.sampled_from(SHIPMENTS), by=mostly(SELLER), data=st.data())
    def change_the_terms(self, shipment: str, by: dict[str, str], data: st.DataObject) -> None:
        self.attempt(treasurer(by), "register_shipment", id=shipment, terms=data.draw(some_terms(shipment)))

    @rule(
        shipment=st.sampled_from(SHIPMENTS), by=mostly(BUYER) | mostly(INSURER), whose=st.sampled_from([BUYER, INSURER]),
        data=st.data(),
    )  # fmt: skip
    def fund(self, shipment: str, by: dict[str, str], whose: dict[str, str], data: st.DataObject) -> None:
        own = self.rows(whose, data.draw(st.sampled_from(["EUR", "JPY"])))
        named = data.draw(st.lists(st.sampled_from(own), min_size=1, max_size=3)) if own else [f"mint/X/{ROOT}/0"]
        self.attempt(treasurer(by), "fund_escrow", shipment=shipment, rows=named)

    @rule(
        shipment=st.sampled_from(SHIPMENTS), by=mostly(CARRIER), function=st.sampled_from(["dispatch", "record_arrival"]),
        minutes=st.sampled_from([0, 0, -30, -60, -61, 1]), again=st.booleans(),
    )  # fmt: skip
    def move(self, shipment: str, by: dict[str, str], function: str, minutes: int, again: bool) -> None:
        wanted = {"id": self.known[-1] if again else self.world.id(), "at": self.world.time(minutes=minutes)}
        self.attempt(recorder(by), function, shipment=shipment, **wanted)

    @rule(
        shipment=st.sampled_from(SHIPMENTS), by=mostly(BUYER), short=st.integers(-1, 1201),
        damaged=st.sampled_from([0, 0, 5, 600]), refused=st.sampled_from([0, 0, 13]), full=st.booleans(),
    )  # fmt: skip
    def take(self, shipment: str, by: dict[str, str], short: int, damaged: int, refused: int, full: bool) -> None:
        wanted = {"short": 0, "damaged": 0, "refused": 0}
        if not full:
            wanted = {"short": short, "damaged": damaged, "refused": refused}
        self.attempt(recorder(by), "accept_delivery", shipment=shipment, **wanted)

    @rule(shipment=st.sampled_from(SHIPMENTS), by=mostly(BUYER) | mostly(SELLER), role=roles)
    def contest(self, shipment: str, by: dict[str, str], role: Any) -> None:
        self.attempt(role(by), "contest", shipment=shipment, reason="other", evidence=ROOT)

    @rule(
        shipment=st.sampled_from(SHIPMENTS), by=anybody, role=roles,
        function=st.sampled_from(["settle_due", "refund_expired"]), again=st.booleans(),
    )  # fmt: skip
    def end(self, shipment: str, by: dict[str, str], role: Any, function: str, again: bool) -> None:
        wanted = {"id": self.known[-1]} if again else {}
        self.attempt(role(by), function, shipment=shipment, **wanted)

    @rule(
        shipment=st.sampled_from(SHIPMENTS),
        by=mostly(ARBITER),
        seller=amounts,
        insured=st.sampled_from([0, 0, 0, 1, 77, 78]),
    )
    def resolve(self, shipment: str, by: dict[str, str], seller: int, insured: int) -> None:
        self.attempt(treasurer(by), "resolve", shipment=shipment, seller=seller, insured=insured, reason=ROOT)

    @rule(shipment=st.sampled_from(SHIPMENTS), by=mostly(BUYER) | mostly(SELLER) | mostly(INSURER), off=off_by)
    def be_content(self, shipment: str, by: dict[str, str], off: int) -> None:
        self.content(shipment, by, off)

    @rule(shipment=st.sampled_from(SHIPMENTS))
    def be_of_one_mind(self, shipment: str) -> None:
        for by in (INSURER, SELLER, BUYER):
            self.content(shipment, by, 0)

    def content(self, shipment: str, by: dict[str, str], off: int) -> None:
        seller, insured = figures_now(self.world, shipment)
        self.attempt(treasurer(by), "settle_agreed", shipment=shipment, seller=seller + off, insured=insured)

    @rule(
        shipment=st.sampled_from(SHIPMENTS), hours=st.integers(1, 80), outside=st.sampled_from([0, 0, 1801, 3000]),
        silent=st.booleans(),
    )  # fmt: skip
    def measure(self, shipment: str, hours: int, outside: int, silent: bool) -> None:
        figures = FIGURES | {"above": outside, "outside": outside, "max": 900}
        if silent:
            figures = SILENT | {"missing": hours * 3600}
        self.record_leg(shipment, self.world.time(hours=-hours), figures)

    def record_leg(self, shipment: str, start: str, figures: dict[str, int | None]) -> None:
        said = {"kid": KID, "goods": ROOT, "shipment": shipment, "from": start, "to": self.world.time()}
        measured = {"seq": {"from": 0, "to": 1}, "batches": [batch(self.world)], "figures": figures}
        self.attempt(recorder(CARRIER), "record_leg", **said, **measured)

    @rule(by=anybody, data=st.data())
    def challenge(self, by: dict[str, str], data: st.DataObject) -> None:
        if legs := sorted(key.removeprefix("leg/") for key in self.world.state if key.startswith("leg/")):
            leg = data.draw(st.sampled_from(legs))
            self.attempt(recorder(by), "challenge_leg", leg=leg, reason="figures", evidence=ROOT)

    @precondition(lambda self: self.world.time() > "2026-05-16")
    @rule()
    def lose_the_device(self) -> None:
        with contextlib.suppress(ContractError):
            revoke(self.world, self.world.time(hours=-1))

    @rule(by=st.sampled_from([BUYER, SELLER]), currency=st.sampled_from(["EUR", "JPY"]), amount=st.integers(1, 900))
    def redeem(self, by: dict[str, str], currency: str, amount: int) -> None:
        rows = self.rows(by, currency)[-1:]
        self.attempt(treasurer(by), "redeem", currency=currency, amount=amount, rows=rows, instruction=ROOT)

    @invariant()
    def minted_is_held_and_waits_and_redeemed(self) -> None:
        self.check_money(self.world)

    def check_money(self, world: Trade) -> None:
        found: Counter[str] = Counter()
        for key, value in world.state.items():
            document = json.loads(value)
            if key.startswith("row/"):
                assert 1 <= document["amount"] <= MAX_AMOUNT
                found[document["currency"]] += document["amount"]
            if key.startswith("escrow/"):
                assert 0 <= document["left"] <= document["funded"]
                found[document["currency"]] += document["left"]
            if key.startswith("redemption/"):
                found[document["currency"]] += document["amount"]
        assert found == self.minted

    @invariant()
    def terms_stay_and_what_ended_has_ended_once(self) -> None:
        for shipment, agreed in self.agreed.items():
            document = json.loads(self.world.state[f"shipment/{shipment}"])
            assert document["terms"] == agreed
            end = self.world.state.get(f"settlement/{shipment}")
            assert (end is not None) == (document["state"] in ENDS) == (document["due"] == "")
            if end is not None:
                assert self.ended.setdefault(shipment, end) == end
                sheet = json.loads(end)
                parts = sum(sheet[name] for name in ("paidBefore", "toSeller", "toBuyer"))
                assert parts == (PRICE if f"escrow/{shipment}/price" in self.world.state else 0)
                adding_up = [one["amount"] for one in sheet["lines"] if one["term"] not in ("balance", "insurance")]
                assert sum(adding_up) == sheet["toSeller"]

    @invariant()
    def one_willing_party_and_time_reach_the_end(self) -> None:
        for shipment in self.agreed:
            willing = self.willing(shipment)
            self.check_one_ends_it(shipment, willing[len(self.known) % len(willing)])

    def teardown(self) -> None:
        """Where the walk ends, each of them in turn is the only one who is left."""
        for shipment in getattr(self, "agreed", {}):
            for by in self.willing(shipment):
                self.check_one_ends_it(shipment, by)

    def willing(self, shipment: str) -> list[dict[str, str]]:
        agreed = self.agreed[shipment]
        insurer = [agreed["insurance"]["insurer"]] if agreed["insurance"] else []
        named = [*(agreed[name] for name in ("buyer", "seller", "carrier", "consignee", "arbiter")), *insurer]
        return [one for number, one in enumerate(named) if one not in named[:number]]

    def check_one_ends_it(self, shipment: str, by: dict[str, str]) -> None:
        """Everybody else is silent from now on."""
        if shipment in self.ended:
            return
        world = copy.copy(self.world)
        world.state = dict(self.world.state)
        for _ in range(2):  # at most by way of the arbiter
            document = json.loads(world.state[f"shipment/{shipment}"])
            if document["state"] in ENDS:
                break
            world.at(max(world.time(), later(document["due"], minutes=30)))
            function = "settle_due" if document["state"] in ("arrived", "disputed") else "refund_expired"
            world.call(recorder(by), function, {"id": world.id(), "shipment": shipment})
        assert json.loads(world.state[f"shipment/{shipment}"])["state"] in ENDS
        waits = [json.loads(of)["left"] for key, of in world.state.items() if key.startswith(f"escrow/{shipment}/")]
        assert not any(waits)
        self.check_money(world)


Deliveries.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestDeliveries = Deliveries.TestCase
