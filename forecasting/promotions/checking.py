"""One planned offer as somebody wrote it, checked: each fault under the name of its field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forecasting.models import Kind, Run, Series
from traceapp.accounts.models import Organisation
from traceapp.epcis.identifiers import IdentifierError, valid_gln, valid_gtin
from traceapp.masterdata.models import Location, Product

FIELDS = ("product", "place", "from", "to", "depth")
LONGEST = 366  # days
Keys = Mapping[str, str]


class BadPromotion(ValueError):
    """Why it cannot be planned; `faults` holds a sentence a field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {why}" for name, why in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True)
class Planned:
    """A checked one; `place` empty: everywhere."""

    product: str
    place: str
    first: date
    last: date
    depth: float | None


class Known:
    """What products and places may be called: by their numbers, by registered names, and as the last run has them."""

    def __init__(self, organisation: Organisation) -> None:
        run = Run.objects.filter(organisation=organisation, kind=Kind.DEMAND).first()
        rows = list(Series.objects.filter(run=run).values_list("product", "product_name", "place", "place_name"))
        products = Product.objects.filter(organisation=organisation).values_list("gtin", "name")
        places = Location.objects.filter(organisation=organisation).values_list("gln", "name")
        self.products = _called([*products, *((key, name) for key, name, _, _ in rows)])
        self.places = _called([*places, *((key, name) for _, _, key, name in rows)])

    def product(self, text: str) -> str:
        return _key(text, self.products, valid_gtin, "product", "GTIN")

    def place(self, text: str) -> str:
        return _key(text, self.places, valid_gln, "place", "GLN") if text else ""


def _called(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, name in pairs:
        found.setdefault(key.casefold(), key)
        found.setdefault(name.casefold(), key)
    return found


def _key(text: str, known: Keys, valid: Any, what: str, number: str) -> str:
    if (found := known.get(text.casefold())) is not None:
        return found
    try:
        return str(valid(text))
    except (IdentifierError, ValueError):
        raise ValueError(f"There is no {what} called {text[:60]!r}: give its name or its {number}.") from None


def checked(said: Mapping[str, Any], known: Known) -> Planned:
    """Raises BadPromotion with every fault at once."""
    faults: dict[str, str] = {}
    for name in sorted(set(map(str, said)) - set(FIELDS)):
        faults[name[:40]] = f"There is no such column; there are {', '.join(FIELDS)}."
    texts = {name: "" if said.get(name) is None else str(said[name]).strip() for name in FIELDS}
    found: dict[str, Any] = {}
    readers = {
        "product": lambda text: known.product(_needed(text)),
        "place": known.place,
        "from": lambda text: _day(_needed(text)),
        "to": lambda text: _day(_needed(text)),
        "depth": _depth,
    }
    for name, read in readers.items():
        try:
            found[name] = read(texts[name])
        except ValueError as error:
            faults[name] = str(error)
    if "from" in found and "to" in found:
        if found["to"] < found["from"]:
            faults["to"] = "It ends before it begins."
        elif (found["to"] - found["from"]).days >= LONGEST:
            faults["to"] = f"More than {LONGEST} days are no offer but a price."
    if faults:
        raise BadPromotion(faults)
    return Planned(found["product"], found["place"], found["from"], found["to"], found["depth"])


def _needed(text: str) -> str:
    if not text:
        raise ValueError("This is needed.")
    return text


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"Write the day as 2026-12-24, not {text[:30]!r}.") from None
    if not 2000 <= day.year <= 2100:
        raise ValueError("The year must lie between 2000 and 2100.")
    return day


def _depth(text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = 0.0
    if not 0 < value <= 100:
        raise ValueError("Percent off: more than 0 and at most 100.")
    return value
