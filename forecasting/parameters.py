"""What may be asked of a training, checked once at every door. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from forecasting.demand.sales import STEPS

DEFAULTS: dict[str, dict[str, Any]] = {
    "demand": {"until": None, "horizon": 28, "origins": 4, "measure": "sold"},
    "delay": {"until": None, "horizon": 30},
}
LIMITS = {"horizon": (1, 730), "origins": (1, 12)}


class BadParameters(ValueError):
    """What was asked for cannot be done; the message says which value and what is allowed."""


def checked(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter, defaults filled in, as plain JSON."""
    defaults = DEFAULTS[kind]
    if unknown := sorted(set(given) - set(defaults)):
        raise BadParameters(f"unknown parameter {unknown[0]!r}; {kind} takes {', '.join(sorted(defaults))}")
    asked = defaults | {name: value for name, value in given.items() if value not in (None, "")}
    for name, (low, high) in LIMITS.items():
        if name in asked:
            asked[name] = _whole(name, asked[name], low, high)
    if asked["until"] is not None:
        asked["until"] = _day(asked["until"])
    if "measure" in asked and asked["measure"] not in STEPS:
        raise BadParameters(f"measure must be one of {', '.join(STEPS)}, not {asked['measure']!r}")
    return asked


def _whole(name: str, value: Any, low: int, high: int) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise BadParameters(f"{name} must be a whole number from {low} to {high}, not {value!r}")
    return number


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise BadParameters(f"until must be a date such as 2026-05-31, not {value!r}") from error
