"""Why a delivery is more or less likely late than others, in words. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.features import group_of

NAMES = {
    "vendor": "vendor",
    "country": "destination",
    "mode": "transport",
    "site": "site",
    "productGroup": "product group",
    "project": "project",
    "fulfillVia": "fulfilment",
    "incoterm": "terms",
}
FIXED = {"season": "Time of year", "lead": "Time between order and plan", "log": "Size and value of the order"}
LEAST = 0.1  # log odds: less is not worth a sentence


def subject(name: str) -> str:
    """What a feature is about: its category and its record (`is:vendor=A`, `rate:vendor`) are one subject."""
    kind, _, what = name.partition(":")
    if kind in ("rate", "is"):
        return what.partition("=")[0]
    return kind


def _percent(log_odds: float) -> str:
    return f"{round(100 / (1 + math.exp(-log_odds)))}%"


def _sentence(about: str, row: DeliveryRow, features: Mapping[str, float]) -> str:
    if about in FIXED:
        return FIXED[about]
    if about == "recent":
        return f"Of all deliveries, {_percent(features['recent'])} were late lately"
    if about == "weekend":
        return "Planned for a weekend" if features.get("weekend") else "Planned for a working day"
    names = tuple(about.split("+"))
    value = group_of(row, names)
    if not value.strip(" /"):
        return ""
    words = " and ".join(NAMES.get(each, each) for each in names).capitalize()
    rate = features.get(f"rate:{about}")
    return f"{words} {value}" + (f", late {_percent(rate)} of the time" if rate is not None else "")


def reasons(
    row: DeliveryRow, features: Mapping[str, float], contributions: Mapping[str, float], most: int = 3
) -> list[str]:
    """Up to `most` sentences, the weightiest subject first, each saying in which direction it pushes."""
    about: dict[str, float] = defaultdict(float)
    for name, weight in contributions.items():
        about[subject(name)] += weight
    found: list[str] = []
    for name in sorted(about, key=lambda each: (-abs(about[each]), each)):
        if len(found) == most or abs(about[name]) < LEAST:
            break
        if sentence := _sentence(name, row, features):
            found.append(f"{sentence} ({'raises' if about[name] > 0 else 'lowers'} the risk)")
    return found
