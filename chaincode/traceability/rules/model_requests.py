"""Requests about models: read, and refused where they cannot be meant so."""

import re
from dataclasses import dataclass
from datetime import date

from chaincode.traceability import ids, requests
from chaincode.traceability.canonical import Json
from chaincode.traceability.errors import BAD_REQUEST, ContractError
from chaincode.traceability.model_state import Figures, Group, Limits, Window
from chaincode.traceability.rules import money
from chaincode.traceability.state import Holder

APPROVE, REJECT = "approve", "reject"
MILLION = 1_000_000
MOST_MEMBERS = 50
MOST_GROUPS = 60
MOST_DAYS = 366

_PURPOSE = re.compile(r"[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOST = 10**12  # a million as a figure: nothing that anybody measures is more


@dataclass(frozen=True)
class Registration:
    id: str
    purpose: str
    hash: str
    dataset: str
    predictions: str
    code: str
    card: str


@dataclass(frozen=True)
class Proposal:
    id: str
    model: str
    electorate: tuple[Holder, ...]
    threshold: int
    deadline: str
    reporters: tuple[Holder, ...]
    limits: Limits


@dataclass(frozen=True)
class Ballot:
    id: str
    deployment: str
    choice: str


@dataclass(frozen=True)
class Return:
    id: str
    model: str
    reason: str


@dataclass(frozen=True)
class Foretold:
    id: str
    model: str
    window: Window
    inputs: str
    predictions: str
    rows: int


@dataclass(frozen=True)
class Measured:
    id: str
    forecast: str
    predictions: str
    window: Window
    figures: Figures
    groups: tuple[Group, ...]


def registration(text: str) -> Registration:
    hashes = ("hash", "dataset", "predictions", "code", "card")
    found = requests.members(text, ("id", "purpose", *hashes))
    named = {name: money.commitment(found[name], name) for name in hashes}
    return Registration(id=ids.check(found["id"]), purpose=purpose(found["purpose"]), **named)


def proposal(text: str) -> Proposal:
    """A strict majority at least decides; each member of the channel votes, and reports, for itself alone."""
    found = requests.members(text, ("id", "model", "electorate", "threshold", "deadline", "reporters", "limits"))
    electorate = _members(found["electorate"], "electorate")
    least = len(electorate) // 2 + 1
    return Proposal(
        id=ids.check(found["id"]),
        model=ids.check(found["model"], "model"),
        electorate=electorate,
        threshold=requests.integer(found["threshold"], "threshold", least, len(electorate)),
        deadline=requests.time(found["deadline"], "deadline"),
        reporters=_members(found["reporters"], "reporters"),
        limits=_limits(found["limits"]),
    )


def ballot(text: str) -> Ballot:
    found = requests.members(text, ("id", "deployment", "choice"))
    choice = requests.one_of(found["choice"], "choice", (APPROVE, REJECT))
    return Ballot(ids.check(found["id"]), ids.check(found["deployment"], "deployment"), choice)


def step_back(text: str) -> Return:
    found = requests.members(text, ("id", "model", "reason"))
    reason = money.commitment(found["reason"], "reason")
    return Return(ids.check(found["id"]), ids.check(found["model"], "model"), reason)


def foretold(text: str) -> Foretold:
    found = requests.members(text, ("id", "model", "window", "inputs", "predictions", "rows"))
    return Foretold(
        id=ids.check(found["id"]),
        model=ids.check(found["model"], "model"),
        window=window(found["window"]),
        inputs=money.commitment(found["inputs"], "inputs"),
        predictions=money.commitment(found["predictions"], "predictions"),
        rows=requests.integer(found["rows"], "rows", 1),
    )


def measured(text: str) -> Measured:
    found = requests.members(text, ("id", "forecast", "predictions", "window", "figures", "groups"))
    return Measured(
        id=ids.check(found["id"]),
        forecast=ids.check(found["forecast"], "forecast"),
        predictions=money.commitment(found["predictions"], "predictions"),
        window=window(found["window"]),
        figures=_figures(found["figures"]),
        groups=_groups(found["groups"]),
    )


def purpose(value: Json, name: str = "purpose") -> str:
    """What a model is for: `demand`, `delay`."""
    if not isinstance(value, str) or not _PURPOSE.fullmatch(value):
        raise ContractError(BAD_REQUEST, f"{name} must be lower-case letters, digits and hyphens, at most 32")
    return value


def window(value: Json) -> Window:
    found = requests.exactly(value, ("from", "to"), "window")
    start, end = _day(found["from"], "window.from"), _day(found["to"], "window.to")
    length = (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    if not 1 <= length <= MOST_DAYS:
        raise ContractError(BAD_REQUEST, f"window must be 1 to {MOST_DAYS} days, both ends included")
    return Window(start, end)


def _day(value: Json, name: str) -> str:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise ContractError(BAD_REQUEST, f"{name} must be a day such as 2026-05-14")


def _members(value: Json, name: str) -> tuple[Holder, ...]:
    """At least two, each of another member of the channel: a member vouches for as many organisations as it likes."""
    if not isinstance(value, list) or not 2 <= len(value) <= MOST_MEMBERS:
        raise ContractError(BAD_REQUEST, f"{name} must be a list of 2 to {MOST_MEMBERS} organisations")
    found = tuple(money.holder(one, f"{name}[{index}]") for index, one in enumerate(value))
    if len({one.msp_id for one in found}) < len(found):
        raise ContractError(BAD_REQUEST, f"{name} must name each member of the channel (mspId) once")
    return found


def _limits(value: Json) -> Limits:
    found = requests.exactly(value, ("error", "coverage", "bias", "psi"), "limits")
    return Limits(
        error=requests.integer(found["error"], "limits.error", 0, _MOST),
        coverage=requests.integer(found["coverage"], "limits.coverage", 0, MILLION),
        bias=requests.integer(found["bias"], "limits.bias", 0, _MOST),
        psi=requests.integer(found["psi"], "limits.psi", 0, _MOST),
    )


def _figures(value: Json) -> Figures:
    found = requests.exactly(value, ("rows", "error", "coverage", "bias", "psi"), "figures")
    psi = requests.integer(found["psi"], "figures.psi", 0, _MOST)
    return Figures(psi=psi, **_measures(found, "figures"))


def _groups(value: Json) -> tuple[Group, ...]:
    if not isinstance(value, list) or len(value) > MOST_GROUPS:
        raise ContractError(BAD_REQUEST, f"groups must be a list of at most {MOST_GROUPS}")
    found = tuple(_group(one, f"groups[{index}]") for index, one in enumerate(value))
    if len({(one.by, one.name) for one in found}) < len(found):
        raise ContractError(BAD_REQUEST, "groups must name each group once")
    return found


def _group(value: Json, name: str) -> Group:
    found = requests.exactly(value, ("by", "name", "rows", "error", "coverage", "bias"), name)
    by, called = requests.one_of(found["by"], f"{name}.by", ("region", "size")), found["name"]
    if not isinstance(called, str) or not 1 <= len(called) <= 60 or not called.isprintable():
        raise ContractError(BAD_REQUEST, f"{name}.name must be 1 to 60 printable characters")
    return Group(by=by, name=called, **_measures(found, name))


def _measures(found: dict[str, Json], name: str) -> dict[str, int]:
    return {
        "rows": requests.integer(found["rows"], f"{name}.rows", 1),
        "error": requests.integer(found["error"], f"{name}.error", 0, _MOST),
        "coverage": requests.integer(found["coverage"], f"{name}.coverage", 0, MILLION),
        "bias": requests.integer(found["bias"], f"{name}.bias", -_MOST, _MOST),
    }
