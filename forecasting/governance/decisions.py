"""What people made of a forecast, as statements on the ledger: an override with its reason, a score that was used.

They are records as all others: salted, ours alone to read, and their text can be erased while the ledger keeps the
proof that something was said. Nothing in them names a person.
"""

import hashlib
import uuid
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from forecasting.governance.models import Decision
from forecasting.models import DelayPrediction, Forecast, Run
from forecasting.reproduce import anchored, stored_hash
from forecasting.statement import six
from traceapp.accounts.models import Organisation, User
from traceapp.accounts.visibility import Visibility
from traceapp.commitments.canonical import Json, canonical
from traceapp.ledger import calls
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.models import RecordKind

FORMAT: Final = "traceapp-decision/1"
MOST_FACTORS: Final = 5


class DecisionError(Exception):
    """Why it cannot be written down, as a sentence."""


def override(
    *, run: Run, product: str, place: str, day: date, value: float, reason: str, by: User, uid: UUID | None = None
) -> Decision:
    """The analyst expects to sell something else than the model, and says why. Raises DecisionError."""
    row = Forecast.objects.filter(series__run=run, series__product=product, series__place=place, day=day).first()
    if row is None:
        raise DecisionError("The run foretells nothing for this product, place and day.")
    said = {
        "of": {"product": product, "place": place, "day": day.isoformat()},
        "input": run.dataset_root,
        "output": {"mean": six(row.mean), "lo80": six(row.lo80), "hi80": six(row.hi80)},
        "factors": [f"{name}: {_text(one)}" for name, one in list(row.series.drivers.items())[:MOST_FACTORS]],
        "instead": six(value),
        "reason": reason,
    }
    return _stated(run, Decision.Kind.OVERRIDE, said, by, uid)


def override_delay(*, row: DelayPrediction, chance: float, reason: str, by: User, uid: UUID | None = None) -> Decision:
    """The analyst believes in another chance of being late, from 0 to 1, and says why. Raises DecisionError."""
    if not 0 <= chance <= 1:
        raise DecisionError("A chance lies between 0 and 100%.")
    said = {**score(row), "instead": six(chance), "reason": reason}
    return _stated(row.run, Decision.Kind.OVERRIDE, said, by, uid)


def used(*, row: DelayPrediction, decision: str, by: User, uid: UUID | None = None) -> Decision:
    """A chance of being late was acted on: what went into it, what came out, and what was done."""
    return _stated(row.run, Decision.Kind.SCORE, {**score(row), "instead": "", "reason": decision}, by, uid)


def score(row: DelayPrediction) -> dict[str, Any]:
    """What a score was of, the hash of what went into it, what came out and the top factors; as stored now."""
    facts: dict[str, Json] = {str(name): str(value) for name, value in row.attributes.items()}
    whole: Json = {"delivery": row.delivery, "scheduled": row.scheduled.isoformat(), "attributes": facts}
    days = {"days10": six(row.days_p10), "days": six(row.days_p50), "days90": six(row.days_p90)}
    return {
        "of": {"delivery": row.delivery, "record": str(row.record_uid)},
        "input": hashlib.sha256(canonical(whole)).hexdigest(),
        "output": {"late": six(row.p_late), **days},
        "factors": [_text(one) for one in row.reasons[:MOST_FACTORS]],
    }


@transaction.atomic
def _stated(run: Run, kind: Decision.Kind, said: dict[str, Any], by: User, uid: UUID | None) -> Decision:
    """The statement, once a `uid`: whoever sends the same form twice has decided once."""
    reason = " ".join(str(said["reason"]).split())
    if not reason:
        raise DecisionError("Say why: a decision without its reason helps nobody later.")
    uid = uid or uuid.uuid4()
    Organisation.objects.select_for_update().get(pk=run.organisation_id)
    if (held := Decision.objects.filter(uid=uid).first()) is not None:
        if held.run_id != run.pk:
            raise DecisionError("This id was given to another decision: draw a new one.")
        return held
    confirmed, why = anchored(run)
    if confirmed is None:
        raise DecisionError(f"The run's statement is not verified on the ledger. {why}")
    if stored_hash(run) != confirmed["predictions"]["hash"]:
        raise DecisionError("The predictions stored here are not those on the ledger: nothing can be decided on them.")
    statement = {
        "format": FORMAT,
        "forecast": str(kind.value),
        "decision": str(uid),
        "run": str(run.uid),
        "model": run.model_hash,
        "by": calls.pseudonym(run.organisation, by),
        **said,
        "reason": reason,
    }
    new = NewRecord(RecordKind.FORECAST, {"statement": statement}, Visibility.PRIVATE)
    record = append(organisation=run.organisation, records=[new])[0]
    return Decision.objects.create(
        uid=uid, organisation=run.organisation, run=run, record=record, kind=kind, statement=statement, by=by
    )


def index_of(statement: dict[str, Any]) -> tuple[str, str, str]:
    """What a decision's row must say, by its statement."""
    return statement["decision"], statement["forecast"], hashlib.sha256(canonical(statement)).hexdigest()


def _text(value: Any) -> str:
    return six(value) if isinstance(value, float) else str(value)
