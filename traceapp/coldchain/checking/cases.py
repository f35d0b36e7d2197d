"""Cases against their steps, their readings and the decisions on the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from traceapp.accounts import second_factor
from traceapp.coldchain import cases, decisions
from traceapp.coldchain.facts import told
from traceapp.coldchain.judging import judge, with_waiting
from traceapp.coldchain.models import Case, Source, Step
from traceapp.coldchain.partners import OWN, excursions_of
from traceapp.coldchain.reports import reports_of
from traceapp.coldchain.watch import newest_message
from traceapp.epcis import identifiers
from traceapp.ledger.findings import Found
from traceapp.ledger.rooms import clause, differs, pages
from traceapp.sensors.excursions import Excursion, Rule
from traceapp.sensors.units import Quantity

_PAGE: Final = 50
_HANDED_OVER: Final = -1
_SLACK: Final = timedelta(seconds=60)  # between a step and what it did to the case, in one transaction


@dataclass
class Standing:
    """A case as its steps leave it. `owner`: a user's key; `_HANDED_OVER` where the step tells a name alone."""

    state: str = Case.State.OPEN
    on_hold: bool = True
    disposition: str = ""
    owner: int | None = None
    opened: datetime | None = None
    acknowledged: datetime | None = None
    closed: datetime | None = None


def walk() -> Iterator[list[Found]]:
    for page in pages(Case.objects.select_related("leg__device", "leg__organisation", "owner"), _PAGE):
        for one in page:
            wrong = list(_wrong(one))
            yield [differs(f"case {one.uid}", wrong, one.organisation_id)] if wrong else []


def _wrong(case: Case) -> Iterator[str]:
    steps = list(case.steps.select_related("by"))
    yield from _by_its_steps(case, standing_of(steps))
    yield from _decided(case, [one for one in steps if one.what == Step.What.CLOSED])
    if case.goods_key != identifiers.key(case.goods):
        yield clause("goods_key", case.goods_key, identifiers.key(case.goods))
    yield from _by_its_readings(case)


def standing_of(steps: list[Step]) -> Standing:
    """What follows from steps in their order."""
    now = Standing()
    for step in steps:
        if step.what == Step.What.OPENED:
            now.opened = step.at
        elif step.what == Step.What.ACKNOWLEDGED:
            now.state, now.acknowledged, now.owner = Case.State.ACKNOWLEDGED, step.at, step.by_id
        elif step.what == Step.What.OWNER:
            now.owner = _HANDED_OVER
        elif step.what in (Step.What.HELD, Step.What.FREED):
            now.on_hold = step.what == Step.What.HELD
        elif step.what == Step.What.CLOSED:
            now.disposition = str(((step.signature or {}).get("intent") or {}).get("disposition", ""))
            now.state, now.closed, now.on_hold = Case.State.CLOSED, step.at, now.disposition == Case.Disposition.REJECT
            now.acknowledged, now.owner = now.acknowledged or step.at, now.owner or step.by_id
        elif step.what == Step.What.GREW and step.text == cases.WORSE:
            now.state, now.on_hold, now.closed, now.disposition = Case.State.OPEN, True, None, ""
    return now


def _by_its_steps(case: Case, expected: Standing) -> Iterator[str]:
    for name in (one.name for one in fields(Standing)):
        stored, wanted = getattr(case, name), getattr(expected, name)
        if name == "owner":
            stored = wanted if wanted == _HANDED_OVER else case.owner_id
        near = isinstance(stored, datetime) and isinstance(wanted, datetime) and abs(stored - wanted) <= _SLACK
        if stored != wanted and not near:
            yield clause(name, stored, wanted)


def _decided(case: Case, closing: list[Step]) -> Iterator[str]:
    """Each decision is signed for this case, by whoever is said to have made it, and recorded as it was signed."""
    for number, step in enumerate(closing, 1):
        signature = step.signature if isinstance(step.signature, dict) else {}
        intent, assertion = signature.get("intent") or {}, signature.get("assertion") or {}
        if not second_factor.holds(assertion, intent):
            yield f"the signature of decision {number} does not hold"
            continue
        said = {"case": str(case.uid), "goods": case.goods, "reason": step.text}
        yield from (
            clause(f"{name} of decision {number}", value, intent.get(name))
            for name, value in said.items()
            if intent.get(name) != value
        )
        side = (intent.get("excursion") or {}).get("side")
        if side != case.side:
            yield clause(f"side of decision {number}", case.side, side)
        if step.by_id is not None and assertion.get("user") != step.by_id:
            yield f"decision {number} was signed by somebody else than it says"
        if abs(datetime.fromisoformat(assertion["at"]) - step.at) > _SLACK:
            yield clause(f"time of decision {number}", step.at, assertion["at"])
        found = decisions.recorded(case, number)
        if found is None:
            yield f"the record of decision {number} is not here, or does not match the ledger"
        elif (found.event.get(decisions.SIGNED), found.event.get(decisions.DECIDED)) != (
            assertion["intent"],
            intent.get("disposition"),
        ):
            yield f"decision {number} was recorded as {found.event.get(decisions.DECIDED)}, signed otherwise"
    further = decisions.recorded(case, len(closing) + 1)
    if further is not None:
        yield f"the ledger holds a decision, {further.event.get(decisions.DECIDED)}, of which the step is gone"


def _by_its_readings(case: Case) -> Iterator[str]:
    """The excursion as readings tell it now, where all of them were judged."""
    try:
        rule = Rule(**case.limits)
    except TypeError:
        yield "its limits are no rule"
        return
    found = _judged(case, rule)
    if found is None:
        return
    same = [one for one in found if one.side == case.side and cases.overlap(case, one)]
    if not same:
        if case.outside or not case.steps.filter(text=cases.VANISHED).exists():
            yield "readings show no such excursion"
        return
    told = min(same, key=lambda one: abs(one.start - case.began.timestamp()))
    expected = cases.measures(told)
    if told.end is None:
        del expected["outside"]  # it grows as one looks
    for name, value in expected.items():
        stored = getattr(case, name)
        if not _alike(stored, value):
            yield clause(name, stored, value)


def _alike(stored: Any, expected: Any) -> bool:
    if isinstance(stored, datetime) and isinstance(expected, datetime):
        return abs(stored - expected) < timedelta(milliseconds=1)
    if isinstance(stored, float) and isinstance(expected, float | int):
        return abs(stored - expected) < 1e-3
    return bool(stored == expected)


def _judged(case: Case, rule: Rule) -> list[Excursion] | None:
    """None where the readings cannot be judged here, or wait to be."""
    if case.source == Source.PARTNER:
        events = told([case.record_pk]) if case.record_pk else []
        reports = [report for one in events for report in reports_of(one.event) if OWN not in report.method]
        return excursions_of(reports, rule) if reports else None
    leg = case.leg
    if leg is None or leg.superseded or leg.watched_until != newest_message(leg):
        return None
    judged = judge(leg, timezone.now(), rule=rule, quantities=(Quantity.TEMPERATURE,))
    return None if judged.measured.findings else with_waiting(judged)[0]
