"""Legs against the events that they are cut from."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from traceapp.capture.models import Event
from traceapp.coldchain import following
from traceapp.coldchain.events import event_id
from traceapp.coldchain.facts import facts_of
from traceapp.coldchain.models import Leg
from traceapp.coldchain.ties import Span, cut
from traceapp.coldchain.watch import concerned, new_events
from traceapp.epcis import identifiers
from traceapp.ledger.findings import Found
from traceapp.ledger.rooms import clause, differs, pages
from traceapp.sensors.models import Device

_PAGE: Final = 20


def walk() -> Iterator[list[Found]]:
    """The legs of every device, as its events cut them now. Devices that new events concern are cut anew anyhow."""
    for page in pages(Device.objects.all(), _PAGE):
        for device in page:
            found = _of_device(device)
            yield found if found and not _is_cut_soon(device) else []


def _is_cut_soon(device: Device) -> bool:
    _, records = following.fresh("events", new_events())
    return any(one.pk == device.pk for one in concerned(records))


def _of_device(device: Device) -> list[Found]:
    spans = cut(facts_of(device))
    rows = list(Leg.objects.filter(device=device, superseded=None).order_by("began", "pk"))
    found: list[Found] = []
    paired = _paired(rows, spans)
    for row, span in paired:
        wrong = list(_differences(row, span)) if span else ["no events tie this device to such goods at such a time"]
        if wrong:
            found.append(differs(f"leg {row.uid}", wrong, device.organisation_id))
    known = {id(span) for _, span in paired if span}
    for span in spans:
        if id(span) not in known:
            name = f"device {device.giai} from {span.began.isoformat()}"
            found.append(differs(name, [f"its leg with {span.goods} is gone"], device.organisation_id))
    return found


def _paired(rows: Sequence[Leg], spans: Sequence[Span]) -> list[tuple[Leg, Span | None]]:
    """Each row with what it was made from: the same beginning and goods, else the same event, else the same time."""
    left, paired = list(spans), dict[int, Span]()
    for same in (
        lambda row, span: (row.goods, row.began) == (span.goods, span.began),
        lambda row, span: row.began_by == span.began_by,
        lambda row, span: row.began == span.began,
    ):
        for row in rows:
            if row.pk in paired:
                continue
            match = next((span for span in left if same(row, span)), None)
            if match is not None:
                paired[row.pk] = match
                left.remove(match)
    return [(row, paired.get(row.pk)) for row in rows]


def _differences(row: Leg, span: Span) -> Iterator[str]:
    expected: dict[str, Any] = {
        "goods": span.goods,
        "goods_key": identifiers.key(span.goods),
        "began": span.began,
        "ended": span.ended,
        "why_ended": span.why,
        "began_by": span.began_by,
        "ended_by": span.ended_by,
        "organisation_id": row.device.organisation_id,
    }
    yield from (
        clause(name, getattr(row, name), value) for name, value in expected.items() if getattr(row, name) != value
    )
    if row.published and not Event.objects.filter(organisation=row.organisation_id, event_id=event_id(row)).exists():
        yield f"its event of figures, {event_id(row)}, is not here"
