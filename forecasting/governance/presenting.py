"""Reported figures in words, tables and drawings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from forecasting.governance.charts import Point, over_time
from forecasting.governance.models import Entry
from forecasting.governance.selectors import FIGURES, Measured
from forecasting.models import Kind
from forecasting.presenting import in_words
from traceapp.ledger.outgoing import Call

WORDS = {
    "error": "Error",
    "coverage": "Coverage of the 80% interval",
    "bias": "Bias",
    "psi": "Drift (PSI)",
}
HEAD = ("Window", "Reporter", "Rows", "Error", "Coverage", "Bias", "PSI", "Past the limit")
GROUP_HEAD = ("By", "Group", "Rows", "Error", "Coverage", "Bias")
STATES = {
    "registered": ("pending", "Shadow"),
    "live": ("verified", "Live"),
    "superseded": ("waiting", "Superseded"),
    "withdrawn": ("waiting", "Rolled back"),
    "suspended": ("mismatch", "Suspended"),
    "open": ("pending", "Open"),
    "passed": ("verified", "Passed"),
    "rejected": ("rejected", "Rejected"),
    "ended": ("rejected", "Ended without a decision"),
}


CALLS = {
    "register_model": "A version is being registered",
    "propose_deployment": "A proposal is on its way",
    "vote": "A vote is on its way",
    "roll_back": "A rollback is on its way",
    "report_metric": "A report is on its way",
}


def purpose(entry: Entry) -> str:
    """What a version is for, in words."""
    return dict(Kind.choices).get(entry.purpose, entry.purpose)


def name_of(entry: Entry) -> str:
    return f"{purpose(entry)}, version {entry.content['version']}"


def under_way(calls: Sequence[Call]) -> list[tuple[Call, str]]:
    return [(one, CALLS.get(one.function, one.function)) for one in calls]


def card_lines(card: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """A model card as lines of a name in words and a value."""
    found: list[tuple[str, str]] = []
    for name, value in card.items():
        words = in_words(name)
        label = f"{above}: {words.lower()}" if above else words
        if isinstance(value, Mapping):
            found += card_lines(value, label)
        elif value:
            found.append((label, _value(value)))
    return found


def _value(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    return ", ".join(" / ".join(one) if isinstance(one, list) else str(one) for one in value)


def day_words(day: str) -> str:
    """2026-10-06 is 6 Oct."""
    return f"{date.fromisoformat(day):%-d %b}"


def figure(name: str, millionths: int | None) -> str:
    if millionths is None:
        return "–"
    if name == "psi":
        return f"{millionths / 1_000_000:.3f}"
    return f"{millionths / 10_000:+.1f}%" if name == "bias" else f"{millionths / 10_000:.1f}%"


def drawings(windows: Sequence[Measured]) -> list[dict[str, Any]]:
    """Of each figure one, with its words. Windows without a report are left out."""
    known = [one for one in windows if one.reports]
    found = []
    for name in FIGURES:
        points = [Point(day_words(one.start), one.value(name) or 0.0, _past(one, name)) for one in known]
        limit = known[-1].limits.get(name) if known else None
        limits = [] if limit is None else [limit / 1_000_000]
        lines = [*limits, *(-one for one in limits)] if name == "bias" else limits
        last = figure(name, round(points[-1].value * 1_000_000)) if points else ""
        past = sum(one.bad for one in points)
        found.append(
            {
                "name": WORDS[name],
                "drawings": over_time(points, lines, percent=name != "psi") if points else [],
                "words": f"{WORDS[name]} over {len(points)} windows, {past} past the limit; the last is {last}.",
            }
        )
    return found


def days_of(entry: Entry) -> str:
    """The window that a forecast or a report is of; nothing of what has none."""
    days = entry.content.get("window")
    return window_words(days["from"], days["to"]) if days else ""


def window_words(start: str, end: str) -> str:
    return f"{day_words(start)} to {day_words(end)} {end[:4]}"


def table(windows: Sequence[Measured]) -> list[list[str]]:
    """One row a report."""
    return [
        [
            window_words(one.start, one.end),
            name,
            str(report.content["figures"]["rows"]),
            *(figure(each, report.content["figures"][each]) for each in FIGURES),
            ", ".join(WORDS[each].lower() for each in report.content["beyond"]) or "–",
        ]
        for one in windows
        for name, report in one.reports
    ]


def group_table(windows: Sequence[Measured]) -> list[list[str]]:
    """The newest window's groups, as its first reporter has them."""
    last = next((one for one in reversed(windows) if one.reports), None)
    if last is None:
        return []
    return [
        [
            "Region" if one["by"] == "region" else "Vendor size",
            one["name"],
            str(one["rows"]),
            *(figure(each, one[each]) for each in ("error", "coverage", "bias")),
        ]
        for one in last.reports[0][1].content["groups"]
    ]


def _past(window: Measured, name: str) -> bool:
    return any(name in report.content["beyond"] for _, report in window.reports)
