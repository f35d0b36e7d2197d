"""What people made of a forecast, as statements on the ledger: an override with its reason, a score that was used."""

import hashlib
import uuid
from datetime import date
from typing import Any, Final

from django.db import transaction

from forecasting.governance.models import Decision
from forecasting.models import DelayPrediction, Forecast, Run
from forecasting.reproduce import anchored
from forecasting.statement import six
from traceapp.accounts.models import User
from traceapp.accounts.visibility import Visibility
from traceapp.commitments.canonical import Json, canonical
from traceapp.ledger import calls
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.models import RecordKind

FORMAT: Final = "traceapp-decision/1"
MOST_FACTORS: Final = 5


class DecisionError(Exception):
    """Why it cannot be written down, as a sentence."""


def override(*, run: Run, product: str, place: str, day: date, value: float, reason: str, by: User) -> Decision:
    """The analyst expects something else than the model, and says why. Raises DecisionError."""
    row = Forecast.objects.filter(series__run=run, series__product=product, series__place=place, day=day).first()
    if row is None:
        raise DecisionError("The run foretells nothing for this product, place and day.")
    subject = {"product": product, "place": place, "day": day.isoformat()}
    said = {
        "of": subject,
        "input": run.dataset_root,
        "output": {"mean": six(row.mean), "lo80": six(row.lo80), "hi80": six(row.hi80)},
        "factors": [f"{name}: {_text(one)}" for name, one in list(row.series.drivers.items())[:MOST_FACTORS]],
        "instead": six(value),
        "reason": reason,
    }
    return _stated(run, Decision.Kind.OVERRIDE, said, by)


def used(*, row: DelayPrediction, decision: str, by: User) -> Decision:
    """A chance of being late was acted on: what went into it, what came out, and what was done."""
    facts: dict[str, Json] = {str(name): str(value) for name, value in row.attributes.items()}
    whole: Json = {"delivery": row.delivery, "scheduled": row.scheduled.isoformat(), "attributes": facts}
    said = {
        "of": {"delivery": row.delivery, "record": str(row.record_uid)},
        "input": hashlib.sha256(canonical(whole)).hexdigest(),
        "output": {"late": six(row.p_late), "days": six(row.days_p50)},
        "factors": [_text(one) for one in row.reasons[:MOST_FACTORS]],
        "instead": "",
        "reason": decision,
    }
    return _stated(row.run, Decision.Kind.SCORE, said, by)


@transaction.atomic
def _stated(run: Run, kind: Decision.Kind, said: dict[str, Any], by: User) -> Decision:
    confirmed, why = anchored(run)
    if confirmed is None:
        raise DecisionError(f"The run's statement is not verified on the ledger. {why}")
    uid = uuid.uuid4()
    statement = {
        "format": FORMAT,
        "forecast": str(kind.value),
        "decision": str(uid),
        "run": str(run.uid),
        "model": run.model_hash,
        "by": calls.pseudonym(run.organisation, by),
        **said,
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
