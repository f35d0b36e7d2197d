"""Why a delivery is more or less likely late than others, in words. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.features import LEVEL
from forecasting.delay.history import HALF_LIVES, group_of

NAMES = {
    "vendor": "vendor",
    "country": "destination",
    "mode": "transport",
    "site": "site",
    "productGroup": "product group",
    "subClassification": "product class",
    "product": "product",
    "molecule": "substance",
    "brand": "brand",
    "dosageForm": "form",
    "project": "project",
    "fulfillVia": "fulfilment",
    "incoterm": "terms",
    "managedBy": "managed by",
    "order": "order",
}
FIXED = {
    "season": "Time of year",
    "lead": "Time between order and plan",
    "rank": "Age of the order",
    "log": "Size and value of the order",
    "together": "Deliveries planned for the same day",
    "weekday": "Day of the week",
    "day": "Day of the month",
}
HISTORIES = frozenset({*(f"rate{half:.0f}" for half in HALF_LIVES), "known", "days", "overdue"})
LEAST = 0.1  # log odds: less is not worth a sentence


def subject(name: str) -> str:
    """What a feature is about: all histories of a vendor are one subject, as are all of the season."""
    kind, _, what = name.partition(":")
    return f"history:{what}" if kind in HISTORIES else kind


def _percent(log_odds: float) -> str:
    return f"{round(100 / (1 + math.exp(-log_odds)))}%"


def _sentence(about: str, row: DeliveryRow, features: Mapping[str, float]) -> str:
    if about in FIXED:
        return FIXED[about]
    what = about.partition(":")[2]
    if not what:
        return f"Of all deliveries, {_percent(features[LEVEL])} were late lately"
    names = tuple(what.split("+"))
    value = group_of(row, names)
    if not value.strip(" /"):
        return ""
    words = " and ".join(NAMES.get(each, each) for each in names).capitalize()
    return f"{words} {value}, late {_percent(features[f'rate{HALF_LIVES[1]:.0f}:{what}'])} of the time"


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
