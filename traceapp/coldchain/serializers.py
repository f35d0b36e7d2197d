"""Legs as JSON: who travelled with what, and what was measured. Degrees in °C, durations in seconds."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from traceapp.coldchain import exports
from traceapp.coldchain.judging import Judged
from traceapp.coldchain.models import Leg
from traceapp.coldchain.on_ledger import OnLedger, on_ledger
from traceapp.sensors.excursions import Excursion


class LegSerializer(serializers.ModelSerializer[Leg]):
    """`goods`: their canonical identifier; `device`: the logger's GIAI."""

    device = serializers.CharField(source="device.giai")
    device_name = serializers.CharField(source="device.name")
    owner = serializers.CharField(source="organisation.pgln")

    class Meta:
        model = Leg
        fields = ("uid", "goods", "device", "device_name", "owner", "began", "ended", "why_ended")


def measured_of(judged: Judged) -> dict[str, Any]:
    """`state` is `verified`, `mismatch` where a message does not match the ledger, or `pending` without readings."""
    found, rule = judged.measured, judged.rule
    state = "mismatch" if found.findings else "verified" if judged.summary.readings else "pending"
    return {
        "until": judged.until,
        "state": state,
        "band": {"low": rule.low, "high": rule.high},
        "figures": {**asdict(judged.summary), "outside": judged.summary.outside},
        "excursions": [_excursion(one, judged.until.timestamp()) for one in judged.excursions],
        "messages": {
            "verified": len(found.records),
            "waiting": found.waiting,
            "mismatch": len(found.findings),
            "distrusted": found.distrusted,
            "left_out": exports.left_out(judged),
        },
        "on_ledger": [_piece(one) for one in on_ledger(judged.leg, None)],
    }


def _excursion(one: Excursion, until: float) -> dict[str, Any]:
    return {
        "side": str(one.side),
        "began": datetime.fromtimestamp(one.start, UTC),
        "ended": None if one.end is None else datetime.fromtimestamp(one.end, UTC),
        "lasted": one.lasted(until),
        "outside": one.outside,
        "unknown": one.unknown,
        "extreme": one.extreme,
    }


def _piece(one: OnLedger) -> dict[str, Any]:
    row = one.row
    said = {"id": row.call_id, "state": one.state, "reason": one.reason, "transaction": one.tx_id}
    return {**said, "from": row.began, "to": row.ended, "figures": row.figures}
