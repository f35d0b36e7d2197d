"""Records as lines of a list: what happened, where, when, to which goods, and in which state they are now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Relation, Viewer, may_see, relations
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis import identifiers
from traceapp.epcis.goods import goods_of
from traceapp.epcis.vocabulary import title_for
from traceapp.ledger import selectors as ledger
from traceapp.ledger import shapes, verified
from traceapp.ledger.models import Record, RecordKind
from traceapp.ledger.verified import Unverified
from traceapp.masterdata.models import Location, Product

KINDS = {
    RecordKind.SENSOR: "Device message",
    RecordKind.FORECAST: "Forecast",
    RecordKind.MODEL: "Model",
}


@dataclass(frozen=True)
class Entry:
    """`state` is a badge's name. Of a record that does not match nothing is said but that."""

    pk: int | None
    uid: str
    state: str
    reason: str = ""
    title: str = ""
    goods: str = ""
    when: datetime | None = None
    zone: str = ""
    code: str = ""  # canonical identifier of the first goods
    by: str = ""
    leaf: str = ""
    link: str = ""  # consumer page of the goods, where they are a lot or an item

    @property
    def is_settled(self) -> bool:
        return self.state not in ("queued", "sent", "pending")


def entries(pks: Sequence[int], *, viewer: Viewer) -> list[Entry]:
    """In the order asked, each checked now, with the fields that `viewer` may see and no others."""
    answer = verified.read(pks)
    bodies = _shown(answer.verified, viewer) | _waiting(answer.unverified, viewer)
    words = _Words.of(bodies.values())
    states = ledger.states([one.pk for one in answer.unverified if one.pk and one.state == "pending"])
    found: dict[int | None, Entry] = {
        one.pk: words.entry(one.pk, str(one.uid), "on_ledger", bodies.get(one.pk), leaf=one.leaf.hex())
        for one in answer.verified
    }
    for one in answer.unverified:
        state = states[one.pk].value if one.pk in states else one.state
        reason = "" if one.state == "pending" else one.reason
        found[one.pk] = words.entry(one.pk, str(one.uid or ""), state, bodies.get(one.pk or 0), reason=reason)
    return [found[pk] for pk in pks if pk in found]


def _shown(records: Sequence[Any], viewer: Viewer) -> dict[int, Mapping[str, Any]]:
    related = relations(viewer, records)
    return {one.pk: _redacted(one.body, related[one.pk]) for one in records if related[one.pk]}


def _redacted(body: Mapping[str, Any], relation: Relation | None) -> Mapping[str, Any]:
    event = body.get("event")
    if not isinstance(event, dict):
        return body if may_see("/statement", relation) else {}
    return {**body, "event": {name: value for name, value in event.items() if may_see(f"/event/{name}", relation)}}


def _waiting(rows: Sequence[Unverified], viewer: Viewer) -> dict[int, Mapping[str, Any]]:
    """What records still on their way say, to those who recorded them and to nobody else."""
    ours = [
        one.pk
        for one in rows
        if one.pk and one.state in ("pending", "rejected") and one.organisation_id == viewer.organisation_id
    ]
    stored = Record.objects.filter(pk__in=ours, organisation=viewer.organisation_id).values_list("pk", "disclosures")
    return {pk: shapes.opened(bytes(disclosures)) for pk, disclosures in stored}


@dataclass(frozen=True)
class _Words:
    """Names for everything that some records speak of. Three queries."""

    places: dict[str, Location]
    products: dict[str, str]
    firms: dict[str, str]

    @classmethod
    def of(cls, bodies: Iterable[Mapping[str, Any]]) -> "_Words":
        bodies = list(bodies)
        events = [body["event"] for body in bodies if isinstance(body.get("event"), dict)]
        glns = {gln for event in events if (gln := _gln(event))}
        gtins = {gtin for event in events for gtin in _gtins(event)}
        return cls(
            {one.gln: one for one in Location.objects.filter(gln__in=glns)} if glns else {},
            dict(Product.objects.filter(gtin__in=gtins).values_list("gtin", "name")) if gtins else {},
            dict(
                Organisation.objects.filter(pgln__in={str(body.get("recordedBy")) for body in bodies}).values_list(
                    "pgln", "name"
                )
            ),
        )

    def entry(
        self, pk: int | None, uid: str, state: str, body: Mapping[str, Any] | None, *, reason: str = "", leaf: str = ""
    ) -> Entry:
        if body is None:
            return Entry(pk, uid, state, reason)
        by = self.firms.get(str(body.get("recordedBy")), str(body.get("recordedBy")))
        event = body.get("event")
        if not isinstance(event, dict):
            title = KINDS.get(str(body.get("kind")), "Record")  # type: ignore[call-overload]
            return Entry(pk, uid, state, reason, title, when=_moment(body.get("recordTime")), by=by, leaf=leaf)
        place = self.places.get(_gln(event))
        return Entry(
            pk,
            uid,
            state,
            reason,
            title=title_for(event.get("bizStep"), (place.city or place.name) if place else ""),
            goods=self._goods(event),
            when=_moment(event.get("eventTime")),
            zone=place.timezone if place else str(event.get("eventTimeZoneOffset") or ""),
            code=next(iter(goods_of(event).all()), ""),
            by=by,
            leaf=leaf,
            link=_page(event),
        )

    def _goods(self, event: Mapping[str, Any]) -> str:
        """`Strawberries, 500 g, lot L2405-117, 2,400` for one, a count for more."""
        things = goods_of(event)
        names = things.all()
        if not names:
            return ""
        parsed = identifiers.parse(names[0])
        if parsed is None:
            return names[0]
        first = self.products.get(parsed.value, f"({parsed.primary}) {parsed.value}")
        for ai, word in (("10", "lot"), ("21", "no.")):
            if value := dict(parsed.qualifiers).get(ai):
                first += f", {word} {value}"
        amount = things.classes[0] if things.classes and things.classes[0].epc_class == names[0] else None
        if amount and amount.quantity is not None:
            first += f": {amount.quantity:,} {amount.uom or ''}".rstrip()
        return first if len(names) == 1 else f"{first} and {len(names) - 1} more"


def _moment(text: object) -> datetime | None:
    try:
        return parse_rfc3339(str(text))
    except ValueError:
        return None


def _gln(event: Mapping[str, Any]) -> str:
    for member in ("readPoint", "bizLocation"):
        place = event.get(member)
        if isinstance(place, dict) and (parsed := _parsed(str(place.get("id")))) and parsed.primary == "414":
            return parsed.value
    return ""


def _parsed(uri: str) -> identifiers.Gs1 | None:
    try:
        return identifiers.parse(identifiers.canonical(uri))
    except identifiers.IdentifierError:
        return None


def _gtins(event: Mapping[str, Any]) -> set[str]:
    return {
        parsed.value
        for name in goods_of(event).all()[:1]
        if (parsed := identifiers.parse(name)) and parsed.primary == "01"
    }


def _page(event: Mapping[str, Any]) -> str:
    names = goods_of(event).all()
    parsed = identifiers.parse(names[0]) if names else None
    if parsed is None or parsed.primary != "01" or not parsed.qualifiers:
        return ""
    return "/p" + names[0].removeprefix("https://id.gs1.org")
