"""What a document `leg/<id>` says, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from traceapp.coldchain import challenging
from traceapp.coldchain.forms import REASONS
from traceapp.coldchain.presenting import band, degrees, duration
from traceapp.sensors.excursions import Rule
from traceapp.sensors.summary import COLDEST, HOTTEST


def facts(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Figures of a leg: degrees from hundredths, durations from seconds."""
    low = None if figures["bandMin"] <= COLDEST else figures["bandMin"] / 100
    high = None if figures["bandMax"] >= HOTTEST else figures["bandMax"] / 100
    told = [
        (_("Outside the band for"), duration(figures["outside"])),
        (_("Without readings for"), duration(figures["missing"])),
        (_("Mean"), _hundredths(figures["mean"])),
        (_("Coldest and warmest"), f"{_hundredths(figures['min'])}, {_hundredths(figures['max'])}"),
        (_("Longest gap"), duration(figures["gap"])),
        (_("Readings"), f"{figures['readings']:,}"),
        (_("Band"), band(Rule(low, high))),
    ]
    if figures["mkt"] is not None:
        told.append((_("Mean kinetic temperature"), _hundredths(figures["mkt"])))
    return [{"label": label, "value": value} for label, value in told]


def challenge(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Who challenged a leg, when, and what is wrong in a word; None if nobody has."""
    if not said:
        return None
    words = {name: str(label) for name, label in REASONS}
    return {
        "by": challenging.by_whom(said),
        "at": datetime.fromisoformat(said["at"]),
        "reason": words.get(said["reason"], said["reason"]),
    }


def _hundredths(value: int | None) -> str:
    return degrees(None if value is None else value / 100)
