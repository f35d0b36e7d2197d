"""From what people wrote to terms as the contract takes them. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final
from zoneinfo import ZoneInfo

from chaincode.traceability.rules import legs as leg_rules
from chaincode.traceability.rules import terms as term_rules
from chaincode.traceability.rules.money import minor_units
from traceapp.accounts.models import Organisation
from traceapp.commitments.salted import salted_hash
from traceapp.commitments.times import rfc3339
from traceapp.payments.currencies import AmountError, minor
from traceapp.payments.models import Holder, holder_of

AMOUNTS: Final = (
    "price",
    "at_dispatch",
    "at_arrival",
    "late_per_hour",
    "late_cap",
    "warm_per_hour",
    "warm_cap",
    "payout",
)
_NOTHING: Final = re.compile(r"0*([.,]0*)?", re.ASCII)
_ANY: Final = "KWD"  # where the currency is not known, an amount may have as many decimals as in any
_DAY: Final = 24  # hours


def amounts(found: Mapping[str, Any]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """(minor units by field of those that are amounts, what is wrong with the others)."""
    made: dict[str, int] = {}
    wrong: list[tuple[str, str]] = []
    for name in AMOUNTS:
        text = str(found.get(name, "")).strip()
        try:
            if name in found:
                made[name] = 0 if _NOTHING.fullmatch(text) else minor(text, found.get("currency") or _ANY)
        except AmountError as error:
            wrong.append((name, str(error)))
    return made, wrong


def terms(
    found: Mapping[str, Any],
    amount: Mapping[str, int],
    owners: Mapping[str, Holder],
    *,
    ours: Organisation,
    shipment_id: str,
    salt: str,
) -> dict[str, Any]:
    """docs/contract.md, "Terms"."""
    us, other = holder_of(ours), holder_of(found["other"])
    buyer, seller = (us, other) if found["we_are"] == "buyer" else (other, us)
    return {
        "buyer": buyer,
        "seller": seller,
        "carrier": holder_of(found["carrier"]),
        "consignee": holder_of(found["consignee"]) if found["consignee"] else buyer,
        "arbiter": holder_of(found["arbiter"]),
        "goods": salted_hash(salt, title=found["title"], goods=found["goods"]),
        "currency": found["currency"],
        "minorUnits": minor_units(found["currency"]),
        "price": amount["price"],
        "payments": {"dispatch": amount["at_dispatch"], "arrival": amount["at_arrival"]},
        "quantity": {
            "amount": found["quantity"],
            "unit": found["unit"],
            "tolerance": found["tolerance"],
            "damagedPays": int(found["damaged_pays"] * 100),
        },
        **{
            name: _moment(found, of)
            for name, of in (("acceptBy", "accept_by"), ("fundBy", "fund_by"), ("dispatchBy", "dispatch_by"))
        },
        "deadline": _deadline(found),
        "graceMinutes": found["grace_minutes"],
        "late": {"perHour": amount["late_per_hour"], "cap": amount["late_cap"]},
        "recordWithinMinutes": _or(found["record_within_minutes"], 60),
        "refundAfterHours": _or(found["refund_after_hours"], 3 * _DAY),
        "legs": _legs(found, owners, shipment_id),
        "temperature": _temperature(found, amount),
        "legHours": found["leg_hours"] or max(1, min(_DAY, found["contest_hours"] - 1)),
        "challengeHours": _or(found["challenge_hours"], 2 * _DAY),
        "contestHours": found["contest_hours"],
        "resolveHours": found["resolve_hours"],
        "onSilentArbiter": found["on_silent_arbiter"],
        "insurance": _insurance(found, amount),
    }


def _or(value: int | None, usual: int) -> int:
    return usual if value is None else value


def _moment(found: Mapping[str, Any], name: str) -> str:
    return rfc3339(found[name].replace(tzinfo=ZoneInfo(found["zone"])).astimezone(UTC))


def _deadline(found: Mapping[str, Any]) -> dict[str, str]:
    offset = found["deadline"].replace(tzinfo=ZoneInfo(found["zone"])).strftime("%z")
    return {"at": _moment(found, "deadline"), "zone": found["zone"], "offset": f"{offset[:3]}:{offset[3:5]}"}


def _legs(found: Mapping[str, Any], owners: Mapping[str, Holder], shipment_id: str) -> list[dict[str, str]]:
    return [
        {
            "device": leg_rules.device_commitment(giai, shipment_id),
            "responsible": leg_rules.responsible_commitment(
                owners[giai]["mspId"], owners[giai]["organisation"], shipment_id
            ),
        }
        for giai in found["devices"]
    ]


def _temperature(found: Mapping[str, Any], amount: Mapping[str, int]) -> dict[str, Any] | None:
    if found["band_min"] is None:
        return None
    return {
        "bandMin": int(found["band_min"] * 100),
        "bandMax": int(found["band_max"] * 100),
        "outsideMinutes": found["outside_minutes"],
        "missingMinutes": found["missing_minutes"],
        "beyond": found["beyond"] or term_rules.CUT,
        "perHour": amount["warm_per_hour"],
        "cap": amount["warm_cap"],
        "onMissingData": found["on_missing_data"] or term_rules.OUTSIDE,
    }


def _insurance(found: Mapping[str, Any], amount: Mapping[str, int]) -> dict[str, Any] | None:
    if not found["insurer"]:
        return None
    return {
        "insurer": holder_of(found["insurer"]),
        "payout": amount["payout"],
        "beneficiary": found["beneficiary"] or "buyer",
        "triggers": sorted(found["triggers"]),
    }
