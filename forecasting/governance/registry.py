"""From a run to a version on the ledger, with what it foretells for each window; and what people decide about it."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.urls import reverse

from forecasting.governance import artefacts
from forecasting.governance.models import Entry, Version
from forecasting.governance.serving import behind
from forecasting.governance.windows import windows_of
from forecasting.models import Run
from forecasting.reproduce import anchored, stored_hash
from traceapp.accounts.models import Organisation, User
from traceapp.commitments.canonical import canonical
from traceapp.commitments.salted import salted_hash
from traceapp.intents import services as wishes
from traceapp.intents.models import Intent
from traceapp.ledger import calls
from traceapp.ledger.outgoing import Call

ANALYST: Final = "analyst"
DEFAULT_LIMITS: Final = {"error": 400_000, "coverage": 600_000, "bias": 250_000, "psi": 250_000}


Facts = Sequence[tuple[str, str]]


class ModelError(Exception):
    """Something that cannot be done, as a sentence for the person who tried."""


@transaction.atomic
def register(*, run: Run, by: User | None) -> Version:
    """Make a run a version: its hashes, and what it foretells for each window. Again is the same. Raises ModelError."""
    Organisation.objects.select_for_update().get(pk=run.organisation_id)
    if (held := Version.objects.filter(run=run).first()) is not None:
        return held
    _check(run)
    model = calls.new_id()
    card = canonical({"card": card_of(run), "salt": secrets.token_hex(16)})
    call = _ask(run.organisation, "register_model", registration(run, model, card), by)
    for window in windows_of(run):
        said = {
            "id": uuid.uuid5(uuid.UUID(model), window.start.isoformat()).hex,
            "model": model,
            "window": window.days,
            "inputs": run.dataset_root,
            "predictions": window.predictions,
            "rows": window.rows,
        }
        _ask(run.organisation, "record_forecast", said, by, after=call)
    return Version.objects.create(model=model, organisation=run.organisation, run=run, card=card.decode())


def registration(run: Run, model: str, card: bytes) -> dict[str, Any]:
    said = run.statement
    return {
        "id": model,
        "purpose": run.kind,
        "hash": run.model_hash,
        "dataset": run.dataset_root,
        "predictions": run.predictions_hash,
        "code": said["environment"]["codeHash"],
        "card": hashlib.sha256(card).hexdigest(),
    }


def card_of(run: Run) -> dict[str, Any]:
    """What a model card says (Mitchell et al. 2019), of what is known here; numbers as texts: they are exact."""
    said = run.statement
    return {
        "purpose": run.get_kind_display(),
        "use": "Ordering stock and calling carriers in this organisation. Not for judging persons.",
        "learntFrom": {
            "rows": str(run.rows_used),
            "leftOut": {name: str(count) for name, count in run.left_out.items()},
            "until": run.until.isoformat(),
            "asOfBlock": str(run.as_of_block),
        },
        "tested": {"split": _texts(said["split"]), "metrics": _texts(run.metrics)},
        "parameters": _texts(said["parameters"]),
        "environment": _texts(said["environment"]),
        "statement": str(run.record.uid) if run.record else "",
    }


def _check(run: Run) -> None:
    said, why = anchored(run)
    if said is None:
        raise ModelError(f"The run's statement is not verified on the ledger yet. {why}")
    if stored_hash(run) != said["predictions"]["hash"]:
        raise ModelError("The predictions stored here are not those on the ledger.")
    try:
        artefacts.load(run, said["model"])
    except artefacts.Changed as error:
        raise ModelError(f"This run cannot be registered: {error}. Train again.") from error
    taken = Entry.objects.filter(
        kind=Entry.Kind.MODEL,
        msp_id=run.organisation.msp_id,
        pgln=run.organisation.pgln,
        purpose=run.kind,
        content__hash=run.model_hash,
    ).first()
    if taken is not None:
        raise ModelError(f"The same model is registered already, as version {taken.content['version']}.")


def propose(
    *,
    version: Version,
    by: User,
    electorate: Sequence[Organisation],
    threshold: int,
    days: int,
    reporters: Sequence[Organisation],
    limits: dict[str, int],
) -> Intent:
    """A wish that a version go live, to be confirmed with a second factor."""
    deadline = in_days(days)
    argument = {
        "id": calls.new_id(),
        "model": version.model,
        "electorate": [holder(one) for one in electorate],
        "threshold": threshold,
        "deadline": deadline,
        "reporters": [holder(one) for one in reporters],
        "limits": limits,
    }
    facts = [
        ("Version", number_of(version.model)),
        ("Who votes", ", ".join(one.name for one in electorate)),
        ("It takes", f"{threshold} of {len(electorate)} votes"),
        ("Until", deadline[:16].replace("T", ", ") + " UTC"),
        ("Who reports", ", ".join(one.name for one in reporters)),
        ("Limits", limits_in_words(limits)),
    ]
    return _wish(
        version.organisation,
        by,
        ("propose_deployment", argument),
        title="Propose this version?",
        facts=facts,
        model=version.model,
    )


def vote(*, organisation: Organisation, by: User, deployment: Entry, choice: str) -> Intent:
    argument = {"id": calls.new_id(), "deployment": deployment.content["id"], "choice": choice}
    number = number_of(deployment.model)
    facts = [("Model", f"{deployment.purpose}, {number}"), ("Your vote", choice), ("Of", organisation.name)]
    title = f"{'Approve' if choice == 'approve' else 'Reject'} {number} for {deployment.purpose}?"
    return _wish(organisation, by, ("vote", argument), title=title, facts=facts, model=deployment.model)


def roll_back(*, version: Version, by: User, reason: str) -> Intent:
    """`reason` in the person's words: its salted hash goes on the ledger, the words stay with the wish."""
    salt = secrets.token_hex(16)
    digest = salted_hash(salt, reason=reason)
    argument = {"id": calls.new_id(), "model": version.model, "reason": digest}
    facts = [("From", number_of(version.model)), ("To", _behind(version.model)), ("Why", reason), ("Salt", salt)]
    title = "Roll back this version?"
    return _wish(version.organisation, by, ("roll_back", argument), title=title, facts=facts, model=version.model)


