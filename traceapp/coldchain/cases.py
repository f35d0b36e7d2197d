"""What happens with an excursion: a case opens with a hold on the goods, somebody takes it on, somebody decides.

Each use case is one transaction and leaves a step that is never changed. A decision is signed with the second factor.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from traceapp.accounts import second_factor
from traceapp.accounts.models import User
from traceapp.accounts.roles import Role
from traceapp.coldchain import alerts, decisions
from traceapp.coldchain.models import Case, Leg, Source, Step
from traceapp.commitments.times import rfc3339
from traceapp.sensors.excursions import Excursion, Rule, Side

DECIDERS: Final = (Role.QUALITY, Role.ADMIN)
LONGEST_REASON: Final = 2000
WORSE: Final = "Later readings are worse than what was decided on."
VANISHED: Final = "By what is known now, there was no such excursion."


class CaseError(ValueError):
    """Something that cannot be done with a case, as a sentence for whoever tried."""


@transaction.atomic
def observe(
    *, leg: Leg | None, goods: str, goods_key: int, organisation_id: int, found: Sequence[Excursion], rule: Rule,
    source: str = Source.DEVICE, record_pk: int | None = None,
) -> list[Case]:  # fmt: skip
    """Open a case for each excursion that has none, and note how the others went on. Returns those opened or reopened.

    An excursion is the same as one that was seen before if both are on one side, told by one device of the same goods,
    and overlap in time: late readings may show that it began earlier, and later events cut the leg otherwise.
    """
    known = list(
        Case.objects.select_for_update(of=("self",)).filter(
            organisation_id=organisation_id, goods_key=goods_key, source=source, record_pk=record_pk,
            leg__device=leg.device_id if leg else None,
        )
    )  # fmt: skip
    loud: list[Case] = []
    seen: set[int] = set()
    for one in found:
        same = next((case for case in known if case.side == one.side and overlap(case, one)), None)
        if same is None:
            same = Case.objects.create(
                organisation_id=organisation_id, source=source, leg=leg, record_pk=record_pk, goods=goods,
                goods_key=goods_key, side=one.side, limits=asdict(rule), **measures(one),
            )  # fmt: skip
            Step.objects.create(case=same, what=Step.What.OPENED)
            loud.append(same)
        else:
            same.leg, same.limits = leg, asdict(rule)
            if _grow(same, one):
                loud.append(same)
        seen.update(case.pk for case in (same, *known) if case.side == one.side and overlap(case, one))
    for case in known:
        if case.pk not in seen and case.leg == leg:
            _vanish(case)
    for case in loud:
        alerts.about_case(case)
    return loud


def measures(one: Excursion) -> dict[str, Any]:
    """The columns of a case that tell of its excursion."""
    return {"began": _moment(one.start), "ended": _moment(one.end), "extreme": one.extreme, "outside": one.outside}


def _moment(seconds: float | None) -> Any:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def overlap(case: Case, one: Excursion) -> bool:
    """Whether they were at a time."""
    begins_before_the_end = case.ended is None or one.start <= case.ended.timestamp()
    return begins_before_the_end and (one.end is None or case.began.timestamp() <= one.end)


def _grow(case: Case, one: Excursion) -> bool:
    """Write down what became of it. True if it is worse than what was decided on: then the case is open again."""
    further = one.extreme - case.extreme if case.side == Side.ABOVE else case.extreme - one.extreme
    worse = further > 0.05 or one.outside > case.outside + 60
    for name, value in measures(one).items():
        setattr(case, name, value)
    reopened = worse and case.state == Case.State.CLOSED
    if reopened:
        case.state, case.on_hold, case.closed, case.disposition = Case.State.OPEN, True, None, ""
        Step.objects.create(case=case, what=Step.What.GREW, text=WORSE)
    case.save()
    return reopened


def _vanish(case: Case) -> None:
    """Later readings or events show no such excursion. Whoever owns the case still decides; it has no measures."""
    if case.outside or not case.steps.filter(text=VANISHED).exists():
        case.outside, case.ended = 0.0, case.ended or case.began
        case.save()
        Step.objects.create(case=case, what=Step.What.GREW, text=VANISHED)


@transaction.atomic
def acknowledge(*, case: Case, by: User) -> None:
    """Somebody has seen it, and owns it from now on. Stops the clock of the time to acknowledge."""
    case = _open(case)
    if case.state == Case.State.ACKNOWLEDGED:
        raise CaseError("Somebody has acknowledged it already.")
    case.state, case.acknowledged, case.owner = Case.State.ACKNOWLEDGED, timezone.now(), by
    case.save()
    Step.objects.create(case=case, what=Step.What.ACKNOWLEDGED, by=by)


@transaction.atomic
def hand_over(*, case: Case, to: User, by: User) -> None:
    """Another member of the organisation owns the case."""
    case = _open(case)
    if not to.memberships.filter(organisation_id=case.organisation_id).exists():
        raise CaseError("Only a member of your organisation can take it over.")
    case.owner = to
    case.save()
    Step.objects.create(case=case, what=Step.What.OWNER, by=by, text=str(to))


@transaction.atomic
def set_hold(*, case: Case, on: bool, by: User) -> None:
    """Put the goods on hold, or lift the hold before anything is decided."""
    case = _open(case)
    if case.on_hold == on:
        return
    case.on_hold = on
    case.save()
    Step.objects.create(case=case, what=Step.What.HELD if on else Step.What.FREED, by=by)


@transaction.atomic
def note(*, case: Case, by: User, text: str) -> None:
    """Something to remember beside a case, open or closed."""
    Step.objects.create(case=case, what=Step.What.NOTE, by=by, text=text.strip()[:LONGEST_REASON])


def intent_of(case: Case, disposition: str, reason: str) -> dict[str, Any]:
    """What the second factor is given for."""
    return {
        "action": "disposition",
        "case": str(case.uid),
        "goods": case.goods,
        "excursion": {
            "side": case.side,
            "began": rfc3339(case.began),
            "extreme": round(case.extreme * 100),
            "outside": round(case.outside),
        },
        "disposition": disposition,
        "reason": reason,
    }


def to_sign(case: Case, disposition: str, reason: str) -> dict[str, Any]:
    """What the second factor is to be given for. CaseError."""
    case, reason = _undecided(case), reason.strip()
    if not reason:
        raise CaseError("Say why: whoever reads this later has to understand the decision.")
    if len(reason) > LONGEST_REASON:
        raise CaseError(f"At most {LONGEST_REASON:,} characters.")
    if disposition not in Case.Disposition.values:
        raise CaseError("Choose what becomes of the goods.")
    return intent_of(case, disposition, reason)


@transaction.atomic
def decide(
    *, case: Case, by: User, disposition: str, reason: str, code: str = "", answer: str = "", host: str = ""
) -> None:
    """Close a case with a reason, signed with the second factor over its very words. CaseError, SecondFactorError.

    By the `code` of an app, or by a passkey's `answer` at this `host`.
    """
    case = _open(case)
    intent = to_sign(case, disposition, reason)
    digest = second_factor.intent_hash(intent)
    if answer:
        assertion = second_factor.by_passkey(user=by, digest=digest, answer=answer, host=host)
    else:
        assertion = second_factor.by_code(user=by, digest=digest, code=code)
    at = datetime.fromisoformat(assertion["at"])
    case.state, case.disposition, case.closed = Case.State.CLOSED, disposition, at
    case.acknowledged, case.owner = case.acknowledged or at, case.owner or by
    case.on_hold = disposition == Case.Disposition.REJECT
    case.save()
    Step.objects.create(
        case=case,
        what=Step.What.CLOSED,
        by=by,
        text=intent["reason"],
        signature={"intent": intent, "assertion": assertion},
    )
    decisions.publish(case, case.steps.filter(what=Step.What.CLOSED).count(), assertion)


def _open(case: Case) -> Case:
    return _undecided(Case.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=case.pk))


def _undecided(case: Case) -> Case:
    if case.state == Case.State.CLOSED:
        raise CaseError("This case is decided. Add a note, if there is more to say.")
    return case
