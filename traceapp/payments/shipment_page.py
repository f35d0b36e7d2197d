"""What the page of a shipment shows to one of its parties."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chaincode.traceability.rules import shipments as rules
from traceapp.accounts.models import Organisation
from traceapp.accounts.selectors import name_of
from traceapp.accounts.visibility import Viewer
from traceapp.capture.selectors import records_for_key
from traceapp.coldchain import shipment_legs
from traceapp.epcis.identifiers import key
from traceapp.ledger.outgoing import Call
from traceapp.payments import attested, deadlines, deliveries, plain_words, seen, selectors, sheet_words, standing
from traceapp.payments.act_forms import ContestForm, TakingForm, VerdictForm
from traceapp.payments.delivery_models import Consignment, Said, Shipment
from traceapp.web.templatetags.web import money


def _dispute(found: Shipment) -> dict[str, Any] | None:
    """Why, since when and by whom; the terms themselves may leave it to the arbiter."""
    held = found.document["dispute"]
    if not held:
        return None
    by = "" if held["reason"] == rules.BY_TERMS else _name(held["by"])
    why = deliveries.REASONS.get(held["reason"], "The terms leave it to the arbiter")
    return {"why": why, "by": by, "at": datetime.fromisoformat(held["at"]), "evidence": held["evidence"]}


def _name(holder: Mapping[str, str]) -> str:
    return name_of(holder["mspId"], holder["organisation"])


def seen_by(viewer: Viewer, found: Shipment) -> list[seen.Seen]:
    """Events about the goods that the viewer may read: which count, and why the others do not."""
    among = {pk for code in seen.codes_of(found) for pk in records_for_key(key(code), viewer)}
    return seen.look_at(found, among=among)


def _statements(found: Shipment) -> list[tuple[Said, bool]]:
    rows = Said.objects.filter(shipment_id=found.shipment_id).select_related("organisation").order_by("pk")
    return [(one, attested.is_as_hashed(one)) for one in rows]


def shown(here: Organisation, viewer: Viewer, found: Shipment, **forms: Any) -> dict[str, Any]:
    terms = found.document["terms"]
    preview = standing.preview(found)
    sheet = found.settlement or (preview.plain() if preview else None)
    asked = Call.objects.filter(organisation=here, argument__contains=found.shipment_id).order_by("-pk")
    return {
        "shipment": found,
        "title": selectors.title_of(found),
        "consignment": Consignment.objects.filter(shipment_id=found.shipment_id).first(),
        "steps": standing.steps(found),
        "until": standing.UNTIL.get(found.state, ""),
        "parts": sorted(standing.parts_of(found, here)),
        "parties": found.parties.order_by("pk"),
        "names": selectors.names(),
        "words": plain_words.words(terms, money, frozenset(standing.parts_of(found, here))),
        "terms_text": json.dumps(terms, indent=1),
        "currency": terms["currency"],
        "minor_units": 10 ** terms["minorUnits"] if terms["minorUnits"] else 0,
        "sheet": sheet,
        "lines": sheet_words.lines(sheet, money) if sheet else [],
        "is_final": found.settlement is not None,
        "may": standing.may(found, here),
        "ends_by": deadlines.since(found),
        "dispute": _dispute(found),
        "content_with": [_name(of) for of in standing.content_with(found)],
        "cold": shipment_legs.told(viewer, here, found.document["legs"]),
        "under_way": [one for one in asked[:20] if one.is_open],
        "rejected": [one for one in asked[:5] if one.state == Call.State.INVALID][:1],
        "said": _statements(found),
        "held": attested.of(found),
        "seen": seen_by(viewer, found),
        "taking": TakingForm(),
        "contest": ContestForm(),
        "verdict": VerdictForm(insured=found.insurance is not None),
        "is_custodial": selectors.is_custodial(here),
    } | forms
