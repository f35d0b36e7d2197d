"""Put the demo's data in through the doors that everybody uses; safe to repeat after being cut off."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from forecasting.models import Kind
from forecasting.services import request_training
from traceapp.accounts.models import Membership, Organisation, User
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.tokens import make_token
from traceapp.capture.models import Event as StoredEvent
from traceapp.demo import governing
from traceapp.demo.client import Client
from traceapp.demo.consortium import FIRMS
from traceapp.demo.events import Event, document
from traceapp.demo.generator import DemoData
from traceapp.demo.state import DemoState, save
from traceapp.ledger.selectors import queued
from traceapp.ledger.tamper import tamper_record
from traceapp.ledger.verified import read

AT_ONCE = 1000  # events a document
ANCHORED_WITHIN = 120.0  # seconds

Report = Callable[[int, int], None]  # documents' events sent so far, of how many


def make_tokens(state: DemoState, folder: Path) -> None:
    """One API token a firm. A token is shown once, so the demo keeps its own."""
    for firm in FIRMS.values():
        if firm.key not in state.tokens:
            organisation = Organisation.objects.get(pgln=firm.pgln)
            member = Membership.objects.filter(organisation=organisation, role__in=RECORDERS).order_by("id")[0]
            _, state.tokens[firm.key] = make_token(user=member.user, organisation=organisation, name="Demo")
            save(folder, state)


def documents(data: DemoData) -> Iterator[tuple[str, int, list[Event]]]:
    """(firm, number, events), the firms in the order in which goods pass them."""
    for firm in FIRMS:
        events = data.events.get(firm, [])
        for start in range(0, len(events), AT_ONCE):
            yield firm, start // AT_ONCE, events[start : start + AT_ONCE]


def post_events(data: DemoData, state: DemoState, url: str, report: Report) -> None:
    """Every document by HTTP with an idempotency key, so that a second seeding stores nothing twice."""
    sent = 0
    for firm, number, events in documents(data):
        client = Client(url, state.tokens[firm])
        client.capture(document(events, state.moment), f"demo-{firm}-{number}-{state.made}")
        sent += len(events)
        report(sent, data.size())


def wait_until_anchored(report: Report) -> bool:
    """Until no record waits for the ledger; False when none got there for too long (it then goes on by itself)."""
    until = time.monotonic() + ANCHORED_WITHIN
    most = waiting = queued()
    while waiting and time.monotonic() < until:
        report(most - waiting, most)
        time.sleep(0.2)
        before, waiting = waiting, queued()
        if waiting < before:
            until = time.monotonic() + ANCHORED_WITHIN
    report(most - waiting, most)
    return not waiting


def change_one_row(event_id: str) -> None:
    """Change one stored byte of the planted record, unless it is changed already."""
    pk = StoredEvent.objects.filter(event_id=event_id).values_list("record_id", flat=True).first()
    if pk is not None and read([pk]).verified:
        tamper_record(pk)


def ask_for_forecasts(made: date) -> None:
    """The analyst's two questions, what will sell and what will be late; then what was to be said some weeks ago."""
    analyst = User.objects.get(email="analyst@gruenmarkt.example")
    organisation = Organisation.objects.get(pgln=FIRMS["gruenmarkt"].pgln)
    for kind, earlier in ((Kind.DEMAND, False), (Kind.DELAY, False), (Kind.DEMAND, True)):
        parameters = governing.asked(kind, made, earlier=earlier)
        request_training(organisation=organisation, user=analyst, kind=kind, parameters=parameters)
