"""A shipment that is paid on delivery, in a world in memory: its parties, its terms, and its steps in one line each."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chaincode.traceability.canonical import canonical
from chaincode.traceability.times import later
from tests.unit.contract_refusals import refusal
from tests.unit.leg_world import CARRIER, FIGURES, GIAI, KID, ROOT, batch, register
from tests.unit.money_world import BUYER, NOBODY, SELLER, World, treasurer

ARBITER = {"mspId": "MaasdokMSP", "organisation": "9521005000006"}
INSURER = {"mspId": "AlpesCremerieMSP", "organisation": "9521003000008"}
PARTIES = {"buyer": BUYER, "seller": SELLER, "carrier": CARRIER, "arbiter": ARBITER, "insurer": INSURER}
STRANGER = NOBODY
PRICE = 1_000_000
PAYOUT = 800_000
START = datetime(2026, 5, 14, 9, 12, tzinfo=UTC)
DEADLINE = "2026-05-20T16:00:00.000Z"

TEMPERATURE: dict[str, Any] = {
    "bandMin": 200, "bandMax": 800, "outsideMinutes": 30, "missingMinutes": 60, "beyond": "cut", "perHour": 20_000,
    "cap": 400_000, "onMissingData": "outside",
}  # fmt: skip
INSURANCE: dict[str, Any] = {
    "insurer": INSURER, "payout": PAYOUT, "beneficiary": "buyer", "triggers": ["lost", "outside"],
}  # fmt: skip


def recorder(of: dict[str, str]) -> dict[str, str]:
    return {**of, "role": "recorder"}


def sha(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def slot(shipment: str, giai: str = GIAI, of: dict[str, str] = CARRIER) -> dict[str, str]:
    """How terms name a device and who records it."""
    return {"device": sha({"giai": giai, "shipment": shipment}), "responsible": sha({**of, "shipment": shipment})}


def terms(shipment: str, **changes: Any) -> dict[str, Any]:
    """Good terms, as in docs/contract.md, without an insurance; with changes."""
    good: dict[str, Any] = {
        "buyer": BUYER, "seller": SELLER, "carrier": CARRIER, "consignee": BUYER, "arbiter": ARBITER, "goods": ROOT,
        "currency": "EUR", "minorUnits": 2, "price": PRICE, "payments": {"dispatch": 200_000, "arrival": 300_000},
        "quantity": {"amount": 1200, "unit": "KGM", "tolerance": 12, "damagedPays": 5000},
        "acceptBy": "2026-05-14T12:00:00.000Z", "fundBy": "2026-05-15T12:00:00.000Z",
        "dispatchBy": "2026-05-18T12:00:00.000Z",
        "deadline": {"at": DEADLINE, "zone": "Europe/Berlin", "offset": "+02:00"}, "graceMinutes": 120,
        "late": {"perHour": 5000, "cap": 100_000}, "recordWithinMinutes": 60, "refundAfterHours": 72,
        "legs": [slot(shipment)], "temperature": TEMPERATURE, "legHours": 24, "challengeHours": 48, "contestHours": 72,
        "resolveHours": 240, "onSilentArbiter": "computed", "insurance": None,
    }  # fmt: skip
    return good | changes


@dataclass
class Trade(World):
    """Parties with accounts and money, the carrier's logger, and one shipment."""

    clock: datetime = START
    shipment: str = "f" * 32
    ids: dict[str, str] = field(default_factory=dict)

    def begin(self) -> "Trade":
        self.open(BUYER, SELLER, INSURER)
        self.price_row = self.mint("PRICE", PRICE + 7, BUYER)
        self.payout_row = self.mint("PAYOUT", PAYOUT, INSURER)
        register(self)
        return self

    def at(self, moment: str) -> None:
        """Wait until then, by this world's clock."""
        self.clock = datetime.fromisoformat(moment)

    def until_due(self, minutes: int = 30) -> None:
        self.at(later(self.read()["shipment"]["due"], minutes=minutes))

    def propose(self, **changes: Any) -> Any:
        wanted = {"id": self.shipment, "terms": terms(self.shipment, **changes)}
        return self.call(treasurer(SELLER), "register_shipment", wanted)

    def accept(self, by: dict[str, str] = BUYER, **changes: Any) -> Any:
        hash_ = self.read()["shipment"]["termsHash"]
        return self.send(treasurer(by), "accept_terms", **({"terms": hash_} | changes))

    def fund(self, by: dict[str, str] = BUYER, **changes: Any) -> Any:
        row = self.price_row if by == BUYER else self.payout_row
        return self.send(treasurer(by), "fund_escrow", **({"rows": [row]} | changes))

    def dispatch(self, by: dict[str, str] = CARRIER, **changes: Any) -> Any:
        return self.send(recorder(by), "dispatch", **({"at": self.time()} | changes))

    def arrive(self, by: dict[str, str] = CARRIER, **changes: Any) -> Any:
        return self.send(recorder(by), "record_arrival", **({"at": self.time()} | changes))

    def take(self, short: int = 0, damaged: int = 0, refused: int = 0, by: dict[str, str] = BUYER) -> Any:
        return self.send(recorder(by), "accept_delivery", short=short, damaged=damaged, refused=refused)

    def contest(self, by: dict[str, str], reason: str = "quality", **changes: Any) -> Any:
        return self.send(treasurer(by), "contest", **({"reason": reason, "evidence": ROOT} | changes))

    def settle(self, by: dict[str, str] = SELLER, **changes: Any) -> Any:
        return self.send(recorder(by), "settle_due", **changes)

    def refund(self, by: dict[str, str] = BUYER, **changes: Any) -> Any:
        return self.send(treasurer(by), "refund_expired", **changes)

    def resolve(self, seller: int, insured: int = 0, by: dict[str, str] = ARBITER, **changes: Any) -> Any:
        return self.send(treasurer(by), "resolve", **({"seller": seller, "insured": insured, "reason": ROOT} | changes))

    def about(self, **members: Any) -> dict[str, Any]:
        """A request about the shipment."""
        return {"id": self.id(), "shipment": self.shipment} | members

    def send(self, by: dict[str, str], function: str, **members: Any) -> Any:
        return self.call(by, function, self.about(**members))

    def refused(self, by: dict[str, str], function: str, **members: Any) -> str:
        """The code that such a request is refused with."""
        return refusal(self, by, function, self.about(**members)).code

    def leg(self, start: str, end: str, **changes: Any) -> Any:
        """The carrier's logger was with the goods from `start` to `end`, and measured this."""
        figures = {name: changes.pop(name) for name in list(changes) if name in FIGURES}
        outside = figures.get("outside", 0)
        if outside:
            figures |= {"above": outside, "max": 900}
        wanted = {
            "id": self.id(), "kid": KID, "goods": ROOT, "shipment": self.shipment, "from": start, "to": end,
            "seq": {"from": 0, "to": 9}, "batches": [batch(self)], "figures": FIGURES | figures,
        }  # fmt: skip
        return self.call(recorder(CARRIER), "record_leg", wanted | changes)

    def funded(self, **changes: Any) -> "Trade":
        """Up to the money."""
        self.propose(**changes)
        self.accept()
        if changes.get("insurance"):
            self.accept(INSURER)
            self.fund(INSURER)
        self.fund()
        return self

    def dispatched(self, **changes: Any) -> "Trade":
        """Up to the goods' departure, on the 15th at nine."""
        self.funded(**changes)
        self.at("2026-05-15T09:00:00.000Z")
        self.dispatch()
        return self

    def arrived(self, at: str = "2026-05-20T15:00:00.000Z", leg: Any = (), **changes: Any) -> "Trade":
        """Up to the goods' arrival, with a leg of all the journey; `leg` has figures other than good ones."""
        self.dispatched(**changes)
        self.at(at)
        if leg is not None:
            self.leg("2026-05-15T09:00:00.000Z", at, **dict(leg))
        self.arrive()
        return self

    def read(self) -> Any:
        return self.call(STRANGER, "get_shipments", {"ids": [self.shipment]})[self.shipment]

    def held(self, of: dict[str, str]) -> int:
        return sum(self.rows(of).values())

    def escrowed(self) -> int:
        return sum(json.loads(value)["left"] for key, value in self.state.items() if key.startswith("escrow/"))
