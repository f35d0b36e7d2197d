"""A settlement's lines for people: each term, the facts it met and who says so, and the arithmetic."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from traceapp.payments.plain_words import degrees, duration, unit

LINES: Final = {
    "price": "Price as agreed",
    "late": "Late",
    "outside": "Too warm or too cold",
    "missing": "No readings",
    "quantity": "Quantity",
    "limit": "More than was left",
    "resolved": "As the arbiter decided",
    "default": "The arbiter said nothing",
    "refund": "Back to the buyer",
    "dispatch": "Paid when it left",
    "arrival": "Paid when it arrived",
    "balance": "To the seller now",
    "insurance": "Insurance paid out",
}
TRIGGERS: Final = {"late": "late", "lost": "lost", "missing": "no readings", "outside": "too warm or too cold"}
Money = Callable[[int, str], str]


def _time(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _seconds(text: str) -> str:
    return duration(-(-int(text) // 60))


def _minutes(text: str) -> str:
    return duration(int(text))


def _hundredths(text: str) -> str:
    return f"{degrees(int(text))} °C"


def _triggers(text: str) -> str:
    return ", ".join(TRIGGERS.get(one, one) for one in text.split()) or "nothing of it"


_AS: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "at": ("on", _time),
    "arrived": ("arrived", _time),
    "deadline": ("due", _time),
    "due": ("due", _time),
    "secondsLate": ("late by", _seconds),
    "graceMinutes": ("free", _minutes),
    "outsideMinutes": ("accepted outside", _minutes),
    "missingMinutes": ("accepted without readings", _minutes),
    "outside": ("outside on a leg", _seconds),
    "missingCounted": ("without readings, counted as outside", _seconds),
    "missing": ("without readings", _seconds),
    "uncovered": ("without a leg", _seconds),
    "length": ("on the way for", _seconds),
    "bandMin": ("from", _hundredths),
    "bandMax": ("to", _hundredths),
    "unit": ("of", unit),
    "damagedPays": ("damaged ones still pay", lambda text: f"{int(text) / 100:g} %"),
    "triggers": ("pays when", _triggers),
    "beneficiary": ("to the", str),
    "met": ("happened:", _triggers),
    "beyond": ("beyond", lambda text: {"cut": "costs by the hour", "dispute": "the arbiter"}.get(text, text)),
    "onMissingData": (
        "more of them",
        lambda text: {"outside": "count as outside", "dispute": "go to the arbiter", "ignore": "do not count"}.get(
            text, text
        ),
    ),
}
"""How a term or a fact is told: by its name in the sheet."""
_AMOUNTS: Final = {
    "price": "",
    "perHour": "each hour",
    "cap": "at most",
    "payout": "payout",
    "left": "left",
    "decided": "",
}


def lines(found: Mapping[str, Any], money: Money) -> Sequence[dict[str, Any]]:
    """Of a settlement or its preview; `terms` and `facts` in words, facts with the key of what says so."""
    return [
        {
            **one,
            "words": LINES.get(one["term"], one["term"]),
            "terms": [_told(of, found["currency"], money) for of in one["terms"]],
            "facts": [_fact(of, found["currency"], money) for of in one["facts"] if of["value"] or of["name"] == "met"],
        }
        for one in found["lines"]
    ]


def _fact(one: Mapping[str, str], currency: str, money: Money) -> dict[str, str]:
    kind, _, name = one["key"].partition("/")
    which = f" (leg {name[:8]})" if kind == "leg" else ""
    return {"words": _told(one, currency, money) + which, "key": one["key"]}


def _told(one: Mapping[str, str], currency: str, money: Money) -> str:
    name, value = one["name"], one["value"]
    if name in _AMOUNTS:
        return f"{_AMOUNTS[name]} {money(int(value), currency)}".strip()
    word, told = _AS.get(name, (name, str))
    return f"{word} {told(value)}"
