"""Figures of a leg that contradict each other are refused: they cannot all be true."""

from chaincode.traceability import requests
from chaincode.traceability.canonical import Json
from chaincode.traceability.device_state import Figures
from chaincode.traceability.errors import BAD_REQUEST, ContractError

ABSOLUTE_ZERO = -27_315
HOTTEST = 1_000_000
MEMBERS = (
    "readings", "mean", "min", "max", "mkt", "below", "above", "gap", "outside", "missing", "bandMin", "bandMax",
)  # fmt: skip


def parse(value: Json, duration_ms: int) -> Figures:
    """The figures of a leg of this length. ContractError `bad_request` names the first thing wrong."""
    found = requests.exactly(value, MEMBERS, "figures")
    figures = Figures(
        readings=_seconds(found, "readings"),
        mean=_temperature(found, "mean"),
        min=_temperature(found, "min"),
        max=_temperature(found, "max"),
        mkt=_temperature(found, "mkt"),
        below=_seconds(found, "below"),
        above=_seconds(found, "above"),
        gap=_seconds(found, "gap"),
        outside=_seconds(found, "outside"),
        missing=_seconds(found, "missing"),
        band_min=requests.integer(found["bandMin"], "figures.bandMin", ABSOLUTE_ZERO, HOTTEST),
        band_max=requests.integer(found["bandMax"], "figures.bandMax", ABSOLUTE_ZERO, HOTTEST),
    )
    for wrong, why in _contradictions(figures, duration_ms):
        if wrong:
            raise ContractError(BAD_REQUEST, f"figures contradict each other: {why}")
    return figures


def _contradictions(all_of: Figures, duration_ms: int) -> list[tuple[bool, str]]:
    longest = -(-duration_ms // 1000)
    durations = [
        (all_of.outside != all_of.below + all_of.above, "outside is not below and above together"),
        (all_of.outside + all_of.missing > longest, f"outside and missing are more than the leg's {longest} s"),
        (all_of.gap > longest, f"gap is more than the leg's {longest} s"),
        (all_of.band_min > all_of.band_max, "bandMin is above bandMax"),
    ]
    return durations + (_measured(all_of) if all_of.readings else _unmeasured(all_of, duration_ms // 1000))


def _unmeasured(all_of: Figures, shortest: int) -> list[tuple[bool, str]]:
    told = (all_of.mean, all_of.min, all_of.max, all_of.mkt)
    return [
        (told != (None, None, None, None), "without readings there is no mean, min, max or mkt"),
        (all_of.outside > 0, "without readings nothing is known to be outside"),
        (all_of.missing < shortest, f"without readings all of the leg's {shortest} s are missing"),
    ]


def _measured(all_of: Figures) -> list[tuple[bool, str]]:
    low, mean, high = all_of.min, all_of.mean, all_of.max
    if low is None or mean is None or high is None:
        return [(True, "with readings there are mean, min and max")]
    return [
        (not low <= mean <= high, "mean is not between min and max"),
        (all_of.mkt is not None and not low <= all_of.mkt <= high, "mkt is not between min and max"),
        (all_of.below > 0 and low >= all_of.band_min, "it was below the band, and min is not"),
        (all_of.above > 0 and high <= all_of.band_max, "it was above the band, and max is not"),
    ]


def _seconds(found: dict[str, Json], name: str) -> int:
    return requests.integer(found[name], f"figures.{name}", 0, 10**9)


def _temperature(found: dict[str, Json], name: str) -> int | None:
    if found[name] is None:
        return None
    return requests.integer(found[name], f"figures.{name}", ABSOLUTE_ZERO, HOTTEST)
