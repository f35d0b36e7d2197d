"""A carrier with a logger, its batches of messages, and requests of record_leg."""

from typing import Any

from tests.unit.money_world import World, device_manager

CARRIER = {"mspId": "KestrelMSP", "organisation": "9521004000007"}
RECORDER = {**CARRIER, "role": "recorder"}
GIAI = "9506000111logger/7"
KID = "8004-9506000111-logger-7"
X = "gJZnzVv-zchL3XtUTmHvJYuWAF-Qv4e2I_pP4GGDNHs"
ANOTHER = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"  # RFC 8037, appendix A.2
ROOT = "5e" * 32
FIGURES: dict[str, int | None] = {
    "readings": 60, "mean": 500, "min": 210, "max": 790, "mkt": 512, "below": 0, "above": 0, "gap": 60, "outside": 0,
    "missing": 0, "bandMin": 200, "bandMax": 800,
}  # fmt: skip
SILENT = FIGURES | {"readings": 0, "mean": None, "min": None, "max": None, "mkt": None, "missing": 3600, "gap": 3600}


def jwk(x: str = X) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": x}


def register(world: World, kid: str = KID, giai: str = GIAI, x: str = X, of: dict[str, str] = CARRIER) -> None:
    wanted = {"id": world.id(), "kid": kid, "giai": giai, "publicKey": jwk(x), "details": ROOT}
    world.call(device_manager(of), "register_device", wanted)


def rotate(world: World, new_kid: str, kid: str = KID) -> None:
    wanted = {"id": world.id(), "kid": kid, "newKid": new_kid, "publicKey": jwk(ANOTHER)}
    world.call(device_manager(CARRIER), "rotate_device", wanted)


def revoke(world: World, since: str, kid: str = KID) -> None:
    wanted = {"id": world.id(), "kid": kid, "reason": "compromised", "from": since}
    world.call(device_manager(CARRIER), "revoke_device", wanted)


def batch(world: World, kind: str = "sensor", by: dict[str, str] = RECORDER) -> dict[str, str]:
    """Messages on the ledger: how a leg names them."""
    made = {"id": world.id(), "kind": kind, "root": ROOT, "size": 60, "from": world.time(), "to": world.time()}
    world.call(by, "record_batch", made)
    return {"id": made["id"], "root": ROOT}


def leg(world: World, batches: list[dict[str, str]], **changes: Any) -> dict[str, Any]:
    """An hour that ended now."""
    hour_ago = world.time(hours=-1)
    wanted = {"id": world.id(), "kid": KID, "goods": ROOT, "shipment": "", "from": hour_ago, "to": world.time()}
    return wanted | {"seq": {"from": 0, "to": 0}, "batches": batches, "figures": FIGURES} | changes
