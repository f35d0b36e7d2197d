"""Calls about models one after another, to be made on every ledger: two versions, votes, a suspension, a step back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from chaincode.traceability.times import rfc3339
from tests.contract.delivery import HASH
from tests.contract.money import Holder, new_id
from tests.contract.steps import Step

GOOD = {"rows": 90, "error": 150_000, "coverage": 810_000, "bias": -12_000, "psi": 40_000}
BAD = GOOD | {"bias": -50_001}
GROUP = {"by": "region", "name": "Çukurova", "rows": 90, "error": 1, "coverage": 0, "bias": -1}


def models(at: datetime, judges: tuple[Holder, Holder]) -> Iterator[Step]:
    """Of one purpose; `judge-0` and `judge-1` vote and report, `analyst` owns."""
    purpose = f"p{new_id()[:8]}"
    first, second = new_id(), new_id()
    for model in (first, second):
        yield from version(at, model, purpose, judges)
    window = {"from": (at - timedelta(days=3)).date().isoformat(), "to": (at - timedelta(days=2)).date().isoformat()}
    said: dict[str, Any] = {"predictions": HASH, "window": window}
    foretell = {"id": new_id(), "model": second, "inputs": HASH, "rows": 90, **said}
    yield Step("judge-0", "record_forecast", foretell)
    yield Step("analyst", "record_forecast", foretell, again=True)
    yield Step("analyst", "record_forecast", foretell)
    report = {"forecast": foretell["id"], "groups": [GROUP], "figures": BAD, **said}
    yield Step("analyst", "report_metric", report | {"id": new_id()})
    yield Step("judge-0", "report_metric", report | {"id": new_id(), "predictions": "00" * 32})
    yield Step("judge-0", "report_metric", report | {"id": new_id(), "figures": BAD | {"bias": 0.5}})
    yield Step("judge-0", "report_metric", report | {"id": new_id()}, again=True)
    yield Step("judge-0", "report_metric", report | {"id": new_id()})
    yield Step("analyst", "roll_back", {"id": new_id(), "model": first, "reason": HASH})
    yield Step("judge-1", "report_metric", report | {"id": new_id()}, again=True)
    yield Step("analyst", "propose_deployment", proposal(at, second, judges))
    yield Step("analyst", "roll_back", {"id": new_id(), "model": first, "reason": HASH})
    yield Step("reader", "get_models", {"ids": [first, second, "0" * 32]})
    yield Step("reader", "get_metrics", {"forecasts": [foretell["id"], "0" * 32]})
    yield Step("reader", "get_forecasts", {"ids": [foretell["id"]]})
    yield Step("reader", "get_serving", {**judges[0], "purposes": [purpose]})


def version(at: datetime, model: str, purpose: str, judges: tuple[Holder, Holder]) -> Iterator[Step]:
    hashes = {"hash": model * 2, "dataset": HASH, "predictions": HASH, "code": HASH, "card": HASH}
    wanted = {"id": model, "purpose": purpose, **hashes}
    yield Step("reader", "register_model", wanted)
    yield Step("analyst", "register_model", wanted, again=True)
    yield Step("analyst", "register_model", wanted)
    yield Step("analyst", "register_model", wanted | {"id": new_id()})
    yield Step("analyst", "propose_deployment", proposal(at, model, judges, threshold=1))
    propose = proposal(at, model, judges)
    yield Step("analyst", "propose_deployment", propose, again=True)
    yield Step("analyst", "propose_deployment", propose)
    ballot = {"deployment": propose["id"], "choice": "approve"}
    yield Step("analyst", "vote", ballot | {"id": new_id()})
    mine = ballot | {"id": new_id()}
    yield Step("judge-0", "vote", mine, again=True)
    yield Step("judge-0", "vote", mine)
    yield Step("judge-0", "vote", ballot | {"id": new_id()})
    yield Step("judge-1", "vote", ballot | {"id": new_id()})
    yield Step("reader", "get_deployments", {"ids": [propose["id"]]})


def proposal(at: datetime, model: str, judges: tuple[Holder, Holder], threshold: int = 2) -> dict[str, Any]:
    return {
        "id": new_id(), "model": model, "electorate": list(judges), "threshold": threshold, "reporters": list(judges),
        "deadline": rfc3339(at + timedelta(days=7)),
        "limits": {"error": 200_000, "coverage": 700_000, "bias": 50_000, "psi": 250_000},
    }  # fmt: skip
