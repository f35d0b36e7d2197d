"""Shipments in each of their states, and a wish confirmed by a passkey, in a real browser on this process's server.

The states are made by the contract itself, on a state in memory, and projected as ledgerd does.
"""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect

from tests.e2e.conftest import Watched
from tests.factories import OrganisationFactory, member
from tests.unit.escrow_world import ARBITER, BUYER, INSURANCE, INSURER, SELLER, Trade
from tests.unit.leg_world import CARRIER
from traceapp.accounts.models import Organisation
from traceapp.accounts.roles import Role
from traceapp.intents import services as intents
from traceapp.intents.guards import refusal
from traceapp.intents.models import Intent
from traceapp.ledger.copies import Document
from traceapp.ledger.documents import Source
from traceapp.payments import delivery_projection, projection
from traceapp.payments.delivery_models import Consignment, Said, Shipment

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver has a loop of its own in this thread
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NAMES = {
    "Grünmarkt": BUYER, "Huerta Alba": SELLER, "Kestrel Cold Freight": CARRIER, "Maasdok Storage": ARBITER,
    "Alpes Crémerie": INSURER,
}  # fmt: skip
PHRASE = "a long pass phrase of mine"
LATE = "2026-05-20T21:10:00.000Z"
WARM = {"outside": 9000, "above": 9000}


def proposed(trade):
    trade.propose(insurance=INSURANCE)


def agreed(trade):
    trade.propose()
    trade.accept()


def lost(trade):
    trade.dispatched(insurance=INSURANCE)
    trade.until_due()
    trade.refund()


def disputed(trade):
    trade.arrived(LATE, WARM)
    trade.contest(BUYER)


def settled(trade):
    trade.arrived(LATE, WARM)
    trade.take(short=20, damaged=10)
    trade.until_due()
    trade.settle()


def insured(trade):
    trade.arrived(LATE, WARM, insurance=INSURANCE)
    trade.until_due()
    trade.settle()


def refunded(trade):
    trade.funded()
    trade.until_due()
    trade.refund()


STATES = {
    "proposed": proposed, "agreed": agreed, "funded": Trade.funded, "dispatched": Trade.dispatched,
    "arrived": lambda trade: trade.arrived(LATE, WARM), "disputed": disputed, "settled": settled, "refunded": refunded,
    "lost and insured": lost, "insurance paid": insured,
}  # fmt: skip


@pytest.fixture
def people(transactional_db):
    """A treasurer of each firm, by its name."""
    cache.clear()
    return {
        name: member(
            OrganisationFactory(name=name, msp_id=of["mspId"], pgln=of["organisation"]), Role.TREASURER, Role.RECEIVER
        )
        for name, of in NAMES.items()
    }


def project(trade):
    """What ledgerd copies and derives from the documents of the contract's state."""
    projectors = [*projection.PROJECTORS, *delivery_projection.PROJECTORS]
    order = ("account/", "shipment/", "escrow/", "settlement/", "leg/")
    block = Document.objects.count() + 1
    found = [key for prefix in order for key in sorted(trade.state) if key.startswith(prefix)]
    for position, key in enumerate(found):
        source = Source(f"{block:032x}{position:032x}", block, position, trade.clock, "HuertaAlbaMSP")
        content = trade.state[key]
        said = {"content": content, "tx_id": source.tx_id, "block": block, "position": position, "msp_id": "X"}
        Document.objects.update_or_create(key=key, defaults=said)
        for prefix, projector, _ in projectors:
            if key.startswith(prefix):
                projector(key, json.loads(content), source)


def shipment_in(state):
    """Its page's address. What is open has a deadline to come."""
    trade = Trade(shipment=os.urandom(16).hex()).begin()
    STATES[state](trade)
    project(trade)
    found = Shipment.objects.get(shipment_id=trade.shipment)
    if found.due:
        Shipment.objects.filter(pk=found.pk).update(due=datetime.now(UTC) + timedelta(days=1))
    organisation = Organisation.objects.get(msp_id=BUYER["mspId"])
    Consignment.objects.create(
        shipment_id=trade.shipment, organisation=organisation, title=f"S-22 {state}", goods="Strawberries", salt="00"
    )
    if state == "disputed":
        Said.objects.create(
            shipment_id=trade.shipment,
            organisation=organisation,
            words="Mould in ten crates",
            salt="00",
            digest="ab" * 32,
        )
    return f"/money/shipments/{trade.shipment}/"


def log_in(context, live_server, user):
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])


def test_each_state_is_sound_wide_and_narrow_light_and_dark(browser, live_server, people):
    pages = {state: shipment_in(state) for state in STATES}
    viewers = {
        "arrived": ("Grünmarkt", "Huerta Alba"),
        "disputed": ("Maasdok Storage",),
        "proposed": ("Alpes Crémerie",),
    }
    wrong = []
    for state, path in pages.items():
        for viewer in viewers.get(state, ("Huerta Alba",)):
            context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
            log_in(context, live_server, people[viewer])
            watched = Watched(context.new_page())
            wrong += look_at(watched.page, path, state)
            wrong += watched.unexpected
            context.close()
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    log_in(context, live_server, people["Grünmarkt"])
    for path in ("/money/", "/money/shipments/", "/money/shipments/add/"):
        wrong += look_at(context.new_page(), path, path)
    context.close()
    assert not wrong, "\n".join(wrong)


def look_at(page, path, name):
    """What is wrong with a page, in words."""
    wrong = []
    answer = page.goto(path)
    if answer.status != 200:
        return [f"{name}: {answer.status}"]
    for width, scheme in ((360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        if found.violations_count:
            wrong.append(f"{name}, {width}, {scheme}: {found.generate_report()}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wrong.append(f"{name}, {width}: {wide} px too wide")
    return wrong


def test_a_wish_is_confirmed_by_a_passkey_that_signs_it(browser, live_server, people):
    path = shipment_in("proposed")
    user = people["Alpes Crémerie"]
    user.set_password(PHRASE)
    user.save()
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PHRASE)
    page.locator("form button[type=submit], form button:not([type])").first.click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto("/accounts/2fa/webauthn/add/")
    if "/reauthenticate/" in page.url:  # whoever adds a key shows once more who they are
        page.get_by_label("Password").fill(PHRASE)
        page.get_by_role("button", name="Confirm").click()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda address: not address.endswith("/add/"))  # the key is stored, and its list is shown
    page.goto(path)
    page.get_by_role("button", name="Accept the terms").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Accept the terms of")
    page.get_by_role("button", name="Confirm with a passkey").click()
    page.get_by_text("Confirmed. It goes to the ledger now").wait_for()
    context.close()
    intent = Intent.objects.get()
    assert intent.assertion["method"] == "passkey"
    call = intents.calls_of(intent)[0]
    assert call.function == "accept_terms"
    assert refusal(call) == ""
