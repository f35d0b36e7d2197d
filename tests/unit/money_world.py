"""A contract with money over a state in memory: members, their certificates, and one transaction after another."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chaincode.traceability.canonical import Json
from chaincode.traceability.contract import Traceability
from chaincode.traceability.times import rfc3339
from tests.unit.chaincode_stub import Stub

BANK = {"mspId": "TalbankMSP", "organisation": "9521007000004"}
BUYER = {"mspId": "GruenmarktMSP", "organisation": "9521006000005"}
SELLER = {"mspId": "HuertaAlbaMSP", "organisation": "9521001000000"}
NOBODY = {"mspId": "FjordlaksMSP", "organisation": "9521002000009"}


def treasurer(of: dict[str, str]) -> dict[str, str]:
    return {**of, "role": "treasurer"}


def device_manager(of: dict[str, str]) -> dict[str, str]:
    return {**of, "role": "device-manager"}


def clerk(person: str) -> dict[str, str]:
    return {**BANK, "role": "settlement", "person": person}


@dataclass
class World:
    """`call` runs one transaction and commits it; what is refused leaves the state as it was."""

    state: dict[str, bytes] = field(default_factory=dict)
    used: int = 0
    clock: datetime = datetime(2026, 5, 14, 9, 12, tzinfo=UTC)
    event: tuple[str, bytes] | None = None

    def call(self, by: dict[str, str], function: str, request: Json) -> Any:
        attributes = {
            name: by[key]
            for name, key in (("org", "organisation"), ("role", "role"), ("person", "person"))
            if key in by
        }
        stub = Stub(self.state, **attributes)
        stub.creator_msp_id, stub.tx_timestamp = by["mspId"], self.clock
        argument = request if isinstance(request, str) else json.dumps(request)
        result = Traceability(settlement=BANK["mspId"]).invoke(stub, function, [argument])
        self.state, self.event = stub.commit(), stub.event
        return json.loads(result)

    def id(self) -> str:
        """One that was not used yet."""
        self.used += 1
        return f"{self.used:032x}"

    def pass_time(self, **how_long: int) -> None:
        self.clock += timedelta(**how_long)

    def time(self, **away: int) -> str:
        """Now, or so far from it, as the state has it."""
        return rfc3339(self.clock + timedelta(**away))

    def open(self, *holders: dict[str, str]) -> None:
        for holder in holders:
            self.call(treasurer(holder), "open_account", {"id": self.id()})

    def mint(self, reference: str, amount: int, to: dict[str, str], currency: str = "EUR") -> str:
        """Money for a holder: the name of its row."""
        said: Json = {"id": reference, "currency": currency, "amount": amount, "to": to}
        self.call(clerk("anna"), "propose_mint", said)
        self.call(clerk("bert"), "approve_mint", said)
        return f"mint/{BANK['mspId']}/{reference}/0"

    def rows(self, holder: dict[str, str], currency: str = "EUR") -> dict[str, int]:
        asked: Json = {"holder": holder, "currency": currency, "from": "", "limit": 1000}
        return {one["name"]: one["amount"] for one in self.call(holder, "get_rows", asked)["rows"]}
