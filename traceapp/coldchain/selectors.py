"""Who may see which legs and cases, and which legs some goods went through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from traceapp.accounts.models import User
from traceapp.accounts.visibility import Viewer, readable
from traceapp.capture.chain import load_graph
from traceapp.capture.models import Link, LinkAction
from traceapp.coldchain.models import Alarm, Case, Conditions, Leg
from traceapp.epcis import identifiers
from traceapp.ledger.models import Record
from traceapp.web import prepared

_DEEP = 4
_MOST_KEYS = 256
_FAR = datetime.max.replace(tzinfo=UTC)


def legs_for(viewer: Viewer) -> QuerySet[Leg]:
    """One's own legs, and those whose association one may read: who may know that the logger was there."""
    told = Q(began_by__in=Record.objects.filter(readable(viewer)).values("pk"))
    mine = Q(organisation_id=viewer.organisation_id) if viewer.organisation_id is not None else Q(pk=None)
    return Leg.objects.filter(mine | told, superseded=None).select_related("device", "organisation")


def legs_with(viewer: Viewer, words: str) -> QuerySet[Leg]:
    """Those of goods or a logger with these words in the identifier or name."""
    return legs_for(viewer).filter(Q(goods__icontains=words) | Q(device__name__icontains=words))


def cases_for(viewer: Viewer) -> QuerySet[Case]:
    """The cases of the viewer's organisation, newest first."""
    if viewer.organisation_id is None:
        return Case.objects.none()
    return Case.objects.filter(organisation_id=viewer.organisation_id).select_related("owner", "leg__device")


def open_cases(viewer: Viewer) -> int:
    """How many wait for a decision."""
    return cases_for(viewer).exclude(state=Case.State.CLOSED).count()


def conditions_of(viewer: Viewer) -> QuerySet[Conditions]:
    return Conditions.objects.filter(organisation_id=viewer.acting_for)


def alarms_of(viewer: Viewer) -> QuerySet[Alarm]:
    return Alarm.objects.filter(organisation_id=viewer.acting_for)


def colleagues(viewer: Viewer) -> QuerySet[User]:
    """Members of the viewer's organisation."""
    return User.objects.filter(memberships__organisation_id=viewer.acting_for, is_active=True).distinct()


def went_with_loggers(goods: str) -> bool:
    """Whether any leg is of these goods or of something they were ever packed in: a quick no for most pages."""
    keys, waiting = set[int](), {identifiers.key(goods)}
    for _ in range(_DEEP):
        keys |= waiting
        rows = prepared.rows("packed in", _packed_in, sorted(waiting))
        waiting = {target for (target,) in rows} - keys
        if not waiting:
            break
    return bool(prepared.rows("legs of", _legs_of, sorted(keys)[:_MOST_KEYS]))


def _packed_in(keys: Sequence[int]) -> "QuerySet[Link, Any]":
    rows = Link.objects.filter(source__in=keys).exclude(action=LinkAction.INTO)
    return rows.values_list("target").distinct()[:_MOST_KEYS]


def _legs_of(keys: Sequence[int]) -> "QuerySet[Leg, Any]":
    return Leg.objects.filter(goods_key__in=keys, superseded=None).values_list("pk")[:1]


@dataclass(frozen=True)
class Part:
    """A leg, as far as the goods were with its holder."""

    leg: Leg
    since: datetime
    until: datetime | None


def journey(viewer: Viewer, goods: str) -> list[Part]:
    """The parts of legs that goods went through, themselves or inside of others, in order of time."""
    key = identifiers.key(goods)
    spans = load_graph({key}).containers_during(key)
    legs = legs_for(viewer).filter(goods_key__in=list(spans)[:900]).order_by("began", "pk")
    parts: list[Part] = []
    for leg in legs:
        for since, until in spans[leg.goods_key]:
            began, ended = max(since, leg.began), min(until, leg.ended or _FAR)
            if began < ended:
                parts.append(Part(leg, began, None if ended == _FAR else ended))
    return sorted(parts, key=lambda part: (part.since, part.leg.pk))
