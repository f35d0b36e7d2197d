"""Whether the contract's definition on the channel is the one that this application needs."""

from traceapp.ledger.fabric.config import Config
from traceapp.ledger.fabric.system import Definition


def why_unfit(config: Config, found: Definition) -> str:
    """Why its calls would not be endorsed, in a sentence; empty when they would be."""
    what = f"the contract {config.chaincode} on the channel {config.channel}"
    if found.sequence < config.sequence:
        return (
            f"{what} has the old sequence {found.sequence}, and this application needs {config.sequence}: its "
            "organisations have to approve and commit the newer definition"
        )
    endorsing = [one for one in config.organisations if one.peers]
    behind = [one.msp_id for one in endorsing if one.msp_id not in found.approved_by]
    if 2 * len(behind) >= len(endorsing):
        return (
            f"too few organisations can endorse {what}: {' and '.join(behind)} still {_have(behind)} an older sequence "
            f"than {found.sequence}, and {_have(behind)} to approve it"
        )
    return ""


def _have(some: list[str]) -> str:
    return "has" if len(some) == 1 else "have"
