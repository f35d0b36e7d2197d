"""Make the next delivery of a subscription: which events, in which bytes; the cursor moves in the same transaction."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from traceapp.accounts.visibility import Viewer
from traceapp.epcis.company_prefix import built_in
from traceapp.epcis.formats import EpcFormat
from traceapp.epcis.spelling import in_json, with_identifiers
from traceapp.masterdata.company_prefixes import length_of
from traceapp.query import document, parse
from traceapp.query.find import Finder, bound_now
from traceapp.query.models import Delivery, Subscription
from traceapp.query.pages import matches
from traceapp.query.records import Shown, show
from traceapp.query.subscriptions import order, schedule, topics
from traceapp.query.subscriptions.lease import change
from traceapp.query.subscriptions.order import Cursor
from traceapp.query.subscriptions.topics import Collected

AT_ONCE = 500
LOOKED_AT = 5000
"""So many records are hashed for one delivery at most: then the cursor is kept, and the next look goes on from it."""
PASSED = 50_000
"""And so many are passed over at most, which the index knows not to match."""


def make(one: Subscription, now: datetime) -> bool:
    """Make a delivery, or move on over records that do not match. False when there is nothing to do for now."""
    if one.schedule is not None and one.until_block is None and not _begin_run(one, now):
        return False
    until = order.tip() if one.until_block is None else one.until_block
    start = Cursor(one.block, one.transaction, one.position)
    found = (topics.named(one.topic).collect if one.topic else _collect)(one, start, until)
    ended = one.until_block is not None and found.after.block > until
    changes: dict[str, Any] = dict(zip(("block", "transaction", "position"), found.after, strict=True))
    if ended:
        changes["until_block"] = None
    if found.waits:
        changes["not_before"] = now + timedelta(seconds=1)
    empty = ended and one.run_empty and one.report_if_empty and not found.shown
    with transaction.atomic():
        if found.shown or empty:
            # Somebody may ask for a replay just now, which takes a number as well.
            number = Subscription.objects.select_for_update().values_list("number", flat=True).get(pk=one.pk) + 1
            changes |= {"number": number, "run_empty": False}
            _keep(one, number, found.shown, start)
        change(one, **changes)
    return bool(found.shown) or empty or (found.after != start and not found.waits)


def _begin_run(one: Subscription, now: datetime) -> bool:
    """A scheduled run takes in what the ledger holds when it begins."""
    if one.due is None or one.due > now:
        return False
    change(one, due=schedule.read(one.schedule).after(now), until_block=order.tip(), run_empty=True)
    return True


def _collect(one: Subscription, start: Cursor, until: int) -> Collected:
    assert one.query is not None
    query = parse.query(one.query.definition, asker=one.organisation_id)
    viewer = Viewer(one.organisation_id)
    finder = Finder(query, viewer, bound_now())
    found, hashed = Collected(start), 0
    for _ in range(PASSED // AT_ONCE):
        part = order.stretch(found.after, until, AT_ONCE)
        candidates = finder.among(pk for pk, _ in part.records)
        hashed += len(candidates)
        shown = {each.pk: each for each in show(sorted(candidates), viewer)}
        for pk, at in part.records:
            found.after = at
            each = shown.get(pk)
            if each is None or each.seen is None or each.incomplete or each.seen.record_time < one.initial_record_time:
                continue
            if matches(query, each):
                found.shown.append(each)
                if len(found.shown) == one.most_events:
                    return found
        found.after, found.waits = part.after, part.waits
        if part.waits or found.after.block > until or hashed >= LOOKED_AT:
            break
    return found


def _keep(one: Subscription, number: int, shown: list[Any], before: Cursor) -> None:
    topic = topics.named(one.topic) if one.topic else None
    Delivery.objects.create(
        subscription=one,
        number=number,
        body=topic.body(one, shown) if topic else body(one, shown),
        events=len(shown),
        event_ids=topic.ids(shown) if topic else [each.seen.event["eventID"] for each in shown if each.seen],
        before=list(before),
    )


def body(one: Subscription, shown: list[Shown]) -> bytes:
    """The EPCISQueryDocument in JSON-LD, with the subscription's id beside the query's name."""
    form = EpcFormat(one.epc_format)
    lengths = length_of() if form is EpcFormat.URN else built_in
    made = document.document(
        shown,
        (),
        name=one.name,
        now=timezone.now(),
        proof_url=lambda uid: settings.PUBLIC_URL + reverse("api-proof", args=[uid]),
        rewrite=lambda event: in_json(with_identifiers(event, form, lengths)),
    )
    results = made["epcisBody"]["queryResults"]
    made["epcisBody"]["queryResults"] = {"subscriptionID": str(one.uid), **results}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
