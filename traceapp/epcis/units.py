"""Units of UN/ECE Recommendation 20 that say the same in different words, and how they are compared: exactly.

A unit that is not in the table can be compared with itself alone.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

_FAHRENHEIT = Fraction(5, 9)

# For each dimension: unit to its size in the dimension's base unit.
_SIZES: dict[str, dict[str, str]] = {
    "mass": {
        **{"KGM": "1", "GRM": "1e-3", "MGM": "1e-6", "MC": "1e-9", "TNE": "1000", "KTN": "1e6", "DTN": "100"},
        **{"HGM": "0.1", "CGM": "1e-5", "LBR": "0.45359237", "ONZ": "0.028349523125", "APZ": "0.0311034768"},
        **{"GRN": "0.00006479891", "STN": "907.18474", "LTN": "1016.0469088", "CWA": "45.359237"},
        **{"CWI": "50.80234544"},
    },
    "length": {
        **{"MTR": "1", "DMT": "0.1", "CMT": "0.01", "MMT": "1e-3", "4H": "1e-6", "C45": "1e-9", "KMT": "1000"},
        **{"INH": "0.0254", "FOT": "0.3048", "YRD": "0.9144", "SMI": "1609.344", "NMI": "1852"},
    },
    "area": {
        **{"MTK": "1", "DMK": "0.01", "CMK": "1e-4", "MMK": "1e-6", "KMK": "1e6", "HAR": "10000", "ARE": "100"},
        **{"INK": "0.00064516", "FTK": "0.09290304", "YDK": "0.83612736", "ACR": "4046.8564224"},
        **{"MIK": "2589988.110336"},
    },
    "volume": {
        **{"MTQ": "1", "LTR": "1e-3", "DMQ": "1e-3", "HLT": "0.1", "DLT": "1e-4", "CLT": "1e-5", "MLT": "1e-6"},
        **{"CMQ": "1e-6", "MMQ": "1e-9", "4G": "1e-9", "MAL": "1000", "INQ": "0.000016387064"},
        **{"FTQ": "0.028316846592", "YDQ": "0.764554857984", "GLL": "0.003785411784", "GLI": "0.00454609"},
        **{"PTI": "0.00056826125", "QTI": "0.0011365225", "OZA": "0.0000295735295625", "OZI": "0.0000284130625"},
        **{"PTL": "0.000473176473", "QTL": "0.000946352946", "BLL": "0.158987294928"},
    },
    "temperature": {"KEL": "1", "CEL": "1", "FAH": "5/9", "A48": "5/9"},
    "time": {
        **{"SEC": "1", "C26": "1e-3", "B98": "1e-6", "MIN": "60", "HUR": "3600", "DAY": "86400", "WEE": "604800"},
    },
    "pressure": {
        **{"PAL": "1", "A97": "100", "KPA": "1000", "MPA": "1e6", "BAR": "1e5", "MBR": "100", "ATM": "101325"},
        **{"PS": "6894.757293168", "HN": "133.322387415"},
    },
    "speed": {"MTS": "1", "2M": "0.01", "KMH": "5/18", "HM": "0.44704", "KNT": "463/900"},
    "acceleration": {"MSK": "1", "A76": "0.01", "K40": "9.80665"},
    "ratio": {"P1": "0.01", "NX": "1e-3", "59": "1e-6", "61": "1e-9"},
    "count": {
        **{"C62": "1", "EA": "1", "H87": "1", "NIU": "1", "PR": "2", "DZN": "12", "GRO": "144", "CEN": "100"},
        **{"MIL": "1000"},
    },
    "illuminance": {"LUX": "1", "KLX": "1000"},
    "energy": {"JOU": "1", "KJO": "1000", "3B": "1e6", "WHR": "3600", "KWH": "3.6e6", "MWH": "3.6e9"},
    "power": {"WTT": "1", "KWT": "1000", "MAW": "1e6"},
    "voltage": {"VLT": "1", "2Z": "1e-3", "KVT": "1000"},
    "current": {"AMP": "1", "4K": "1e-3"},
    "frequency": {"HTZ": "1", "KHZ": "1000", "MHZ": "1e6", "A86": "1e9"},
    "force": {"NEW": "1", "B47": "1000"},
    "density": {"KMQ": "1", "GL": "1", "23": "1000", "A93": "1e-3"},
    "data": {"AD": "1", "2P": "1000", "4L": "1e6", "E34": "1e9"},
    "amount of substance": {"C34": "1", "C18": "1e-3"},
    "resistance": {"OHM": "1", "B49": "1000"},
    "absorbed dose": {"A95": "1", "C13": "1e-3"},
    "dose equivalent": {"D13": "1", "C28": "1e-3"},
}
# Temperatures start at different points: what to add after multiplying, in kelvin.
_STARTS = {"CEL": Fraction("273.15"), "FAH": Fraction("459.67") * _FAHRENHEIT}
_UNITS = {
    unit: (dimension, Fraction(size), _STARTS.get(unit, Fraction(0)))
    for dimension, units in _SIZES.items()
    for unit, size in units.items()
}


def dimension(unit: str | None) -> str:
    """What a unit measures; a unit that is not known is a dimension of its own, and so is none at all."""
    known = _UNITS.get(unit or "")
    return known[0] if known else f"unit {unit or ''}"


@lru_cache(maxsize=4096)
def in_base(value: int | float, unit: str | None, *, difference: bool = False) -> Fraction:
    """A value in its dimension's base unit, exactly as its decimal digits say.

    `difference`: a span, such as a standard deviation, for which it does not count where a scale starts.
    """
    number = Fraction(str(value))
    known = _UNITS.get(unit or "")
    if known is None:
        return number
    return number * known[1] + (0 if difference else known[2])
