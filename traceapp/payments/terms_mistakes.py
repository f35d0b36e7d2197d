"""What people mistake when they write terms, in words, at the field that it is about."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from traceapp.accounts.models import Organisation
from traceapp.payments.models import Holder

Mistakes = list[tuple[str, str]]
"""(field, sentence)."""

_DATES: Final = (
    ("accept_by", "agreed"),
    ("fund_by", "in escrow"),
    ("dispatch_by", "on the way"),
    ("deadline", "delivered"),
)
_AMOUNTS: Final = ("price", "at_dispatch", "at_arrival", "late_per_hour", "late_cap", "warm_per_hour", "warm_cap")
_PARTS: Final = {"other": "other side", "carrier": "carrier", "arbiter": "arbiter", "insurer": "insurer"}


def of(
    found: Mapping[str, Any],
    ours: Organisation,
    amounts: Mapping[str, int],
    owners: Mapping[str, Holder],
    now: datetime,
) -> Mistakes:
    """All of them at once, so that nobody is told one at a time: of whatever is there and could be read."""
    looks: list[tuple[tuple[str, ...], Callable[[], Mistakes]]] = [
        (("we_are", "consignee", *_PARTS), lambda: _parties(found, ours)),
        (("zone", *(name for name, _ in _DATES)), lambda: _dates(found, now)),
        (("band_min", "band_max", "devices", "leg_hours", "contest_hours"), lambda: _cold(found, owners)),
        (("quantity", "tolerance"), lambda: _quantity(found)),
        (("insurer", "triggers", "band_min"), lambda: _insurance(found, amounts)),
    ]
    wrong = [one for needed, look in looks if found.keys() >= {*needed} for one in look()]
    return wrong + (_money(amounts) if amounts.keys() >= {*_AMOUNTS} else [])


def _quantity(found: Mapping[str, Any]) -> Mistakes:
    most = found["quantity"]
    return [("quantity", f"Of {most:,} at most {most:,} can be short or damaged.")] if found["tolerance"] > most else []


def _parties(found: Mapping[str, Any], ours: Organisation) -> Mistakes:
    """Nobody is two things, and members that vouch for two of them are told apart by nobody."""
    named = {name: found[name] for name in _PARTS if found[name]}
    wrong = [
        (name, f"{one.name} is the {_PARTS[first]} already: name another. Both of one member check on nobody.")
        for (first, other), (name, one) in combinations(named.items(), 2)
        if other.msp_id == one.msp_id
    ]
    wrong += [(name, f"{one.name} is your own side: name another.") for name, one in named.items() if _same(one, ours)]
    if taker := found["consignee"]:
        seller = ours if found["we_are"] == "seller" else found["other"]
        others = [seller, *(one for name, one in named.items() if name != "other")]
        if any(_same(taker, one) for one in others):
            wrong.append(
                ("consignee", f"{taker.name} has another part already: only the buyer may take the goods, too.")
            )
    return wrong


def _same(one: Organisation, other: Organisation) -> bool:
    return one.msp_id == other.msp_id


def _dates(found: Mapping[str, Any], now: datetime) -> Mistakes:
    zone = ZoneInfo(found["zone"])
    wrong = [(name, why) for name, _ in _DATES if (why := _on_the_clock(found[name], found["zone"]))]
    if wrong:
        return wrong
    moments = {name: found[name].replace(tzinfo=zone).astimezone(UTC) for name, _ in _DATES}
    if moments["accept_by"] <= now:
        wrong.append(("accept_by", f"This has passed: it is {now.astimezone(zone):%d %B, %H:%M} in {found['zone']}."))
    words = dict(_DATES)
    for first, second in pairwise(words):
        if moments[second] <= moments[first]:
            wrong.append((second, f"It is {words[second]} after it is {words[first]}: write a later time than there."))
    return wrong


def _on_the_clock(moment: datetime, name: str) -> str:
    """Why a time is none of a place's clock: in spring an hour is left out, in autumn one comes twice."""
    local = moment.replace(tzinfo=ZoneInfo(name), fold=0)
    if local.astimezone(UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None) != local.replace(tzinfo=None):
        return f"There is no {local:%H:%M} on that day in {name}: clocks are put forward. Write a later time."
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        later = local + timedelta(hours=1)
        return f"{local:%H:%M} comes twice on that day in {name}: clocks are put back. Write {later:%H:%M} or later."
    return ""


def _money(amounts: Mapping[str, int]) -> Mistakes:
    wrong: Mistakes = []
    if amounts["price"] == 0:
        wrong.append(("price", "The price must be more than 0."))
    if amounts["at_dispatch"] + amounts["at_arrival"] > amounts["price"]:
        wrong.append(("at_dispatch", "What is paid on the way is together more than the price."))
    for each in ("late_per_hour", "late_cap", "warm_per_hour", "warm_cap"):
        if amounts[each] > amounts["price"]:
            wrong.append((each, "That is more than the price."))
    for per_hour, cap, what in (("late_per_hour", "late_cap", "late"), ("warm_per_hour", "warm_cap", "too warm")):
        if amounts[per_hour] and not amounts[cap]:
            wrong.append((cap, f"At most 0 means that being {what} costs nothing: write how much at most."))
        elif amounts[cap] and not amounts[per_hour]:
            wrong.append((per_hour, f"0 an hour means that being {what} costs nothing: write how much an hour."))
    return wrong


def _cold(found: Mapping[str, Any], owners: Mapping[str, Holder]) -> Mistakes:
    low, high = found["band_min"], found["band_max"]
    unknown = [giai for giai in found["devices"] if giai not in owners]
    wrong = [("devices", f"{giai[:40]}: no logger with this number is registered.") for giai in unknown[:5]]
    if len(found["devices"]) > 20:
        wrong.append(("devices", "At most 20 loggers go with one shipment."))
    if (low is None) != (high is None):
        wrong.append(("band_min" if low is None else "band_max", "A band has two ends: write both, or none."))
    elif low is not None and low > high:
        wrong.append(("band_min", f"{low:g} °C is above {high:g} °C."))
    elif low is not None and not -273 <= low <= high <= 10_000:
        wrong.append(("band_min", "Write degrees Celsius."))
    if low is not None and not found["devices"]:
        wrong.append(("band_min", "Name a logger: without one nobody would measure the temperature."))
    if found["leg_hours"] and found["leg_hours"] >= found["contest_hours"]:
        wrong.append(("leg_hours", "Legs are recorded before the time to contest ends: write fewer hours than there."))
    return wrong


def _insurance(found: Mapping[str, Any], amounts: Mapping[str, int]) -> Mistakes:
    given: Mapping[str, Callable[[], bool]] = {
        "payout": lambda: bool(amounts.get("payout")),
        "triggers": lambda: bool(found["triggers"]),
    }
    if not found["insurer"]:
        named = [name for name, is_given in given.items() if is_given()]
        return [("insurer", "Name who insures it, or leave payout and reasons empty.")] if named else []
    wrong: Mistakes = []
    if amounts.get("payout") == 0:
        wrong.append(("payout", "Write what is paid: it is more than 0."))
    if not found["triggers"]:
        wrong.append(("triggers", "Say when it is paid: choose one at least."))
    cold = set(found["triggers"]) & {"outside", "missing"}
    if cold and found["band_min"] is None:
        wrong.append(("triggers", "Temperature and readings count only where a temperature is agreed."))
    return wrong