def _behind(model: str) -> str:
    found = behind(model)
    return f"version {found.content['version']}" if found else "the last good version"


def holder(organisation: Organisation) -> dict[str, str]:
    return {"mspId": organisation.msp_id, "organisation": organisation.pgln}


def number_of(model: str) -> str:
    found = Entry.objects.filter(kind=Entry.Kind.MODEL, model=model).first()
    return f"version {found.content['version']}" if found else "a version under way"


def limits_in_words(limits: dict[str, int]) -> str:
    shares = {name: f"{value / 10_000:g}%" for name, value in limits.items()}
    return (
        f"error above {shares['error']}, coverage below {shares['coverage']}, "
        f"bias beyond {shares['bias']}, PSI above {limits['psi'] / 1_000_000:g}"
    )


def in_days(days: int) -> str:
    at = datetime.now(UTC) + timedelta(days=days)
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _wish(
    organisation: Organisation, by: User, request: tuple[str, dict[str, Any]], *, title: str, facts: Facts, model: str
) -> Intent:
    return wishes.wish(
        organisation=organisation,
        by=by,
        role=ANALYST,
        requests=[request],
        title=title,
        facts=facts,
        back=reverse("governance:version", args=[model]),
    )


def _ask(
    organisation: Organisation, function: str, argument: dict[str, Any], by: User | None, after: Call | None = None
) -> Call:
    return calls.request(
        organisation=organisation, role=ANALYST, function=function, argument=argument, by=by, after=after
    )


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _texts(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(one) for one in value]
    return "" if value is None else str(value)
