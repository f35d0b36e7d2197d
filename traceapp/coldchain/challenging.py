"""Saying that a leg on the ledger is wrong: who may, until when, and what came of it."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chaincode.traceability.rules import shipments as rules
from chaincode.traceability.rules.legs import CHALLENGE_HOURS
from chaincode.traceability.shipment_state import Shipment
from chaincode.traceability.state import Holder
from traceapp.accounts.models import Organisation, User
from traceapp.accounts.selectors import name_of
from traceapp.coldchain.models import Objection
from traceapp.commitments.canonical import canonical
from traceapp.commitments.salted import salted_hash
from traceapp.ledger import calls, documents
from traceapp.ledger.outgoing import Call
from traceapp.web.times import in_words

Held = Mapping[str, Any]


class ChallengeError(ValueError):
    """Why a leg cannot be challenged, as a sentence for whoever tried."""


@transaction.atomic
def challenge(
    *, leg_id: str, organisation: Organisation, reason: str, evidence: str, by: User | None = None,
    role: str = "recorder",
) -> None:  # fmt: skip
    """Ask the ledger to note it. `evidence` stays here; its salted hash goes there. ChallengeError."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # two clicks at once make one challenge
    held = documents.get(f"leg/{leg_id}")
    if held is None:
        raise ChallengeError(_("This leg is not on the ledger."))
    if why := refusal(held, organisation):
        raise ChallengeError(why)
    if not evidence.strip():
        raise ChallengeError(_("Say what supports it: whoever decides has to understand it."))
    salt = secrets.token_hex(16)
    digest = salted_hash(salt, words=evidence)
    argument = {"id": calls.new_id(), "leg": leg_id, "reason": reason, "evidence": digest}
    call = calls.request(organisation=organisation, role=role, function="challenge_leg", argument=argument, by=by)
    Objection.objects.create(
        leg_id=leg_id, organisation=organisation, by=by, call=call, words=evidence, salt=salt, digest=digest
    )


def refusal(held: Held, organisation: Organisation) -> str:
    """Why this organisation cannot challenge a leg now, in a sentence; nothing if it can."""
    if held.get("challenge"):
        return _("This leg is challenged already, by %(who)s.") % {"who": by_whom(held["challenge"])}
    if objections_to(held["id"]).filter(organisation=organisation).exclude(call__state=Call.State.INVALID).exists():
        return _("Your challenge is on its way to the ledger already.")
    shipment = _shipment_of(held)
    if not _among(held, shipment, organisation):
        return _("Only the parties of its shipment can challenge this leg.")
    if shipment is not None and shipment.state not in rules.TRAVELLED:
        return _("Its shipment has ended: nothing depends on this leg any more.")
    if timezone.now() > (until := _until(held, shipment)):
        return _("It could be challenged until %(when)s.") % {"when": in_words(until)}
    return ""


def is_party(held: Held, organisation: Organisation) -> bool:
    """Of the leg's shipment; of a leg without one every member is."""
    return _among(held, _shipment_of(held), organisation)


def _among(held: Held, shipment: Shipment | None, organisation: Organisation) -> bool:
    if not held["shipment"]:
        return True
    return shipment is not None and Holder(organisation.msp_id, organisation.pgln) in shipment.terms.parties


def until_of(held: Held) -> datetime:
    """When it can no longer be challenged: hours after its recording, as the terms say."""
    return _until(held, _shipment_of(held))


def _until(held: Held, shipment: Shipment | None) -> datetime:
    hours = shipment.terms.challenge_hours if shipment else CHALLENGE_HOURS
    return datetime.fromisoformat(held["recordedAt"]) + timedelta(hours=hours)


def by_whom(said: Mapping[str, str]) -> str:
    """Who challenged it."""
    return name_of(said["mspId"], said["organisation"])


def objections_to(leg_id: str) -> QuerySet[Objection]:
    return Objection.objects.filter(leg_id=leg_id).select_related("call", "organisation")


def _shipment_of(held: Held) -> Shipment | None:
    found = documents.get(f"shipment/{held['shipment']}") if held["shipment"] else None
    return Shipment.decode(canonical(found)) if found else None
