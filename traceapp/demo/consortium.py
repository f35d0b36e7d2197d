"""Who and what there is in the demo: six firms, their people, products and places. All of it is made up.

Numbers are under GS1's prefix 952, which is kept for examples.
"""

from dataclasses import dataclass

from traceapp.epcis.identifiers import check_digit


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Firm:
    key: str
    name: str
    prefix: str  # GS1 company prefix, 7 digits
    people: tuple[Person, ...]

    @property
    def pgln(self) -> str:
        return numbered(self.prefix, 0, 13)

    @property
    def msp_id(self) -> str:
        return "".join(part.capitalize() for part in self.key.split("-")) + "MSP"


@dataclass(frozen=True)
class Good:
    firm: str
    number: int
    name: str
    origin: str
    allergens: str
    keep: tuple[float, float]  # degrees Celsius
    shelf_days: int
    unit_price_cents: int

    @property
    def gtin(self) -> str:
        return numbered(FIRMS[self.firm].prefix, self.number, 14)


@dataclass(frozen=True)
class Place:
    key: str
    firm: str
    number: int
    name: str
    city: str
    country: str
    latitude: float
    longitude: float
    timezone: str

    @property
    def gln(self) -> str:
        return numbered(FIRMS[self.firm].prefix, self.number, 13)


def numbered(prefix: str, number: int, length: int) -> str:
    """The GLN-13 or GTIN-14 with this company prefix and item number. A GTIN-14 starts with the indicator 0."""
    lead = "0" if length == 14 else ""
    body = f"{lead}{prefix}{number:0{length - 1 - len(lead) - len(prefix)}d}"
    return body + check_digit(body)


_FIRMS = (
    Firm("huerta-alba", "Huerta Alba", "9521001", (
        Person("Lucía Romero", "supplier@huerta-alba.example", ("supplier",)),
        Person("Álvaro Díaz", "admin@huerta-alba.example", ("admin",)),
    )),
    Firm("fjordlaks", "Fjordlaks", "9521002", (
        Person("Ingrid Solberg", "supplier@fjordlaks.example", ("supplier", "admin")),
    )),
    Firm("alpes-cremerie", "Alpes Crémerie", "9521003", (
        Person("Camille Perrin", "supplier@alpes-cremerie.example", ("supplier", "quality", "treasurer")),
    )),
    Firm("kestrel", "Kestrel Cold Freight", "9521004", (
        Person("Tom Achterberg", "carrier@kestrel.example", ("carrier",)),
        Person("Sanne de Boer", "quality@kestrel.example", ("quality",)),
    )),
    Firm("maasdok", "Maasdok Storage", "9521005", (
        Person("Noor de Wit", "receiver@maasdok.example", ("receiver", "quality", "treasurer")),
    )),
    Firm("gruenmarkt", "Grünmarkt", "9521006", (
        Person("Jonas Falk", "receiver@gruenmarkt.example", ("receiver",)),
        Person("Mina Yilmaz", "analyst@gruenmarkt.example", ("analyst", "quality")),
        Person("Petra Vogt", "admin@gruenmarkt.example", ("admin",)),
    )),
)  # fmt: skip
FIRMS = {firm.key: firm for firm in _FIRMS}
BANK = Firm("talbank", "Talbank", "9521007", (
    Person("Hanna Vos", "hanna@talbank.example", ("treasurer", "admin")),
    Person("Pieter Bakker", "pieter@talbank.example", ("treasurer",)),
))  # fmt: skip
"""With whom deposits are made; it handles no goods."""

GOODS = (
    Good("huerta-alba", 101, "Strawberries, 500 g", "Moguer, Spain", "None declared", (0, 4), 8, 349),
    Good("huerta-alba", 102, "Blueberries, 300 g", "Moguer, Spain", "None declared", (0, 4), 12, 399),
    Good("fjordlaks", 201, "Salmon fillet, 400 g", "Bergen, Norway", "Fish", (0, 2), 9, 1099),
    Good("alpes-cremerie", 301, "Mountain butter, 250 g", "Annecy, France", "Milk", (2, 6), 45, 429),
)

_PLACES = (
    Place("moguer", "huerta-alba", 1, "Moguer packing house", "Moguer", "Spain", 37.2757, -6.8387, "Europe/Madrid"),
    Place("bergen", "fjordlaks", 1, "Bergen quay", "Bergen", "Norway", 60.3913, 5.3221, "Europe/Oslo"),
    Place("annecy", "alpes-cremerie", 1, "Annecy dairy", "Annecy", "France", 45.8992, 6.1294, "Europe/Paris"),
    Place("lyon", "kestrel", 1, "Lyon transfer dock", "Lyon", "France", 45.7640, 4.8357, "Europe/Paris"),
    Place(
        "rotterdam", "maasdok", 1, "Maasdok cold store", "Rotterdam", "Netherlands", 51.9244, 4.4777, "Europe/Amsterdam"
    ),
    Place(
        "hamburg",
        "gruenmarkt",
        1,
        "Hamburg distribution centre",
        "Hamburg",
        "Germany",
        53.5511,
        9.9937,
        "Europe/Berlin",
    ),
    Place("altona", "gruenmarkt", 2, "Grünmarkt Altona", "Hamburg", "Germany", 53.5497, 9.9357, "Europe/Berlin"),
    Place("bremen", "gruenmarkt", 3, "Grünmarkt Bremen", "Bremen", "Germany", 53.0793, 8.8017, "Europe/Berlin"),
    Place("kiel", "gruenmarkt", 4, "Grünmarkt Kiel", "Kiel", "Germany", 54.3233, 10.1228, "Europe/Berlin"),
)
PLACES = {place.key: place for place in _PLACES}
SOURCES = {"huerta-alba": "moguer", "fjordlaks": "bergen", "alpes-cremerie": "annecy"}
SHOPS = ("altona", "bremen", "kiel")
