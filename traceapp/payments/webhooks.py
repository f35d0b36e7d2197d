"""What happens to money and shipments, for the systems of those whom it concerns: a topic of subscriptions."""

import json
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from traceapp.accounts.roles import TREASURERS
from traceapp.commitments.times import rfc3339
from traceapp.payments.delivery_models import Fact
from traceapp.query.models import Subscription
from traceapp.query.subscriptions.order import Cursor
from traceapp.query.subscriptions.topics import Collected, Topic

NAME: Final = "payments"


def collect(one: Subscription, start: Cursor, until: int) -> Collected:
    """Facts of the subscriber's organisation after a cursor, in the ledger's order: a block is followed as a whole."""
    of = one.organisation
    rows = Fact.objects.filter(msp_id=of.msp_id, pgln=of.pgln, block__lte=until).order_by("block", "position", "pk")
    same = Q(block=start.block)
    later = Q(block__gt=start.block) | same & Q(position__gt=start.transaction)
    later |= same & Q(position=start.transaction) & Q(pk__gt=start.position)
    found = list(rows.filter(later)[: one.most_events])
    if len(found) < one.most_events:
        return Collected(Cursor(until + 1) if until >= start.block else start, found)
    last = found[-1]
    return Collected(Cursor(last.block, last.position, last.pk), found)


def body(one: Subscription, found: Sequence[Fact]) -> bytes:
    """JSON: `notices`, oldest first; the id of each stays the same however often it is sent."""
    told = {"subscriptionID": str(one.uid), "notices": [notice(each) for each in found]}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def notice(fact: Fact) -> dict[str, Any]:
    """One fact: what, when, about which document, and in which transaction it stands."""
    told: dict[str, Any] = {
        "id": str(fact.uid),
        "type": fact.kind,
        "at": rfc3339(fact.at),
        "key": fact.key,
        "transaction": fact.tx_id,
        "block": fact.block,
        **fact.content,
    }
    if shipment := fact.content.get("shipment"):
        told["url"] = settings.PUBLIC_URL + reverse("payments:shipment", args=[shipment])
    return told


def ids(found: Sequence[Fact]) -> list[str]:
    return [str(one.uid) for one in found]


TOPIC: Final = Topic("What happens to shipments and money", TREASURERS, collect, body, ids)
