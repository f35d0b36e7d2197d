"""What a member has to do today."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from traceapp.accounts.models import Organisation
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Viewer, readable
from traceapp.capture.models import GOODS_ROLES, Event, EventKey, KeyRole
from traceapp.capture.selectors import own_records
from traceapp.capture.story import Story, stories
from traceapp.epcis import identifiers
from traceapp.ledger import credentials, verified
from traceapp.ledger import selectors as ledger
from traceapp.ledger.models import Batch
from traceapp.ledger.waiting import waiting

RECENT = 12
INCOMING = 12
MOST_PROBLEMS = 10
LOOK_BACK = timedelta(days=60)
SENT = ("shipping", "departing")
ARRIVED = ("receiving", "accepting")


def recent(viewer: Viewer) -> list[Story]:
    """What our organisation recorded last, newest first, each checked for this answer."""
    return stories(list(own_records(viewer).values_list("pk", flat=True)[:RECENT]), viewer)


def to_receive(viewer: Viewer) -> list[Story]:
    """Shipments on the ledger that name us as where they go, and none of whose goods we have recorded as received."""
    candidates = _sent_our_way(viewer)
    answer = verified.read(candidates)
    party = _party_of(viewer)
    bound = [one.pk for one in answer.verified if _goes_to(one.body.get("event") or {}, party)]
    return stories(bound[:INCOMING], viewer)


@dataclass(frozen=True)
class Problem:
    """Something that somebody has to look into."""

    what: str
    message: str
    link: str


def problems(viewer: Viewer) -> list[Problem]:
    """What the ledger refused of ours, and what was found not to match."""
    refused = ledger.batches_page(viewer).filter(organisation=viewer.organisation_id, state=Batch.State.INVALID)
    rejected = [
        Problem(_counted(batch.size, "refused"), batch.reason, _batch_page(batch.pk))
        for batch in refused[:MOST_PROBLEMS]
    ]
    return (
        _of_our_identity(viewer)
        + rejected
        + [
            Problem(finding.get_what_display(), finding.message, _batch_page(finding.batch_id))
            for finding in ledger.findings(viewer)[:MOST_PROBLEMS]
        ]
    )


def _of_our_identity(viewer: Viewer) -> list[Problem]:
    """Records that wait until somebody helps, and a certificate that they will wait for soon."""
    own = viewer.acting_for
    page = reverse("ledger-identity" if viewer.has(Role.ADMIN) else "ledger")
    stuck, credential = waiting(own), credentials.present(own)
    found = [Problem(_counted(stuck.records, "waiting"), stuck.reason, page)] if stuck else []
    if credential is not None and credential.needs_care:
        found.append(Problem("Signing certificate", credential.words, page))
    return found


def _counted(records: int, what: str) -> str:
    return f"{records} record{'' if records == 1 else 's'} {what}"


def _batch_page(batch_id: str) -> str:
    return reverse("ledger-batch", args=[batch_id]) if batch_id else reverse("ledger")


def _party_of(viewer: Viewer) -> str:
    assert viewer.organisation_id is not None
    pgln = Organisation.objects.values_list("pgln", flat=True).get(pk=viewer.organisation_id)
    return identifiers.party(pgln)


def _sent_our_way(viewer: Viewer) -> list[int]:
    """By the index: shipped by others, naming us, not received. Newest first; a few more than are shown."""
    us = identifiers.key(_party_of(viewer))
    named = EventKey.objects.filter(record=OuterRef("pk"), key=us, role=KeyRole.PARTY)
    received = EventKey.objects.filter(
        key=OuterRef("key"),
        role__in=GOODS_ROLES,
        record__event__organisation=viewer.organisation_id,
        record__event__biz_step__in=ARRIVED,
    )
    ours_already = EventKey.objects.filter(Exists(received), record=OuterRef("pk"), role__in=GOODS_ROLES)
    shipped = Event.objects.filter(
        readable(viewer, "record__"),
        Exists(named),
        ~Exists(ours_already),
        biz_step__in=SENT,
        is_error_declaration=False,
        time__gte=timezone.now() - LOOK_BACK,
    ).exclude(organisation=viewer.organisation_id)
    return list(shipped.order_by("-time").values_list("pk", flat=True)[: 3 * INCOMING])


def _goes_to(event: dict[str, object], party: str) -> bool:
    ends = event.get("destinationList")
    found = (end.get("destination") for end in ends if isinstance(end, dict)) if isinstance(ends, list) else ()
    return any(isinstance(uri, str) and _same(uri, party) for uri in found)


def _same(uri: str, party: str) -> bool:
    try:
        return identifiers.canonical(uri) == party
    except identifiers.IdentifierError:
        return False
