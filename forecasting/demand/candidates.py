"""The models that may speak for a series, by name, and which of them are tried on what. Pure."""

from collections.abc import Mapping

from forecasting.demand.calendar import Every

NAIVE = "seasonal_naive"
PROPHET = "prophet"
PROPHET_TIMES = "prophet_multiplicative"
TREES = "lightgbm"
TREES_SUM = "lightgbm_tweedie"
TREES_MIDDLE = "lightgbm_absolute"
GLOBAL = (TREES, TREES_SUM, TREES_MIDDLE)  # one model over all series; fitted apart
YEARLY = ("grown", "usual")  # of series whose season is a year
STEADY = ("ets", "ets_log", "ces", "theta", *YEARLY, PROPHET, PROPHET_TIMES, TREES, TREES_SUM, TREES_MIDDLE, NAIVE)
SLOW = ("croston_sba", "tsb", "adida", "imapa", TREES_SUM, NAIVE)
MOST_FOR_PROPHET = 1000  # series: beyond, it would take hours and is left out
WORDS: Mapping[str, str] = {
    NAIVE: "Seasonal naive",
    PROPHET: "Prophet",
    PROPHET_TIMES: "Prophet, multiplicative",
    TREES: "LightGBM over all series",
    TREES_SUM: "LightGBM over all series (Tweedie)",
    TREES_MIDDLE: "LightGBM over all series (absolute error)",
    "ets": "Exponential smoothing (AutoETS)",
    "ets_log": "Exponential smoothing of logarithms",
    "ces": "Complex smoothing (AutoCES)",
    "theta": "Theta (AutoTheta)",
    "grown": "Last year, grown",
    "usual": "The usual year",
    "croston_sba": "Croston, SBA",
    "tsb": "TSB",
    "adida": "ADIDA",
    "imapa": "IMAPA",
    "analogy": "By analogy with the others",
}


def tried(slow: bool, count: int, every: Every) -> list[str]:
    """Candidates of a group of `count` series."""
    if slow:
        return list(SLOW)
    without = (PROPHET, PROPHET_TIMES) if count > MOST_FOR_PROPHET else ()
    return [name for name in STEADY if name not in without and (every != "day" or name not in YEARLY)]


def is_global(name: str) -> bool:
    return name in GLOBAL


def words_of(champion: str) -> str:
    """A champion's members in words."""
    return ", ".join(WORDS.get(name, name) for name in champion.split("+"))
