"""A payment on delivery, to be made on every ledger: its terms, and its calls one after another.

Clocks of real ledgers cannot be set. So what is waited for here are minutes, by transactions that are dated a little
back or ahead; hours and days pass in the unit tests.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from chaincode.traceability.times import rfc3339
from docker.network.topology import Topology
from tests.contract.deployment import request
from tests.contract.money import BANK, Holder, new_id
from tests.contract.signing_keys import public_jwk
from tests.contract.steps import Step

HASH = "5e" * 32
FIGURES = {
    "readings": 2, "mean": 500, "min": 400, "max": 600, "mkt": None, "below": 0, "above": 0, "gap": 60, "outside": 0,
    "missing": 0, "bandMin": 200, "bandMax": 800,
}  # fmt: skip
TEMPERATURE = {
    "bandMin": 200, "bandMax": 800, "outsideMinutes": 0, "missingMinutes": 0, "beyond": "cut", "perHour": 7, "cap": 70,
    "onMissingData": "outside",
}  # fmt: skip


def member(msp_id: str) -> Holder:
    one = Topology.read().organisation(msp_id)
    return {"mspId": one.msp_id, "organisation": one.pgln}


ARBITER = member("MaasdokMSP")


def terms(at: datetime, buyer: Holder, seller: Holder, carrier: Holder, **changes: Any) -> dict[str, Any]:
    """Of 500 of a currency, without legs; with changes. Their deadlines are hours away."""
    soon = [rfc3339(at + timedelta(hours=hours)) for hours in (1, 2, 3, 4)]
    good = {
        "buyer": buyer, "seller": seller, "carrier": carrier, "consignee": buyer, "arbiter": ARBITER, "goods": HASH,
        "currency": "EUR", "minorUnits": 2, "price": 500, "payments": {"dispatch": 100, "arrival": 50},
        "quantity": {"amount": 10, "unit": "KGM", "tolerance": 0, "damagedPays": 2500},
        "acceptBy": soon[0], "fundBy": soon[1], "dispatchBy": soon[2],
        "deadline": {"at": soon[3], "zone": "Europe/Berlin", "offset": "+02:00"}, "graceMinutes": 0,
        "late": {"perHour": 5, "cap": 50}, "recordWithinMinutes": 60, "refundAfterHours": 24, "legs": [],
        "temperature": None, "legHours": 1, "challengeHours": 1, "contestHours": 2, "resolveHours": 1,
        "onSilentArbiter": "computed", "insurance": None,
    }  # fmt: skip
    return good | changes


def sha(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def slot(shipment: str, giai: str, of: Holder) -> dict[str, str]:
    return {"device": sha({"giai": giai, "shipment": shipment}), "responsible": sha({**of, "shipment": shipment})}


def about(shipment: str, **members: Any) -> dict[str, Any]:
    return {"id": new_id(), "shipment": shipment} | members


def deliveries(at: datetime, buyer: Holder, seller: Holder, carrier: Holder) -> Iterator[Step]:
    """One that came warm and late, one that is accepted and paid at once, one that both agree on, and one that the
    arbiter decides, each with what is refused on the way."""
    yield from warm_and_late(at, buyer, seller, carrier)
    yield from paid_at_once(at, buyer, seller, carrier)
    yield from paid_by_consent(at, buyer, seller, carrier)
    yield from decided(at, buyer, seller, carrier)


def deposit(amount: int, to: Holder) -> Iterator[Step]:
    said = {"id": new_id().upper(), "currency": "EUR", "amount": amount, "to": to}
    yield Step("anna", "propose_mint", said)
    yield Step("bert", "approve_mint", said)
    return f"mint/{BANK.msp_id}/{said['id']}/0"


def agreed(at: datetime, said: dict[str, Any], shipment: str) -> Iterator[Step]:
    """Terms, their acceptance, the money; and who may not, or not yet."""
    register = {"id": shipment, "terms": said}
    yield Step("carrier", "register_shipment", register)
    for changes in (
        {"arbiter": said["buyer"]}, {"price": 0}, {"price": -5}, {"price": 2**53}, {"currency": "JPY"},
        {"deadline": said["deadline"] | {"at": "2026-05-20T18:00:00.000+02:00"}}, {"acceptBy": rfc3339(at)},
        {"temperature": TEMPERATURE},
    ):  # fmt: skip
        yield Step("seller", "register_shipment", {"id": shipment, "terms": said | changes})
    yield Step("seller", "register_shipment", register, again=True)
    yield Step("seller", "register_shipment", register)
    yield Step("seller", "register_shipment", {"id": shipment, "terms": said | {"price": 499}})
    row = yield from deposit(said["price"] + 3, said["buyer"])
    fund = about(shipment, rows=[row])
    yield Step("buyer", "fund_escrow", fund)
    yield Step("buyer", "accept_terms", about(shipment, terms=HASH))
    yield Step("carrier", "accept_terms", about(shipment, terms=sha(said)))
    accept = about(shipment, terms=sha(said))
    yield Step("buyer", "accept_terms", accept, again=True)
    yield Step("buyer", "accept_terms", accept)
    yield Step("seller", "fund_escrow", fund)
    yield Step("buyer", "fund_escrow", fund, again=True)
    yield Step("buyer", "fund_escrow", fund)
    yield Step("buyer", "refund_expired", about(shipment), minutes=14)


def moved(at: datetime, shipment: str, *, left: int, came: int) -> Iterator[Step]:
    """Dispatch and arrival, so many minutes ago."""
    for function, minutes in (("dispatch", left), ("record_arrival", came)):
        moment = rfc3339(at + timedelta(minutes=minutes))
        for who in ("goods-out", "goods-in", "other", "seller"):
            yield Step(who, function, about(shipment, at=moment))
        wanted = about(shipment, at=moment)
        yield Step("carrier", function, wanted | {"at": rfc3339(at - timedelta(minutes=90))})
        yield Step("carrier", function, wanted | {"at": rfc3339(at + timedelta(minutes=1))})
        yield Step("carrier", function, wanted, again=True)
        yield Step("carrier", function, wanted)
        yield Step("carrier", function, about(shipment, at=moment))


def paid_at_once(at: datetime, buyer: Holder, seller: Holder, carrier: Holder) -> Iterator[Step]:
    shipment, none = new_id(), {"short": 0, "damaged": 0, "refused": 0}
    yield from agreed(at, terms(at, buyer, seller, carrier), shipment)
    yield Step("goods-in", "accept_delivery", about(shipment, **none))
    yield from moved(at, shipment, left=-20, came=-10)
    yield Step("goods-out", "settle_due", about(shipment), minutes=14)
    yield Step("goods-out", "accept_delivery", about(shipment, **none))
    yield Step("goods-in", "accept_delivery", about(shipment, **none | {"short": 11}))
    accept = about(shipment, **none)
    yield Step("goods-in", "accept_delivery", accept, again=True)
    yield Step("goods-in", "accept_delivery", accept)
    yield Step("goods-in", "contest", about(shipment, reason="quality", evidence=HASH))
    yield Step("other", "settle_due", about(shipment))
    settle = about(shipment)
    yield Step("goods-out", "settle_due", settle, again=True)
    yield Step("goods-out", "settle_due", settle)
    yield Step("carrier", "settle_due", about(shipment))
    yield Step("buyer", "refund_expired", about(shipment))
    yield Step("reader", "get_shipments", {"ids": [shipment, "0" * 32]})


def paid_by_consent(at: datetime, buyer: Holder, seller: Holder, carrier: Holder) -> Iterator[Step]:
    """Two units short, and paid because buyer and seller say the same of them."""
    shipment = new_id()
    yield from agreed(at, terms(at, buyer, seller, carrier), shipment)
    said = {"seller": 500 - 100 - 50 - 100, "insured": 0}  # less two of ten units
    yield Step("buyer", "settle_agreed", about(shipment, **said))
    yield from moved(at, shipment, left=-20, came=-10)
    yield Step("goods-in", "accept_delivery", about(shipment, short=2, damaged=0, refused=0))
    for who in ("carrier", "arbiter", "goods-in"):
        yield Step(who, "settle_agreed", about(shipment, **said))
    for wrong in ({"seller": 251}, {"seller": -1}, {"insured": 1}):
        yield Step("seller", "settle_agreed", about(shipment, **said | wrong))
    first, last = about(shipment, **said), about(shipment, **said)
    yield Step("seller", "settle_agreed", first, again=True)
    yield Step("seller", "settle_agreed", first)
    yield Step("seller", "settle_agreed", about(shipment, **said))
    yield Step("buyer", "settle_agreed", last, again=True)
    yield Step("buyer", "settle_agreed", last)
    yield Step("seller", "settle_agreed", first)
    yield Step("reader", "get_shipments", {"ids": [shipment]})


def warm_and_late(at: datetime, buyer: Holder, seller: Holder, carrier: Holder) -> Iterator[Step]:
    """EUR 9,600: 1,000 at dispatch, 40 less for a started hour late, 120 for one too warm; and both agree to that."""

    def before(minutes: float) -> str:
        return rfc3339(at - timedelta(minutes=minutes))

    shipment, kid, giai = new_id(), f"logger-{new_id()[:12]}", f"9506{new_id()[:20]}"
    cold = {"bandMin": 0, "bandMax": 400, "perHour": 12_000, "cap": 240_000}
    said = terms(
        at, buyer, seller, carrier, price=960_000, payments={"dispatch": 100_000, "arrival": 0},
        acceptBy=before(7), fundBy=before(6), dispatchBy=before(5),
        deadline={"at": before(4), "zone": "Europe/Berlin", "offset": "+01:00"}, late={"perHour": 4000, "cap": 48_000},
        legs=[slot(shipment, giai, carrier)], temperature=TEMPERATURE | cold,
    )  # fmt: skip
    key = {"id": new_id(), "kid": kid, "giai": giai, "publicKey": public_jwk(), "details": HASH}
    yield Step("devices", "register_device", key, minutes=-10)
    batch = request(kind="sensor")
    yield Step("carrier", "record_batch", batch)
    row = yield from deposit(960_000, buyer)
    yield Step("seller", "register_shipment", {"id": shipment, "terms": said}, minutes=-9)
    yield Step("buyer", "accept_terms", about(shipment, terms=sha(said)), minutes=-9)
    yield Step("buyer", "fund_escrow", about(shipment, rows=[row]), minutes=-9)
    yield Step("carrier", "dispatch", about(shipment, at=before(9)), minutes=-9)
    yield Step("carrier", "record_arrival", about(shipment, at=before(1)))
    content = {"seller": 960_000 - 100_000 - 4_000 - 12_000, "insured": 0}
    yield Step("buyer", "settle_agreed", about(shipment, **content))  # no leg yet: all of the way counts as outside
    leg = {
        "id": new_id(), "kid": kid, "goods": HASH, "shipment": shipment, "from": before(9), "to": before(1),
        "seq": {"from": 0, "to": 9}, "batches": [{"id": batch["id"], "root": batch["root"]}],
        "figures": FIGURES | {"bandMin": 0, "bandMax": 400, "mean": 500, "max": 900, "above": 120, "outside": 120},
    }  # fmt: skip
    yield Step("carrier", "record_leg", leg)
    yield Step("goods-in", "accept_delivery", about(shipment, short=0, damaged=0, refused=0))
    yield Step("seller", "settle_agreed", about(shipment, **content | {"seller": 860_000}))
    yield Step("buyer", "settle_agreed", about(shipment, **content))
    yield Step("seller", "settle_agreed", about(shipment, **content))
    yield Step("reader", "get_shipments", {"ids": [shipment]})


def decided(at: datetime, buyer: Holder, seller: Holder, carrier: Holder) -> Iterator[Step]:
    shipment, kid, giai = new_id(), f"logger-{new_id()[:12]}", f"9506{new_id()[:20]}"
    named = {"legs": [slot(shipment, giai, carrier)], "temperature": TEMPERATURE}
    yield from agreed(at, terms(at, buyer, seller, carrier, **named), shipment)
    key = {"id": new_id(), "kid": kid, "giai": giai, "publicKey": public_jwk(), "details": HASH}
    for one in (key | {"giai": "x"}, key, key, key | {"id": new_id()}):
        yield Step("devices", "register_device", one, minutes=-10)
    spare = key | {"id": new_id(), "kid": f"{kid}-spare", "giai": f"{giai}s", "publicKey": public_jwk()}
    yield Step("devices", "register_device", spare, minutes=-10)
    batch = request(kind="sensor")
    yield Step("carrier", "record_batch", batch)
    yield from measured(at, shipment, kid, [{"id": batch["id"], "root": batch["root"]}])
    yield Step("goods-in", "accept_delivery", about(shipment, short=2, damaged=1, refused=0))
    yield Step("buyer", "contest", about(shipment, reason="quality", evidence=HASH))
    contest = about(shipment, reason="quantity", evidence=HASH)
    yield Step("seller", "contest", contest, again=True)
    yield Step("seller", "contest", contest)
    rest = {"from": rfc3339(at - timedelta(minutes=6)), "to": rfc3339(at - timedelta(minutes=5, seconds=30))}
    said = {"id": new_id(), "kid": kid, "goods": HASH, "shipment": shipment, "seq": {"from": 2, "to": 3}}
    named = [{"id": batch["id"], "root": batch["root"]}]
    yield Step("carrier", "record_leg", said | {"batches": named, "figures": FIGURES} | rest)  # no contest keeps it out
    verdict = about(shipment, seller=120, insured=0, reason=HASH)
    yield Step("buyer", "resolve", verdict)
    yield Step("arbiter", "resolve", verdict | {"seller": 351})
    yield Step("arbiter", "resolve", verdict, again=True)
    yield Step("arbiter", "resolve", verdict)
    yield Step("seller", "settle_due", about(shipment))
    yield Step("reader", "get_shipments", {"ids": [shipment]})
    for one in (buyer, seller):
        yield Step("reader", "get_balance", one)


def measured(at: datetime, shipment: str, kid: str, batches: list[dict[str, Any]]) -> Iterator[Step]:
    """The way, with legs on it, and a device that is rotated and lost."""
    times = {"from": rfc3339(at - timedelta(minutes=8)), "to": rfc3339(at - timedelta(minutes=6))}
    said = {"kid": kid, "goods": HASH, "shipment": shipment, "seq": {"from": 0, "to": 1}, "batches": batches}
    leg = {"id": new_id(), **said, **times, "figures": FIGURES}
    yield Step("carrier", "record_leg", leg)
    yield from moved(at, shipment, left=-9, came=-2)
    for one in (
        leg | {"figures": FIGURES | {"min": 601}}, leg | {"figures": FIGURES | {"bandMax": 900}}, leg | {"batches": []},
        leg | {"from": rfc3339(at - timedelta(minutes=15))}, leg | {"kid": "nobody"}, leg | {"kid": f"{kid}-spare"}, leg | {"shipment": HASH[:32]},
    ):  # fmt: skip
        yield Step("carrier", "record_leg", one)
    yield Step("other", "record_leg", leg)
    yield Step("carrier", "record_leg", leg, again=True)
    yield Step("carrier", "record_leg", leg)
    yield Step("carrier", "record_leg", leg | {"id": new_id()})
    yield Step("carrier", "record_leg", leg | {"id": new_id(), "shipment": ""})
    lost = {"id": new_id(), "kid": kid, "reason": "lost", "from": rfc3339(at - timedelta(minutes=5))}
    yield Step("other", "revoke_device", lost)
    yield Step("devices", "revoke_device", lost)
    later = {"from": rfc3339(at - timedelta(minutes=6)), "to": rfc3339(at - timedelta(minutes=4))}
    yield Step("carrier", "record_leg", leg | {"id": new_id()} | later)
    challenge = {"id": new_id(), "leg": leg["id"], "reason": "figures", "evidence": HASH}
    yield Step("other", "challenge_leg", challenge)
    yield Step("seller", "challenge_leg", challenge, again=True)
    yield Step("buyer", "challenge_leg", challenge | {"id": new_id()})
    yield Step("reader", "get_legs", {"ids": [leg["id"]]})
    yield Step("reader", "get_devices", {"kids": [kid]})
