"""Who may call what: one table.

A peer lets only members of the channel's organisations reach the contract, so the MSP id is known to be true. What the
member may do stands in the certificate their organisation's CA gave them: `org`, the organisation they act for (its
PGLN), and `role`.
"""

import re
from dataclasses import dataclass

from chaincode.traceability.context import Context
from chaincode.traceability.errors import FORBIDDEN, UNKNOWN_FUNCTION, ContractError

RECORDER = "recorder"

_PGLN = re.compile(r"\d{13}", re.ASCII)


@dataclass(frozen=True)
class Rule:
    """`roles`: any of these; none means any member. `msp_ids`: only these organisations; none means all."""

    roles: frozenset[str] = frozenset()
    msp_ids: frozenset[str] = frozenset()


ANY_MEMBER = Rule()

TABLE: dict[str, Rule] = {
    "record_batch": Rule(roles=frozenset({RECORDER})),
    "get_batch": ANY_MEMBER,
    "get_batches": ANY_MEMBER,
    "has_id": ANY_MEMBER,
}


@dataclass(frozen=True)
class Caller:
    """Who called: the organisation's MSP, and the organisation acted for (empty for a mere reader)."""

    msp_id: str
    organisation: str


def check(ctx: Context, function: str) -> Caller:
    """The caller, when the table lets them call this function."""
    rule = TABLE.get(function)
    if rule is None:
        raise ContractError(UNKNOWN_FUNCTION, f"there is no function {function[:60]!r}")
    caller = Caller(msp_id=ctx.creator_msp_id, organisation=ctx.attributes.get("org", ""))
    if rule.msp_ids and caller.msp_id not in rule.msp_ids:
        raise ContractError(FORBIDDEN, f"{caller.msp_id} may not call {function}")
    if rule.roles:
        _check_role(ctx, rule, function)
        _check_organisation(caller, function)
    return caller


def _check_role(ctx: Context, rule: Rule, function: str) -> None:
    role = ctx.attributes.get("role", "")
    if role not in rule.roles:
        wanted = " or ".join(sorted(rule.roles))
        raise ContractError(FORBIDDEN, f"{function} needs the role {wanted}; the certificate says {role or 'none'!r}")


def _check_organisation(caller: Caller, function: str) -> None:
    if not _PGLN.fullmatch(caller.organisation):
        raise ContractError(FORBIDDEN, f"{function} needs a certificate whose attribute org is a PGLN of 13 digits")
