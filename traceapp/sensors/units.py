"""Units of SenML (the IANA registry of RFC 8428 and RFC 8798), and which of them become readings, in which unit.

A quantity is told in one canonical unit. Degrees Fahrenheit and kelvin become degrees Celsius by rule; a registered
unit of another quantity (a voltage, say) stays in the message and is not read; any other word is refused.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final


class Quantity(StrEnum):
    """What is measured."""

    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    ACCELERATION = "acceleration"
    LIGHT = "light"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    BATTERY = "battery"


CANONICAL: Final = {
    Quantity.TEMPERATURE: "Cel",
    Quantity.HUMIDITY: "%RH",
    Quantity.ACCELERATION: "m/s2",
    Quantity.LIGHT: "lx",
    Quantity.LATITUDE: "lat",
    Quantity.LONGITUDE: "lon",
    Quantity.BATTERY: "%EL",
}

BOUNDS: Final = {
    Quantity.TEMPERATURE: (-273.15, 2000.0),
    Quantity.HUMIDITY: (0.0, 110.0),  # a wet sensor says a little more than there can be
    Quantity.ACCELERATION: (-inf, inf),
    Quantity.LIGHT: (0.0, inf),
    Quantity.LATITUDE: (-90.0, 90.0),
    Quantity.LONGITUDE: (-180.0, 180.0),
    Quantity.BATTERY: (0.0, 100.0),
}
"""The least and the greatest value that there can be, in the canonical unit."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a unit becomes the canonical one: `(value + before) * times + after`."""

    quantity: Quantity
    before: float = 0.0
    times: float = 1.0
    after: float = 0.0

    @property
    def changes(self) -> bool:
        return (self.before, self.times, self.after) != (0.0, 1.0, 0.0)

    def canonical(self, value: float) -> float:
        """The value in the quantity's canonical unit."""
        return (value + self.before) * self.times + self.after


_FAHRENHEIT: Final = Rule(Quantity.TEMPERATURE, before=-32.0, times=5 / 9)
RULES: Final = {
    **{unit: Rule(quantity) for quantity, unit in CANONICAL.items()},
    "K": Rule(Quantity.TEMPERATURE, after=-273.15),
    **dict.fromkeys(("degF", "[degF]", "FAH"), _FAHRENHEIT),
    **dict.fromkeys(("degC", "CEL"), Rule(Quantity.TEMPERATURE)),
}
"""By the unit's name. Besides SenML's own: degrees as UCUM and UN/ECE write them."""

_WORDS: Final = (
    "m kg g s A K cd mol Hz rad sr N Pa J W C V F Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 l m/s m/s2 m3/s l/s W/m2 "
    "cd/m2 bit bit/s lat lon pH dB dBW Bspl count / % %RH %EL EL 1/s 1/min beat/min beats S/m B VA VAs var vars J/m "
    "kg/m3 deg NTU ms min h MHz kW kVA kvar Ah Wh kWh varh kvarh kVAh Wh/km KiB GB Mbit/s B/s MB/s mV mA dBm ug/m3 "
    "mm/h m/h ppm /100 /1000 hPa mm cm km km/h ppb ppt VAh mg/l ug/l g/l 1/h dBm/Hz C/m3"
)
_REGISTERED: Final = frozenset(_WORDS.split())


class UnitError(ValueError):
    """A unit that nobody can read; the message says what to write instead."""


def rule_for(unit: str, name: str) -> Rule | None:
    """How readings called `name` in `unit` are read; None for a registered unit that is not. UnitError.

    `F` is the farad in SenML, and a temperature is never told in farads: so it is degrees Fahrenheit where the
    reading's own name begins with `temp`, and refused elsewhere.
    """
    if unit == "F":
        if name.lower().startswith("temp"):
            return _FAHRENHEIT
        raise UnitError("'F' is the farad; write 'degF' for degrees Fahrenheit")
    rule = RULES.get(unit)
    if rule is None and unit not in _REGISTERED:
        told = f"{unit[:20]!r} is not a unit of SenML" if unit else "it has no unit"
        raise UnitError(f"{told}; write one of {', '.join(CANONICAL.values())}, K or degF")
    return rule
