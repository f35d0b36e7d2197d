"""The CSV layouts that can be imported, each as the few things the import needs to know of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traceapp.capture import deliveries, sales
from traceapp.capture.naming import Names


@dataclass(frozen=True)
class Draft:
    """A good row: its line, its value, and how many rows like it came before it in the file."""

    line: int
    value: Any
    occurrence: int = 0


@dataclass(frozen=True)
class Layout:
    """`read` a row (CellError), say `what` makes it that row, which names it uses, and make its `events`."""

    name: str
    title: str
    columns: Mapping[str, Sequence[str]]
    needed: Sequence[str]
    latin: bool  # whether files are published in Windows-1252
    most_events: int  # a row makes
    read: Callable[[Mapping[str, str]], Any]
    what: Callable[[Any], tuple[str, ...]]
    product: Callable[[Any], str]
    place: Callable[[Any], str]
    events: Callable[[Draft, str, str, Names], list[dict[str, Any]]]


def _sale_events(draft: Draft, every: str, owner: str, names: Names) -> list[dict[str, Any]]:
    return [sales.event(draft.value, draft.occurrence, every=every, owner=owner, names=names)]


def _delivery_events(draft: Draft, every: str, owner: str, names: Names) -> list[dict[str, Any]]:
    return deliveries.events(draft.value, owner=owner, names=names)


SALES = Layout(
    name="sales",
    title="Sales: date, product, place, quantity, promotion",
    columns=sales.COLUMNS,
    needed=sales.NEEDED,
    latin=False,
    most_events=1,
    read=sales.read,
    what=lambda sale: sale.what,
    product=lambda sale: sale.product,
    place=lambda sale: sale.place,
    events=_sale_events,
)
DELIVERIES = Layout(
    name="deliveries",
    title="Deliveries: SCMS delivery history",
    columns=deliveries.COLUMNS,
    needed=deliveries.NEEDED,
    latin=True,
    most_events=2,
    read=deliveries.read,
    what=lambda delivery: (delivery.id,),
    product=lambda delivery: delivery.product,
    place=lambda delivery: delivery.country,
    events=_delivery_events,
)
LAYOUTS: Mapping[str, Layout] = {layout.name: layout for layout in (SALES, DELIVERIES)}
