"""The whole journey of some goods: each leg as far as they were on it, and what is left of their stability budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from traceapp.accounts.visibility import Viewer
from traceapp.coldchain import ledger_words
from traceapp.coldchain.judging import Judged, judge
from traceapp.coldchain.models import LedgerLeg, Leg
from traceapp.coldchain.presenting import Figure, Window, degrees, duration, figures, sentence
from traceapp.coldchain.rules import rule_for
from traceapp.coldchain.selectors import Part, journey
from traceapp.ledger import documents
from traceapp.sensors.excursions import Budget, budget
from traceapp.sensors.units import Quantity

if TYPE_CHECKING:
    from traceapp.sensors.excursions import Rule

MOST_LEGS = 40


@dataclass(frozen=True)
class LegOfJourney:
    """A part of a leg, judged by the goods' own rule."""

    part: Part
    judged: Judged
    figure: Figure
    challenges: list[dict[str, Any]]

    @property
    def says(self) -> str:
        return sentence(self.judged)

    @property
    def mean(self) -> str:
        return degrees(self.judged.summary.mean)

    @property
    def missing(self) -> str:
        return duration(self.judged.summary.missing)


@dataclass(frozen=True)
class Whole:
    goods: str
    rule: Rule
    legs: list[LegOfJourney]
    budget: Budget | None

    @property
    def left(self) -> str:
        return duration(self.budget.left, left=True) if self.budget else ""

    @property
    def allowed(self) -> str:
        return duration(self.budget.allowed) if self.budget else ""


def whole_journey(viewer: Viewer, goods: str) -> Whole:
    """Every leg that the viewer may see, by the rule of the viewer's organisation for these goods."""
    parts = journey(viewer, goods)[:MOST_LEGS]
    organisation = viewer.organisation_id or (parts[0].leg.organisation_id if parts else 0)
    rule = rule_for(organisation, goods, parts[0].leg.device if parts else None)
    legs = [_judged(part, rule) for part in parts]
    return Whole(goods, rule, legs, budget([one.judged.held for one in legs], rule))


def _judged(part: Part, rule: Rule) -> LegOfJourney:
    leg = part.leg
    leg.began, leg.ended = part.since, part.until  # in memory only: the goods were there no longer than that
    judged = judge(leg, timezone.now(), rule=rule, quantities=(Quantity.TEMPERATURE,))
    window = Window(leg.began, max(judged.until, leg.began), whole=True)
    return LegOfJourney(part, judged, figures(judged, window)[0], _challenges(leg))


def _challenges(leg: Leg) -> list[dict[str, Any]]:
    """Of what is on the ledger of this time: who says that it is wrong."""
    pieces = LedgerLeg.objects.filter(device=leg.device_id, ended__gt=leg.began, began__lt=leg.ended or timezone.now())
    held = documents.many([f"leg/{one}" for one in pieces.values_list("call_id", flat=True)])
    return [said for one in held.values() if (said := ledger_words.challenge(one.get("challenge")))]
