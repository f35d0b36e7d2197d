"""The steps of some goods as a timeline. Every word of it comes from verified bytes; other steps say nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from traceapp.commitments.times import parse_rfc3339
from traceapp.ledger.verified import VerifiedRecord
from traceapp.provenance import names
from traceapp.provenance.names import Place
from traceapp.provenance.words import title, word

SALES = frozenset({"retail_selling", "dispensing"})  # steps after which an item is in a consumer's hands


@dataclass(frozen=True)
class Step:
    """One row of the timeline."""

    state: str  # verified, pending, mismatch, missing, rejected
    moment: datetime  # for the order only; of an unverified step it is the index's word
    title: str
    by: str = ""
    zone: str = ""  # of the place, as an IANA name; without a place the offset its recorder gave
    place: Place | None = None
    step: str = ""  # the bizStep as recorded
    note: str = ""
    is_sale: bool = False
    is_recall: bool = False
    fingerprint: str = ""  # hex of the leaf: what the ledger's root commits to
    stored: str = ""  # hex of the leaf that the stored bytes give now, where it differs
    since: str = ""  # when the ledger took it, RFC 3339; of broken steps only
    batch: str = ""
    block: int | None = None
    position: int | None = None
    uid: str = ""
    says: str = ""  # what the title was made of, as recorded: the proof of another record says otherwise

    @property
    def is_broken(self) -> bool:
        return self.state in ("mismatch", "missing")


@dataclass(frozen=True)
class Told:
    """A verified record with its event cut down to what the public may see."""

    record: VerifiedRecord
    event: dict[str, Any]

    def text(self, member: str) -> str:
        return str(self.event.get(member) or "")

    @property
    def place_uri(self) -> str:
        for member in ("readPoint", "bizLocation"):
            place = self.event.get(member)
            if isinstance(place, dict) and place.get("id"):
                return str(place["id"])
        return ""

    @property
    def declares_error(self) -> bool:
        return isinstance(self.event.get("errorDeclaration"), dict)

    @property
    def identity(self) -> tuple[str, str]:
        return self.record.recorded_by, self.text("eventID")


def steps_of(told: list[Told]) -> list[Step]:
    """The steps of verified events, places and firms by name. Two queries."""
    places = names.places(one.place_uri for one in told)
    firms = names.organisations(one.record.recorded_by for one in told)
    withdrawn = {one.identity for one in told if one.declares_error}
    return [_step(one, places.get(one.place_uri), firms, one.identity in withdrawn) for one in told]


def in_order(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: (step.moment, step.batch, step.position or 0))


def _step(one: Told, place: Place | None, firms: dict[str, str], is_withdrawn: bool) -> Step:
    record = one.record
    words = title(one.text("bizStep"), place.short if place else "")
    note = ""
    if one.declares_error:
        words = _("Declared wrong: %(step)s") % {"step": words}
    elif is_withdrawn:
        note = _("Later declared wrong by those who recorded it.")
    return Step(
        state="verified",
        moment=parse_rfc3339(one.text("eventTime")),
        title=words,
        by=firms.get(record.recorded_by, f"GLN {record.recorded_by}"),
        zone=(place.timezone if place else "") or one.text("eventTimeZoneOffset"),
        place=place,
        step=one.text("bizStep"),
        note=note,
        is_sale=not is_withdrawn and word(one.text("bizStep")) in SALES,
        is_recall=not is_withdrawn and one.text("disposition").replace("-", ":").endswith("recalled"),
        fingerprint=record.leaf.hex(),
        batch=record.batch_id,
        block=record.block,
        position=record.position,
        uid=str(record.uid),
        says=_says(one),
    )


def _says(one: Told) -> str:
    """What a step's title, time and place come from, as check_run.js takes it from the proof."""
    places = (one.event.get(name) for name in ("readPoint", "bizLocation"))
    found = [one.text("eventTime"), one.text("bizStep"), *(str(place["id"]) for place in places if place)]
    return " ".join(part for part in found if part)
