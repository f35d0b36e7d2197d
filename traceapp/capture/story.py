"""Records as people read them: what happened, to what, where and when, and whether the ledger confirms it now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Viewer, may_see, relations
from traceapp.capture.units import unit_words
from traceapp.commitments.disclosures import DisclosureError
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis import identifiers
from traceapp.epcis.goods import Goods, goods_of
from traceapp.epcis.identifiers import Gs1, IdentifierError
from traceapp.epcis.vocabulary import title_for
from traceapp.ledger import selectors as ledger
from traceapp.ledger import verified
from traceapp.ledger.models import Record
from traceapp.ledger.shapes import opened
from traceapp.masterdata.models import Location, Product


@dataclass(frozen=True)
class Thing:
    """One identifier of goods in words, with its consumer page where it names a lot or an item."""

    words: str
    identifier: str
    amount: str = ""
    page: str = ""


@dataclass(frozen=True)
class Story:
    """`state` is a badge's name: verified, queued, sent, rejected, mismatch or missing. The last two tell nothing."""

    pk: int
    uid: str
    state: str
    reason: str = ""
    title: str = "A record that does not match"
    step: str = ""
    things: list[Thing] = field(default_factory=list)
    place: str = ""
    when: datetime | None = None
    zone: str = ""
    partners: list[tuple[str, str]] = field(default_factory=list)
    by: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    recorded: datetime | None = None

    @property
    def goods(self) -> str:
        """The first thing, and how many more there are."""
        if not self.things:
            return ""
        first = ": ".join(part for part in (self.things[0].words, self.things[0].amount) if part)
        return first if len(self.things) == 1 else f"{first} and {len(self.things) - 1} more"

    @property
    def is_settled(self) -> bool:
        return self.state not in ("queued", "sent", "pending")


def stories(pks: Sequence[int], viewer: Viewer) -> list[Story]:
    """In the order asked, each checked for this answer; those the viewer may not know of are left out."""
    answer = verified.read(pks)
    seen = {one.pk: one for one in Record.objects.filter(pk__in=pks).select_related("batch")}
    related = relations(viewer, seen.values())
    bodies: dict[int, Mapping[str, Any]] = {one.pk: one.body for one in answer.verified}
    told: dict[int, tuple[str, str]] = {one.pk: ("verified", "") for one in answer.verified}
    states = ledger.states([one.pk for one in answer.unverified if one.pk])
    for one in answer.unverified:
        if one.pk is None:
            continue
        told[one.pk] = (one.state, one.reason)
        if one.state in ("pending", "rejected") and one.pk in seen:
            told[one.pk] = (states[one.pk].value, states[one.pk].reason)
            bodies[one.pk] = _waiting(seen[one.pk])
    allowed = {pk: _shown(body, related.get(pk)) for pk, body in bodies.items() if related.get(pk)}
    words = Words.of(allowed.values())
    return [
        words.story(pk, str(seen[pk].uid), *told[pk], allowed.get(pk))
        for pk in pks
        if pk in seen and pk in told and related.get(pk)
    ]


def _waiting(record: Record) -> Mapping[str, Any]:
    """What a record says that the ledger does not hold yet: its stored bytes, which nobody can confirm by now."""
    try:
        return opened(bytes(record.disclosures))
    except DisclosureError:
        return {}


def _shown(body: Mapping[str, Any], relation: Any) -> Mapping[str, Any]:
    event = body.get("event") or {}
    return {**body, "event": {name: value for name, value in event.items() if may_see(f"/event/{name}", relation)}}


