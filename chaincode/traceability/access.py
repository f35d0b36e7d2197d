"""Who may call what: one table.

A peer lets only members of the channel's organisations reach the contract, so the MSP id is known to be true. What the
member may do stands in the certificate their organisation's CA gave them: `org`, the organisation they act for (its
PGLN), `role`, and for some transactions `person`, a pseudonym of who holds the key. What no organisation may say of
itself, that deposits are made with it, is appointed from outside: each peer's contract service is told.
"""

import re
from dataclasses import dataclass

from chaincode.traceability.context import Context
from chaincode.traceability.errors import FORBIDDEN, UNKNOWN_FUNCTION, ContractError

RECORDER = "recorder"
DEVICE_MANAGER = "device-manager"
TREASURER = "treasurer"
SETTLEMENT = "settlement"
ANALYST = "analyst"

_PGLN = re.compile(r"\d{13}", re.ASCII)
_PERSON = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._-]{0,62}[0-9A-Za-z])?", re.ASCII)


@dataclass(frozen=True)
class Rule:
    """`roles`: any of these; none means any member. `settlement`: of the appointed organisation only.

    `person`: the certificate must say which person it is.
    """

    roles: frozenset[str] = frozenset()
    settlement: bool = False
    person: bool = False


ANY_MEMBER = Rule()
_DEVICE_MANAGER = Rule(roles=frozenset({DEVICE_MANAGER}))
_ANALYST = Rule(roles=frozenset({ANALYST}))
_RECORDER = Rule(roles=frozenset({RECORDER}))
_RECORDER_OR_TREASURER = Rule(roles=frozenset({RECORDER, TREASURER}))
_TREASURER = Rule(roles=frozenset({TREASURER}))
_SETTLEMENT = Rule(roles=frozenset({SETTLEMENT}), settlement=True, person=True)

TABLE: dict[str, Rule] = {
    "record_batch": _RECORDER,
    "register_device": _DEVICE_MANAGER,
    "rotate_device": _DEVICE_MANAGER,
    "revoke_device": _DEVICE_MANAGER,
    "record_leg": _RECORDER,
    "challenge_leg": _RECORDER_OR_TREASURER,
    "register_shipment": _TREASURER,
    "accept_terms": _TREASURER,
    "fund_escrow": _TREASURER,
    "dispatch": _RECORDER,
    "record_arrival": _RECORDER,
    "accept_delivery": _RECORDER,
    "contest": _RECORDER_OR_TREASURER,
    "settle_due": _RECORDER_OR_TREASURER,
    "settle_agreed": _TREASURER,
    "resolve": _TREASURER,
    "refund_expired": _RECORDER_OR_TREASURER,
    "open_account": _TREASURER,
    "propose_mint": _SETTLEMENT,
    "approve_mint": _SETTLEMENT,
    "withdraw_mint": _SETTLEMENT,
    "transfer": _TREASURER,
    "consolidate": _TREASURER,
    "redeem": _TREASURER,
    "confirm_redemption": _SETTLEMENT,
    "register_model": _ANALYST,
    "propose_deployment": _ANALYST,
    "vote": _ANALYST,
    "roll_back": _ANALYST,
    "record_forecast": _ANALYST,
    "report_metric": _ANALYST,
    "get_batch": ANY_MEMBER,
    "get_batches": ANY_MEMBER,
    "has_id": ANY_MEMBER,
    "get_devices": ANY_MEMBER,
    "get_legs": ANY_MEMBER,
    "get_shipments": ANY_MEMBER,
    "get_account": ANY_MEMBER,
    "get_rows": ANY_MEMBER,
    "get_balance": ANY_MEMBER,
    "get_mint": ANY_MEMBER,
    "get_transfer": ANY_MEMBER,
    "get_consolidation": ANY_MEMBER,
    "get_redemption": ANY_MEMBER,
    "get_models": ANY_MEMBER,
    "get_deployments": ANY_MEMBER,
    "get_serving": ANY_MEMBER,
    "get_forecasts": ANY_MEMBER,
    "get_metrics": ANY_MEMBER,
}


@dataclass(frozen=True)
class Caller:
    """Who called: the organisation's MSP, the organisation acted for (empty for a mere reader), and by whom."""

    msp_id: str
    organisation: str
    person: str = ""


def check(ctx: Context, function: str, settlement: str) -> Caller:
    """The caller, when the table lets them call this function. `settlement` is the appointed organisation's MSP id."""
    rule = TABLE.get(function)
    if rule is None:
        raise ContractError(UNKNOWN_FUNCTION, f"there is no function {function[:60]!r}")
    named = ctx.attributes
    caller = Caller(ctx.creator_msp_id, named.get("org", ""), named.get("person", "") if rule.person else "")
    if rule.settlement and caller.msp_id != settlement:
        raise ContractError(
            FORBIDDEN, f"{function} is for {settlement or 'a settlement organisation, and none is named'}"
        )
    if rule.roles:
        _check_role(ctx, rule, function)
        _check_organisation(caller, function)
    if rule.person and not _PERSON.fullmatch(caller.person):
        raise ContractError(FORBIDDEN, f"{function} needs a certificate whose attribute person is a short pseudonym")
    return caller


def _check_role(ctx: Context, rule: Rule, function: str) -> None:
    role = ctx.attributes.get("role", "")
    if role not in rule.roles:
        wanted = " or ".join(sorted(rule.roles))
        raise ContractError(FORBIDDEN, f"{function} needs the role {wanted}; the certificate says {role or 'none'!r}")


def _check_organisation(caller: Caller, function: str) -> None:
    if not _PGLN.fullmatch(caller.organisation):
        raise ContractError(FORBIDDEN, f"{function} needs a certificate whose attribute org is a PGLN of 13 digits")
