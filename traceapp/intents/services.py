"""Wishes: noted as they are shown, and asked of the ledger once their person has confirmed exactly that."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from traceapp.accounts import second_factor
from traceapp.accounts.models import Organisation, User
from traceapp.accounts.second_factor import Assertion, SecondFactorError
from traceapp.commitments.canonical import canonical
from traceapp.intents import kinds
from traceapp.intents.models import Confirmed, Intent
from traceapp.ledger import calls
from traceapp.ledger.outgoing import Call

LIFE: Final = timedelta(minutes=15)
"""How long a wish waits for its confirmation."""

Requests = Sequence[Sequence[str]]
"""(function, argument in canonical JSON) of each transaction."""


class IntentError(Exception):
    """Why a wish cannot be confirmed, as a sentence for the person who tried."""


def digest_of(organisation: Organisation, role: str, requests: Requests, uid: uuid.UUID) -> str:
    """SHA-256 (hex) over whose transactions they are and all that they say, for this one wish."""
    whole = {"mspId": organisation.msp_id, "organisation": organisation.pgln, "role": role, "wish": uid.hex}
    return second_factor.intent_hash({**whole, "requests": [list(one) for one in requests]})


def wish(
    *,
    organisation: Organisation,
    by: User,
    role: str,
    requests: Sequence[tuple[str, Mapping[str, Any]]],
    title: str,
    facts: Sequence[tuple[str, str]],
    back: str,
    in_order: bool = False,
) -> Intent:
    """Note what somebody wants, to be confirmed. Nothing happens by it."""
    uid = uuid.uuid4()
    texts = [[function, canonical(dict(argument)).decode()] for function, argument in requests]
    return Intent.objects.create(
        uid=uid,
        organisation=organisation,
        by=by,
        role=role,
        requests=texts,
        in_order=in_order,
        digest=digest_of(organisation, role, texts, uid),
        title=title[:200],
        facts=[{"label": label, "value": value} for label, value in facts],
        back=back,
    )


def confirm(*, intent: Intent, by: User, code: str) -> list[Call]:
    """Take a one-time code, and ask the ledger for exactly what was shown. IntentError says why not.

    Twice the same is once. A wrong code is counted, whatever becomes of the request.
    """
    return _confirm(intent, by, lambda: second_factor.by_code(user=by, digest=intent.digest, code=code))


def confirm_by_passkey(*, intent: Intent, by: User, answer: str, host: str) -> list[Call]:
    """The same with a passkey's signature over the digest."""
    given = {"digest": intent.digest, "answer": answer, "host": host}
    return _confirm(intent, by, lambda: second_factor.by_passkey(user=by, **given))


def calls_of(intent: Intent) -> list[Call]:
    """What it asked for, in order."""
    return [one.call for one in intent.confirmed_calls.select_related("call").order_by("index")]


def _confirm(intent: Intent, by: User, given: Callable[[], Assertion]) -> list[Call]:
    if intent.by_id != by.pk:
        raise IntentError("Who wanted it confirms it: nobody else.")
    if intent.confirmed is not None:
        return calls_of(intent)
    if datetime.now(UTC) - intent.created > LIFE:
        raise IntentError("It waited too long. Begin again.")
    try:
        return _confirmed(intent.pk, given)
    except SecondFactorError as error:
        raise IntentError(str(error)) from None
    except calls.CallConflict:
        raise IntentError("The same is under way with another content already. Wait for it, and look again.") from None


@transaction.atomic
def _confirmed(pk: int, given: Callable[[], Assertion]) -> list[Call]:
    intent = Intent.objects.select_for_update(of=("self",)).select_related("organisation", "by").get(pk=pk)
    if intent.confirmed is not None:
        return calls_of(intent)
    intent.assertion = given()
    intent.confirmed = datetime.fromisoformat(intent.assertion["at"])
    intent.save(update_fields=["assertion", "confirmed"])
    asked: list[Call] = []
    for index, (function, text) in enumerate(intent.requests):
        call = calls.request(
            organisation=intent.organisation,
            role=intent.role,
            function=function,
            argument=json.loads(text),
            by=intent.by,
            after=asked[-1] if intent.in_order and asked else None,
        )
        if Confirmed.objects.filter(call=call).exists():
            raise IntentError("The same is under way already: nothing was added to it.")
        Confirmed.objects.create(intent=intent, call=call, index=index)
        kinds.taken(call)
        asked.append(call)
    return asked
