"""Keys of the state. A key names its type first, so that no two types can meet.

A row's key names its holder and currency before the row: a debit reads exactly its own rows, and an account is a range.
"""

from chaincode.traceability.state import Holder


def batch(batch_id: str) -> str:
    """Where a batch's document lies."""
    return f"batch/{batch_id}"


def device(kid: str) -> str:
    """Where the document of a device's key lies."""
    return f"device/{kid}"


def leg(leg_id: str) -> str:
    return f"leg/{leg_id}"


def device_leg(device: str, start: str) -> str:
    """By time: the legs of a device, to be read as a range."""
    return f"device-leg/{device}/{start}"


def shipment(shipment_id: str) -> str:
    return f"shipment/{shipment_id}"


def escrow(shipment_id: str, part: str) -> str:
    return f"escrow/{shipment_id}/{part}"


def consent(shipment_id: str, holder: Holder) -> str:
    """A party's last word on the figures: its one place."""
    return f"consent/{shipment_id}/{holder.msp_id}/{holder.organisation}"


def settlement(shipment_id: str) -> str:
    return f"settlement/{shipment_id}"


def account(holder: Holder) -> str:
    return f"account/{holder.msp_id}/{holder.organisation}"


def rows(holder: Holder, currency: str = "") -> str:
    """What the keys of a holder's rows begin with."""
    return f"row/{holder.msp_id}/{holder.organisation}/" + (f"{currency}/" if currency else "")


def row(holder: Holder, currency: str, name: str) -> str:
    return rows(holder, currency) + name


def mint(msp_id: str, reference: str) -> str:
    """References are the settlement organisation's own: another's may be the same."""
    return f"mint/{msp_id}/{reference}"


def transfer(transfer_id: str) -> str:
    return f"transfer/{transfer_id}"


def consolidation(consolidation_id: str) -> str:
    return f"consolidation/{consolidation_id}"


def redemption(redemption_id: str) -> str:
    return f"redemption/{redemption_id}"


def model(model_id: str) -> str:
    return f"model/{model_id}"


def model_hash(owner: Holder, purpose: str, digest: str) -> str:
    """By what a version is: the same one is not registered twice."""
    return f"model-hash/{owner.msp_id}/{owner.organisation}/{purpose}/{digest}"


def serving(owner: Holder, purpose: str) -> str:
    """What an organisation serves for a purpose."""
    return f"serving/{owner.msp_id}/{owner.organisation}/{purpose}"


def deployment(deployment_id: str) -> str:
    return f"deployment/{deployment_id}"


def rollback(rollback_id: str) -> str:
    return f"rollback/{rollback_id}"


def suspension(model_id: str) -> str:
    """A version is suspended once."""
    return f"suspension/{model_id}"


def forecast(forecast_id: str) -> str:
    return f"forecast/{forecast_id}"


def metric(forecast_id: str, msp_id: str) -> str:
    """What a member reports of a forecast: its one place, so it has one say."""
    return f"metric/{forecast_id}/{msp_id}"


def after(prefix: str) -> str:
    """The end of the range of all keys that begin with `prefix`, which ends in a slash."""
    return prefix[:-1] + chr(ord("/") + 1)
