"""Why a delivery is more or less likely late than others, in words. Pure."""

import math
from collections.abc import Mapping

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.features import group_of

NAMES = {
    "vendor": "vendor",
    "country": "country",
    "mode": "transport",
    "site": "site",
    "productGroup": "product group",
    "project": "project",
    "fulfillVia": "fulfilment",
    "incoterm": "terms",
}
LEAST = 0.1  # log odds: less is not worth a sentence


def _percent(log_odds: float) -> str:
    return f"{round(100 / (1 + math.exp(-log_odds)))}%"


def _sentence(name: str, row: DeliveryRow, features: Mapping[str, float]) -> str:
    kind, _, what = name.partition(":")
    if kind == "rate":
        names = tuple(what.split("+"))
        words = " and ".join(NAMES.get(each, each) for each in names)
        return f"{words.capitalize()} {group_of(row, names)}: late {_percent(features[name])} of the time lately"
    if kind == "is":
        key, _, value = what.partition("=")
        return f"{NAMES.get(key, key).capitalize()} {value}" if features.get(name) else ""
    fixed = {
        "recent": f"Of all deliveries, {_percent(features.get('recent', 0.0))} were late lately",
        "lead": "Time between order and plan",
        "log:quantity": "Size of the order",
        "log:value": "Value of the order",
        "weekend": "Planned for a weekend" if features.get("weekend") else "",
    }
    return "Time of year" if kind == "season" else fixed.get(name, "")


def reasons(
    row: DeliveryRow, features: Mapping[str, float], contributions: Mapping[str, float], most: int = 3
) -> list[str]:
    """Up to `most` sentences, the weightiest first, each saying in which direction it pushes."""
    found: list[str] = []
    for name in sorted(contributions, key=lambda each: (-abs(contributions[each]), each)):
        if len(found) == most or abs(contributions[name]) < LEAST:
            break
        sentence = _sentence(name, row, features)
        if sentence and not any(sentence in other for other in found):
            found.append(f"{sentence} ({'raises' if contributions[name] > 0 else 'lowers'} the risk)")
    return found