@dataclass(frozen=True)
class Words:
    """Names for everything that some records speak of. Three queries."""

    places: Mapping[str, Location]
    products: Mapping[str, str]
    firms: Mapping[str, str]

    @classmethod
    def of(cls, bodies: Iterable[Mapping[str, Any]]) -> "Words":
        bodies = list(bodies)
        named = [gs1 for body in bodies for gs1 in _gs1s(body.get("event") or {})]
        glns = {gs1.value for gs1 in named if gs1.primary in ("414", "417")}
        gtins = {gs1.value for gs1 in named if gs1.primary == "01"}
        firms = glns | {str(body.get("recordedBy")) for body in bodies}
        return cls(
            {one.gln: one for one in Location.objects.filter(gln__in=glns)},
            dict(Product.objects.filter(gtin__in=gtins).values_list("gtin", "name")),
            dict(Organisation.objects.filter(pgln__in=firms).values_list("pgln", "name")),
        )

    def story(self, pk: int, uid: str, state: str, reason: str, body: Mapping[str, Any] | None) -> Story:
        if not body:
            return Story(pk, uid, state, reason)
        event = body.get("event") or {}
        gs1 = _place(event)
        place = self.places.get(gs1.value) if gs1 else None
        by = str(body.get("recordedBy"))
        return Story(
            pk,
            uid,
            state,
            reason,
            title=title_for(event.get("bizStep"), (place.city or place.name) if place else ""),
            step=str(event.get("bizStep") or ""),
            things=self.things(goods_of(event)),
            place=f"{place.name}, {place.city}".strip(", ") if place else (gs1.value if gs1 else ""),
            when=_moment(event.get("eventTime")),
            zone=place.timezone if place else str(event.get("eventTimeZoneOffset") or ""),
            partners=list(self._partners(event)),
            by=self.firms.get(by, by),
            event=event,
            recorded=_moment(body.get("recordTime")),
        )

    def things(self, goods: Goods) -> list[Thing]:
        """Every identifier with its name and amount."""
        amounts = {
            one.epc_class: (one.quantity, one.uom)
            for some in (goods.classes, goods.child_classes, goods.input_classes, goods.output_classes)
            for one in some
        }
        return [self._thing(name, amounts.get(name)) for name in goods.all()]

    def _thing(self, name: str, amount: tuple[int | float | None, str | None] | None) -> Thing:
        gs1 = _parsed(name)
        said = ""
        if amount is not None and amount[0] is not None:
            said = f"{amount[0]:,} {unit_words(amount[1])}".strip()
        if gs1 is None:
            return Thing(name, name, said)
        words = self.products.get(gs1.value, f"({gs1.primary}) {gs1.value}")
        for code, word in (("10", "lot"), ("21", "no.")):
            value = dict(gs1.qualifiers).get(code)
            words += f", {word} {value}" if value else ""
        has_page = (gs1.primary == "01" and gs1.qualifiers) or gs1.primary == "00"
        return Thing(words, name, said, f"/p{name.removeprefix('https://id.gs1.org')}" if has_page else "")

    def _partners(self, event: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        for member, end, word in (("sourceList", "source", "From"), ("destinationList", "destination", "To")):
            for entry in event.get(member) or ():
                gs1 = _parsed(str(entry.get(end)))
                if gs1 is not None and gs1.primary == "417":
                    carried = str(entry.get("type", "")).endswith("possessing_party")
                    yield ("Carrier" if carried else word, self.firms.get(gs1.value, gs1.value))


def _gs1s(event: Mapping[str, Any]) -> Iterable[Gs1]:
    names = list(goods_of(event).all())
    names += [str(event[name].get("id")) for name in ("bizLocation", "readPoint") if isinstance(event.get(name), dict)]
    names += [str(one.get("source")) for one in event.get("sourceList") or ()]
    names += [str(one.get("destination")) for one in event.get("destinationList") or ()]
    return (gs1 for name in names if (gs1 := _parsed(name)))


def _place(event: Mapping[str, Any]) -> Gs1 | None:
    for member in ("readPoint", "bizLocation"):
        place = event.get(member)
        gs1 = _parsed(str(place.get("id"))) if isinstance(place, dict) else None
        if gs1 is not None and gs1.primary == "414":
            return gs1
    return None


def _parsed(name: str) -> Gs1 | None:
    try:
        return identifiers.parse(identifiers.canonical(name))
    except IdentifierError:
        return None


def _moment(text: object) -> datetime | None:
    try:
        return parse_rfc3339(str(text))
    except ValueError:
        return None
