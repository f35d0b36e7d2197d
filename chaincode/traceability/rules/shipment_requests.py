"""What may be asked about a shipment: each request by its members. ContractError `bad_request` names what is wrong."""

from dataclasses import dataclass

from chaincode.traceability import ids, requests
from chaincode.traceability.canonical import Json
from chaincode.traceability.rules import money

REASONS = ("no_arrival", "other", "quality", "quantity", "temperature", "time")


@dataclass(frozen=True)
class Due:
    """What any party may send."""

    id: str
    shipment: str


@dataclass(frozen=True)
class Agreement:
    id: str
    shipment: str
    terms: str


@dataclass(frozen=True)
class Funding:
    id: str
    shipment: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """That something happened at `at`."""

    id: str
    shipment: str
    at: str


@dataclass(frozen=True)
class Taking:
    """That the consignee took all but these units."""

    id: str
    shipment: str
    short: int
    damaged: int
    refused: int


@dataclass(frozen=True)
class Contest:
    id: str
    shipment: str
    reason: str
    evidence: str


@dataclass(frozen=True)
class Content:
    """That a party is content with what the figures come to: so much to the seller, so much of the payout."""

    id: str
    shipment: str
    seller: int
    insured: int


@dataclass(frozen=True)
class Verdict:
    """What an arbiter decides: so much of what is left to the seller, so much of the payout to who is insured."""

    id: str
    shipment: str
    seller: int
    insured: int
    reason: str


def parse_due(text: str) -> Due:
    return Due(*_named(requests.members(text, ("id", "shipment"))))


def parse_agreement(text: str) -> Agreement:
    found = requests.members(text, ("id", "shipment", "terms"))
    return Agreement(*_named(found), money.commitment(found["terms"], "terms"))


def parse_funding(text: str) -> Funding:
    found = requests.members(text, ("id", "shipment", "rows"))
    return Funding(*_named(found), money.rows(found["rows"]))


def parse_step(text: str) -> Step:
    found = requests.members(text, ("id", "shipment", "at"))
    return Step(*_named(found), requests.time(found["at"], "at"))


def parse_taking(text: str) -> Taking:
    found = requests.members(text, ("id", "shipment", "short", "damaged", "refused"))
    return Taking(*_named(found), *(requests.integer(found[name], name, 0) for name in ("short", "damaged", "refused")))


def parse_contest(text: str) -> Contest:
    found = requests.members(text, ("id", "shipment", "reason", "evidence"))
    reason = requests.one_of(found["reason"], "reason", REASONS)
    return Contest(*_named(found), reason, money.commitment(found["evidence"], "evidence"))


def parse_content(text: str) -> Content:
    found = requests.members(text, ("id", "shipment", "seller", "insured"))
    return Content(*_named(found), *(requests.integer(found[name], name, 0) for name in ("seller", "insured")))


def parse_verdict(text: str) -> Verdict:
    found = requests.members(text, ("id", "shipment", "seller", "insured", "reason"))
    seller, insured = (requests.integer(found[name], name, 0) for name in ("seller", "insured"))
    return Verdict(*_named(found), seller, insured, money.commitment(found["reason"], "reason"))


def _named(found: dict[str, Json]) -> tuple[str, str]:
    return ids.check(found["id"]), ids.check(found["shipment"], "shipment")
