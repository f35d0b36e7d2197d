"""Products and places of a CSV: a GTIN or GLN as it is, a plain name numbered under the organisation's own prefix."""

from collections.abc import Iterable

from traceapp.accounts.models import Organisation
from traceapp.capture import cells
from traceapp.capture.cells import CellError
from traceapp.epcis import identifiers
from traceapp.epcis.identifiers import IdentifierError, check_digit, valid_gln, valid_gtin
from traceapp.masterdata.models import Location, Product


class NoNumbersLeft(Exception):
    """The organisation has no prefix, or all numbers under it are taken; a sentence."""


class Names:
    """What an organisation calls its products and places. `register` numbers new ones; `uri` never writes."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        own_products = Product.objects.filter(organisation=organisation).order_by("-pk")
        own_places = Location.objects.filter(organisation=organisation).order_by("-pk")
        self._products = dict(own_products.values_list("name", "gtin"))
        self._places = dict(own_places.values_list("name", "gln"))

    def product(self, name: str) -> str:
        """The canonical identifier of a product that is known by now."""
        return identifiers.product(name if cells.looks_like_gtin(name) else self._products[name])

    def place(self, name: str) -> str:
        """The canonical identifier of a place that is known by now."""
        return identifiers.location(name if cells.looks_like_gln(name) else self._places[name])

    def register(self, *, products: Iterable[str], places: Iterable[str]) -> None:
        """Number the names that are new, in a transaction of the caller's. NoNumbersLeft."""
        new_products = _new(products, self._products, cells.looks_like_gtin)
        if new_products:
            taken = set(Product.objects.filter(gtin__startswith=f"0{self._prefix()}").values_list("gtin", flat=True))
            numbers = self._numbers(len(new_products), {gtin[1:] for gtin in taken})
            numbered = {name: f"0{number}" for name, number in zip(new_products, numbers, strict=True)}
            Product.objects.bulk_create(
                Product(organisation=self.organisation, gtin=gtin, name=name, registered_by_name=True)
                for name, gtin in numbered.items()
            )
            self._products.update(numbered)
        new_places = _new(places, self._places, cells.looks_like_gln)
        if new_places:
            taken = set(Location.objects.filter(gln__startswith=self._prefix()).values_list("gln", flat=True))
            taken |= set(Organisation.objects.filter(pgln__startswith=self._prefix()).values_list("pgln", flat=True))
            numbered = dict(zip(new_places, self._numbers(len(new_places), taken), strict=True))
            Location.objects.bulk_create(
                Location(organisation=self.organisation, gln=gln, name=name, registered_by_name=True)
                for name, gln in numbered.items()
            )
            self._places.update(numbered)

    def _prefix(self) -> str:
        prefix = self.organisation.company_prefix
        if not prefix:
            why = f"{self.organisation} has no GS1 company prefix, so names cannot be numbered. Give it one first."
            raise NoNumbersLeft(why)
        return prefix

    def _numbers(self, count: int, taken: set[str]) -> list[str]:
        """13 digits each: prefix, reference, check digit."""
        prefix = self._prefix()
        room = 12 - len(prefix)
        found: list[str] = []
        for reference in range(1, 10**room):
            body = f"{prefix}{reference:0{room}d}"
            number = body + check_digit(body)
            if number not in taken:
                found.append(number)
                if len(found) == count:
                    return found
        raise NoNumbersLeft(f"The prefix {prefix} of {self.organisation} has no {count} numbers left.")


def _new(names: Iterable[str], known: dict[str, str], is_number: object) -> list[str]:
    return [name for name in dict.fromkeys(names) if name not in known and not is_number(name)]  # type: ignore[operator]


def product_cell(column: str, text: str) -> str:
    """A GTIN with a right check digit, or a name."""
    return _cell(column, text, cells.looks_like_gtin(text), valid_gtin)


def place_cell(column: str, text: str) -> str:
    """A GLN with a right check digit, or a name."""
    return _cell(column, text, cells.looks_like_gln(text), valid_gln)


def _cell(column: str, text: str, is_number: bool, check: object) -> str:
    if not is_number:
        return cells.filled(column, text)
    try:
        return check(text)  # type: ignore[operator,no-any-return]
    except IdentifierError as error:
        raise CellError(column, f"{error}.") from error
