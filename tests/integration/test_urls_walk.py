"""Nobody and another organisation walk through every address: nothing private is said, nothing breaks.

What must not be said carries a marker. The markers stand in private records, in records for parties only, in the hidden
fields of a public record, and in everything an organisation keeps for itself: places, members, tokens, jobs, forecasts.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from forecasting.dwell.models import DwellJob, PlaceDwell
from forecasting.governance import models as governance
from forecasting.models import DelayPrediction, LeftOutRow, Run, Series, TrainingJob
from tests.factories import LocationFactory, LotFactory, ProductFactory, api_token, member
from tests.integration import walk
from tests.sensors_world import logger
from traceapp.accounts.models import ApiToken, Membership, Organisation, User
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility
from traceapp.capture.services import capture_document, capture_events
from traceapp.coldchain.models import Alarm, Case, Conditions, Leg, Step
from traceapp.epcis import identifiers
from traceapp.epcis.parse import parse_event
from traceapp.intents.models import Intent
from traceapp.ledger.models import Finding, Record
from traceapp.ledger.outgoing import Call
from traceapp.masterdata import vocabulary
from traceapp.masterdata.models import Location, Product
from traceapp.payments.delivery_models import Consignment, Said, Shipment
from traceapp.payments.models import Account, Deposit, Entry, Payout, Redemption, Row
from traceapp.provenance.models import Link
from traceapp.sensors.intake import take
from traceapp.sensors.models import Device, DeviceKey

pytestmark = pytest.mark.django_db

MARK = "Zyzzogeton"  # a word that no page says by itself
AMOUNT = 424242


@pytest.fixture(autouse=True)
def _no_limits_left_behind():
    """The limits on attempts to log in are counted in the cache, across tests."""
    cache.clear()
    yield
    cache.clear()


@dataclass
class Secrets:
    owner: Organisation
    stranger: User
    token: str
    paths: list[str]  # Digital Link paths of the goods


def event(lot: str, place: str, **members):
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid4()}",
        "eventTime": "2026-05-14T07:12:00Z",
        "eventTimeZoneOffset": "+02:00",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "readPoint": {"id": place},
        "quantityList": [{"epcClass": lot, "quantity": AMOUNT}],
        "bizTransactionList": [{"type": "po", "bizTransaction": f"urn:order:{MARK}"}],
        "traceapp:note": MARK,
        **members,
    }


def capture(owner, visibility, *events):
    context = {"traceapp": "https://traceapp.example/voc/"}
    parsed = [parse_event(one, context=context) for one in events]
    return capture_events(organisation=owner, member=None, events=parsed, source="import", visibility=visibility)


def forecasts_of(owner, person, record):
    job = TrainingJob.objects.create(organisation=owner, requested_by=person, kind="demand", doing=MARK, error=MARK)
    run = Run.objects.create(
        job=job,
        organisation=owner,
        kind="demand",
        record=record,
        statement={"note": MARK},
        dataset_root="ab" * 32,
        as_of_block=1,
        until=date(2026, 5, 14),
        horizon=7,
        rows_used=AMOUNT,
        predictions_hash="cd" * 32,
        model_hash="ef" * 32,
    )
    Series.objects.create(
        run=run, product=MARK, place=MARK, product_name=MARK, place_name=MARK, every="day", champion="x", mode="x"
    )
    LeftOutRow.objects.create(run=run, reason="mismatch", record_uid=record.uid, detail=MARK)
    DelayPrediction.objects.create(
        run=run,
        record_uid=record.uid,
        delivery=MARK,
        scheduled=date(2026, 5, 14),
        p_late=0.5,
        days_p10=0,
        days_p50=1,
        days_p90=2,
    )
    TrainingJob.objects.create(organisation=owner, requested_by=person, kind="delay", state="running", doing=MARK)
    model_of(owner, run)
    dwell_of(owner, person)


def dwell_of(owner, person):
    """A measuring that ended, and one that runs."""
    ended = DwellJob.objects.create(organisation=owner, requested_by=person, state="done", used=AMOUNT)
    hours = {"median": 5.0, "low": 4.0, "high": 6.0, "ninety": 9.0, "oldest": 0.0, "stays": AMOUNT, "waiting": 0}
    months = [["2026-05-01", 5.0, AMOUNT]]
    PlaceDwell.objects.create(job=ended, rank=1, place=MARK, name=MARK, months=months, **hours)
    DwellJob.objects.create(organisation=owner, requested_by=person, state="running", doing=MARK)


def model_of(owner, run):
    """A version of it that others neither vote nor report on, with its card, a job and a report."""
    model = "7" * 32
    governance.Version.objects.create(
        model=model, organisation=owner, run=run, card=json.dumps({"card": {"use": MARK}})
    )
    whose = {"msp_id": owner.msp_id, "pgln": owner.pgln, "tx_id": MARK, "block": 1, "position": 0}
    hashes = dict.fromkeys(("hash", "dataset", "predictions", "card"), "ab" * 32)
    content = {"id": model, "version": AMOUNT, "status": "registered", "statusAt": "2026-05-14T09:12:00.000Z", **hashes}
    governance.Entry.objects.create(
        key=f"model/{model}", kind="model", model=model, purpose="demand", content=content, **whose
    )
    governance.MonitorJob.objects.create(organisation=owner, model=model, state="running", doing=MARK, notes=[MARK])


def money_of(owner, person):
    """An account with a line, a payout, a deposit, and a wish that waits for its confirmation."""
    whose = {"msp_id": owner.msp_id, "pgln": owner.pgln}
    now = timezone.now()
    Account.objects.create(key=f"account/{owner.msp_id}/{owner.pgln}", opened=now, **whose)
    Row.objects.create(key=f"row/{MARK}", name=MARK, currency="EUR", amount=AMOUNT, **whose)
    moved = {"currency": "EUR", "amount": AMOUNT, "at": now, "block": 1}
    Entry.objects.create(key=f"mint/{MARK}", kind="deposit", reference=MARK, tx_id=MARK, position=0, **moved, **whose)
    paid = {"redemption_id": "ab" * 16, "instruction": "cd" * 32, "state": "requested", "payment": MARK}
    Redemption.objects.create(key=f"redemption/{MARK}", **paid, **moved, **whose)
    to = {"name": MARK, "iban": MARK, "remittance": MARK, "salt": "ef" * 16}
    Payout.objects.create(redemption_id="ab" * 16, organisation=owner, currency="EUR", amount=AMOUNT, **to)
    proposed = {"bank": owner.msp_id, "reference": MARK, "state": "proposed", "by": MARK}
    Deposit.objects.create(key=f"mint/{MARK}/1", **proposed, **moved, **whose)
    facts = [{"label": MARK, "value": MARK}]
    wish = {"role": "treasurer", "requests": [], "digest": "ab" * 32, "title": MARK, "facts": facts, "back": "/money/"}
    Intent.objects.create(organisation=owner, by=person, **wish)
    agreed = {"terms": {"price": AMOUNT, "currency": "EUR", "note": MARK}}
    named = {"shipment_id": "12" * 16}
    shipment = Shipment.objects.create(
        key=f"shipment/{MARK}", state=MARK, document=agreed, tx_id=MARK, block=1, **named
    )
    shipment.parties.create(part="buyer", **whose)
    Consignment.objects.create(organisation=owner, by=person, title=MARK, goods=MARK, salt="ab" * 16, **named)
    Said.objects.create(organisation=owner, words=MARK, salt="ab" * 16, digest="cd" * 32, **named)
    asked = {"role": "treasurer", "function": "transfer", "call_id": MARK, "reason": MARK, "state": "invalid"}
    Call.objects.create(organisation=owner, by=person, argument=f'{{"amount":{AMOUNT}}}', **asked)


def cold_chain_of(owner, person, record):
    now = timezone.now()
    held = Device.objects.get(organisation=owner)
    leg = Leg.objects.create(
        organisation=owner, device=held, goods=f"urn:{MARK}", goods_key=1, began=now, began_by=record.pk
    )
    case = Case.objects.create(
        organisation=owner, leg=leg, goods=f"urn:{MARK}", goods_key=1, side="above", began=now, extreme=AMOUNT,
        outside=AMOUNT, limits={}, owner=person,
    )  # fmt: skip
    Step.objects.create(case=case, what="note", by=person, text=MARK)
    Conditions.objects.create(organisation=owner, name=MARK, product_class="other", low=AMOUNT)
    Alarm.objects.create(organisation=owner, email=f"{MARK}@owner.example")


@pytest.fixture
def secrets(ledger_world, settings):
    settings.DEMO = False
    owner, other, third = ledger_world.organisations
    person = member(owner, Role.ADMIN, email=f"{MARK}@owner.example", first_name=MARK, last_name=MARK)
    private_place = LocationFactory(organisation=owner, name=f"{MARK} yard", city=MARK)
    open_place = LocationFactory(organisation=owner, name="Dock", city="Rotterdam")
    lots = [LotFactory(product=ProductFactory(organisation=owner, name="Strawberries")) for _ in range(3)]
    of = [identifiers.lot(lot.product.gtin, lot.number) for lot in lots]
    hidden, dock = identifiers.location(private_place.gln), identifiers.location(open_place.gln)
    (record,) = capture(owner, Visibility.PRIVATE, event(of[0], hidden, disposition="in_transit"))
    party = [{"type": "owning_party", "destination": identifiers.party(third.pgln)}]
    capture(owner, Visibility.PARTIES, event(of[1], hidden, destinationList=party))
    capture(owner, Visibility.PUBLIC, event(of[2], dock))
    document = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"traceapp": "https://traceapp.example/voc/"},
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-05-14T07:12:00Z",
        "epcisBody": {"eventList": [event(of[0], hidden)]},
    }
    capture_document(
        organisation=owner, member=person, body=json.dumps(document).encode(), visibility=Visibility.PRIVATE
    )
    told = {"id": "urn:x:shed", "attributes": [{"id": "cbvmda:name", "attribute": MARK}]}
    vocabulary.keep(owner, "urn:x:places", told, {})
    ledger_world.anchor()
    capture(owner, Visibility.PRIVATE, event(of[0], hidden))  # one that still waits
    forecasts_of(owner, person, record)
    money_of(owner, person)
    Finding.objects.create(what="changed", record_uid=record.uid, record_pk=record.pk, organisation=owner, message=MARK)
    Link.objects.create(
        organisation=owner,
        path=of[2].removeprefix("https://id.gs1.org"),
        link_type="https://ref.gs1.org/voc/faqs",
        href=f"https://shop.example/{MARK}",
        title=MARK,
        valid_from=timezone.now() + timedelta(days=1),  # a link is everybody's, but only from its first day on
    )
    device = logger(owner, name=MARK, model=MARK, certificate=MARK)
    take([device.message([AMOUNT / 1000]), device.message()[:-8] + "AAAAAAAA"])
    cold_chain_of(owner, person, record)
    api_token(person, owner, name=MARK)
    stranger = member(other, *Role.values, email="stranger@other.example")
    return Secrets(owner, stranger, api_token(stranger, other), [one.removeprefix("https://id.gs1.org") for one in of])


def everything(secrets):
    fixed = [f"{front}{path}" for front in ("", "/p", "/labels") for path in secrets.paths]
    searches = [f"/find/?q={path}" for path in secrets.paths]
    # a value that carries the marker would come back as an echo of the address
    offers = {
        name: {one for one in values if MARK.lower() not in one.lower()} for name, values in walk.offered().items()
    }
    yield from [*fixed, *searches, *walk.addresses(offers)]


def told(response, address):
    """What is wrong with an answer to somebody who may see nothing of it."""
    said = walk.body_of(response)
    shown = said.replace(address, "")
    if response.status_code >= 500:
        return f"{address}: {response.status_code}"
    for secret in (MARK, MARK.lower(), str(AMOUNT), f"{AMOUNT:,}"):
        if secret in shown:
            at = shown.index(secret)
            return f"{address}: {response.status_code} says ...{shown[max(0, at - 80) : at + 30]!r}"
    return ""


def findings_of(client, secrets, method="get", only="/", **headers):
    wrong = []
    for address in everything(secrets):
        if not address.startswith(only):
            continue
        body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
        wrong.append(told(getattr(client, method)(address, headers=headers, **body), address))
    return [one for one in wrong if one]


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def test_nobody_reads_anything_private(client, secrets):
    assert findings_of(client, secrets) == []


def test_another_organisation_reads_anything_private_neither(client, secrets):
    client.force_login(secrets.stranger)
    assert findings_of(client, secrets) == []
    assert client.get("/organisation/me/").status_code == 200, "was logged out on the way"


def test_the_token_of_another_organisation_opens_nothing_either(client, secrets):
    assert findings_of(client, secrets, Authorization=f"Bearer {secrets.token}", Accept="application/json") == []


def kept(owner):
    return {
        "members": sorted(Membership.objects.filter(organisation=owner).values_list("user__email", "role")),
        "tokens": sorted(ApiToken.objects.filter(organisation=owner).values_list("name", flat=True)),
        "products": sorted(Product.objects.filter(organisation=owner).values_list("gtin", "name")),
        "places": sorted(Location.objects.filter(organisation=owner).values_list("gln", "name")),
        "records": sorted(Record.objects.filter(organisation=owner).values_list("uid", "visibility")),
        "device keys": sorted(
            DeviceKey.objects.filter(device__organisation=owner).values_list("kid", "state", "stopped_at")
        ),
        "jobs": sorted(TrainingJob.objects.filter(organisation=owner).values_list("uid", "state", "cancel")),
        "measurings": sorted(DwellJob.objects.filter(organisation=owner).values_list("uid", "state", "cancel")),
        "monitoring": sorted(
            governance.MonitorJob.objects.filter(organisation=owner).values_list("uid", "state", "cancel")
        ),
        "money": sorted(Call.objects.filter(organisation=owner).values_list("function", "state", "argument")),
        "wishes": sorted(Intent.objects.filter(organisation=owner).values_list("uid", "confirmed")),
        "audience": Organisation.objects.get(pk=owner.pk).default_visibility,
        "cases": sorted(Case.objects.filter(organisation=owner).values_list("uid", "state", "on_hold", "owner")),
        "steps": Step.objects.filter(case__organisation=owner).count(),
        "legs": sorted(Leg.objects.filter(organisation=owner).values_list("uid", "record_due")),
        "conditions": sorted(Conditions.objects.filter(organisation=owner).values_list("pk", "name", "low")),
        "alarms": sorted(Alarm.objects.filter(organisation=owner).values_list("pk", "email")),
    }


def test_nobody_changes_anything(client, secrets):
    before = kept(secrets.owner)
    for method in ("post", "patch", "delete"):
        assert findings_of(client, secrets, method) == []
    assert kept(secrets.owner) == before


def test_another_organisation_changes_nothing_by_its_pages(client, secrets):
    before = kept(secrets.owner)
    client.force_login(secrets.stranger)
    wrong = []
    for address in everything(secrets):
        answer = client.post(address, {"organisation": secrets.owner.pk, "roles": "admin", "name": "taken over"})
        wrong.append(told(answer, address))
        if address.startswith("/accounts/"):
            client.force_login(secrets.stranger)  # some of these log out
    assert [one for one in wrong if one] == []
    assert kept(secrets.owner) == before


def test_another_organisation_changes_nothing_by_the_api(client, secrets):
    before = kept(secrets.owner)
    token = {"Authorization": f"Bearer {secrets.token}", "Accept": "application/json"}
    for method in ("post", "put", "patch", "delete"):
        assert findings_of(client, secrets, method, only=("/api/", "/epcis/"), **token) == []
    assert kept(secrets.owner) == before


def test_the_owner_does_read_it_so_the_markers_are_worth_something(client, secrets):
    client.force_login(User.objects.get(first_name=MARK))
    for address in (
        "/masterdata/locations/",
        "/money/",
        "/money/payouts/",
        "/money/transactions/",
        f"/forecasts/models/{'7' * 32}/",
        "/organisation/",
        "/organisation/me/",
        "/api/v1/locations/",
    ):
        assert MARK in client.get(address).content.decode()


def test_the_walk_knows_every_room():
    walked = {pattern.rstrip("/") for pattern in walk.patterns()}
    for room in (
        "/organisation/",
        "/masterdata/",
        "/epcis/capture",
        "/forecasts/",
        "/forecasts/models/",
        "/api/v1/models/",
        "/sensors/",
        "/ledger/",
        "/money/",
        "/api/v1/products/",
        "/",
    ):
        assert room.rstrip("/") in walked
