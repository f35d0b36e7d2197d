"""Endorsement rules: who must have signed a transaction, evaluated as Fabric does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from traceapp.verifier.certificates import Signer
from traceapp.verifier.shape import ShapeError, integer, items, members, text

ROLES: Final = ("peer", "client", "admin")
_DEPTH: Final = 16


@dataclass(frozen=True, slots=True)
class SignedBy:
    """One signer of an organisation in a role."""

    msp_id: str
    role: str


@dataclass(frozen=True, slots=True)
class OutOf:
    """At least `count` of `rules`."""

    count: int
    rules: tuple["Rule", ...]


Rule = SignedBy | OutOf


def parse_rule(value: object, path: str, known: frozenset[str], depth: int = 0) -> Rule:
    """A rule of the trust file; `known` are the organisations it may name. Raises ShapeError."""
    if depth > _DEPTH:
        raise ShapeError(f"{path}: rules nest too deep")
    if not isinstance(value, dict) or "outOf" not in value:
        named = members(value, path, ("signedBy", "role"))
        msp_id, role = text(named["signedBy"], f"{path}.signedBy"), text(named["role"], f"{path}.role")
        if msp_id not in known or role not in ROLES:
            raise ShapeError(f"{path}: unknown organisation or role {msp_id!r}, {role!r}")
        return SignedBy(msp_id, role)
    pair = items(members(value, path, ("outOf",))["outOf"], f"{path}.outOf")
    if len(pair) != 2:
        raise ShapeError(f"{path}.outOf: not a number and a list of rules")
    count, listed = integer(pair[0], f"{path}.outOf[0]"), items(pair[1], f"{path}.outOf[1]")
    rules = tuple(parse_rule(one, f"{path}.outOf[1][{n}]", known, depth + 1) for n, one in enumerate(listed))
    # zero would let a transaction nobody endorsed pass
    if not 1 <= count <= len(rules):
        raise ShapeError(f"{path}.outOf: {count} of {len(rules)} rules")
    return OutOf(count, rules)


def satisfied(rule: Rule, signers: Sequence[Signer]) -> bool:
    """Whether the signers, each different, meet the rule. A signer is used up by the first part it meets."""
    return _remaining(rule, tuple(signers)) is not None


def _remaining(rule: Rule, free: tuple[Signer, ...]) -> tuple[Signer, ...] | None:
    if isinstance(rule, SignedBy):
        for position, one in enumerate(free):
            if one.msp_id == rule.msp_id and one.has_role(rule.role):
                return free[:position] + free[position + 1 :]
        return None
    met = 0
    for part in rule.rules:
        rest = _remaining(part, free)
        if rest is not None:
            met, free = met + 1, rest
    return free if met >= rule.count else None
