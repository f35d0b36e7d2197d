"""Units of quantities (UN/ECE Recommendation 20 codes, as EPCIS wants them) and what people call them."""

UNITS: dict[str, str] = {
    "": "pieces",
    "KGM": "kg",
    "GRM": "g",
    "TNE": "tonnes",
    "LTR": "litres",
    "MLT": "ml",
    "MTR": "metres",
    "MTK": "m²",
    "MTQ": "m³",
}


def unit_words(code: str | None) -> str:
    """The word for a unit; nothing for a plain count, the code itself for one we have no word for."""
    return UNITS.get(code, code) if code else ""
