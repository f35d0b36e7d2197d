"""Payment on delivery in the application on Fabric: agreed, funded, sent, arrived, taken and paid, each confirmed."""

import secrets
from datetime import UTC, datetime, timedelta

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from tests.fabric.test_calls import bank_of
from tests.factories import OrganisationFactory, member
from tests.money_world import unused_code
from traceapp.accounts.models import Membership
from traceapp.accounts.roles import Role
from traceapp.intents import services as intents
from traceapp.ledger import audit, calls
from traceapp.ledger.models import Finding
from traceapp.ledger.outgoing import Call
from traceapp.payments import attested, deadlines, deliveries, selectors, services, wishes
from traceapp.payments.delivery_forms import TermsForm
from traceapp.payments.delivery_models import Shipment
from traceapp.payments.models import Account, Deposit

PRICE = 1_000_000


def treasurer(organisation):
    user = member(organisation, Role.TREASURER)
    TOTP.activate(user, generate_totp_secret())
    return user


def confirm(world, intent):
    intents.confirm(intent=intent, by=intent.by, code=unused_code(intent.by))
    world.anchor()
    refused = Call.objects.filter(state="invalid").values_list("function", "code", "reason")
    assert not list(refused)


def terms(seller, carrier, arbiter):
    start = datetime.now(UTC)
    days = {"accept_by": 1, "fund_by": 2, "dispatch_by": 3, "deadline": 4}
    return {
        "title": "S-1", "goods": "Strawberries", "we_are": "buyer", "other": seller.pk, "carrier": carrier.pk,
        "arbiter": arbiter.pk, "currency": "EUR", "price": "10000", "at_dispatch": "2000", "at_arrival": "1000",
        "quantity": 200, "unit": "CS", "tolerance": 1, "damaged_pays": 50, "zone": "UTC", "grace_minutes": 120,
        "late_per_hour": "40", "late_cap": "400", "outside_minutes": 30, "missing_minutes": 60, "warm_per_hour": "0",
        "warm_cap": "0", "contest_hours": 48, "resolve_hours": 240, "on_silent_arbiter": "computed",
        **{name: f"{start + timedelta(days=later):%Y-%m-%dT%H:%M}" for name, later in days.items()},
    }  # fmt: skip


def money_for(world, bank, persons, holder):
    """A deposit by the bank's two persons."""
    for person in persons:
        Membership.objects.filter(user=person).update(role=Role.TREASURER)
        TOTP.activate(person, generate_totp_secret())
    to = Account.objects.get(msp_id=holder.msp_id, pgln=holder.pgln)
    said = {"reference": f"TB-{secrets.token_hex(6).upper()}", "to": to, "currency": "EUR", "amount": PRICE}
    confirm(world, wishes.propose_deposit(organisation=bank, by=persons[0], **said))
    deposit = Deposit.objects.get(reference=said["reference"])
    confirm(world, wishes.approve_deposit(organisation=bank, by=persons[1], deposit=deposit))


def proposed(world, buyer, by, seller, carrier, arbiter):
    shipment_id, salt = calls.new_id(), secrets.token_hex(16)
    form = TermsForm(terms(seller, carrier, arbiter), organisation=buyer, shipment_id=shipment_id, salt=salt)
    assert form.is_valid(), form.errors.as_json()
    said = {"title": "S-1", "goods": "Strawberries", "salt": salt, "terms": form.cleaned_data["terms"], "facts": []}
    confirm(world, deliveries.propose(organisation=buyer, by=by, shipment_id=shipment_id, **said))
    return shipment_id


def held(organisation):
    return sum(one.amount for one in selectors.balances(organisation))


def test_from_terms_to_payment(world, fabric_network, tmp_path):
    bank, persons = bank_of(world, fabric_network, tmp_path)
    seller, carrier, buyer = world.organisations
    guest = next(one for one in fabric_network.topology.members if one.name.startswith("Maasdok"))
    arbiter = OrganisationFactory(name=guest.name, msp_id=guest.msp_id, pgln=guest.pgln)
    people = {one.pk: treasurer(one) for one in (buyer, seller)}
    world.anchor()
    for one in (buyer, seller):
        if selectors.account_of(one) is None:  # the network is shared, and remembers
            services.open_account(organisation=one, by=people[one.pk])
    world.anchor()
    money_for(world, bank, persons, buyer)
    before = held(buyer), held(seller)
    shipment_id = proposed(world, buyer, people[buyer.pk], seller, carrier, arbiter)

    def now():
        return Shipment.objects.get(shipment_id=shipment_id)

    confirm(world, deliveries.agree(organisation=seller, by=people[seller.pk], shipment=now(), title="S-1"))
    confirm(
        world,
        deliveries.fund(organisation=buyer, by=people[buyer.pk], shipment=now(), title="S-1", amount=PRICE),
    )
    for function, state in (("dispatch", "dispatched"), ("record_arrival", "arrived")):
        deliveries.step(organisation=carrier, by=None, shipment=now(), function=function, at=datetime.now(UTC))
        world.anchor()
        assert now().state == state
    early = deadlines.send(now(), seller)
    world.anchor()
    early.refresh_from_db()
    assert (early.state, early.code) == ("invalid", "too_early")
    assert (held(buyer) - before[0], held(seller) - before[1]) == (-PRICE, 300_000)
    deliveries.take(organisation=buyer, by=None, shipment=now(), short=0, damaged=0, refused=0)
    world.anchor()
    assert deadlines.since(now()) <= datetime.now(UTC)  # in full and in time: nothing is left to be contested
    deadlines.send(now(), carrier)
    world.anchor()
    assert now().state == "settled"
    assert (held(buyer) - before[0], held(seller) - before[1]) == (-PRICE, PRICE)
    assert all(one.by for one in attested.of(now()))
    audit.everything(world.ledger)
    assert not Finding.objects.filter(resolved=None, what__in=("document", "call", "projected")).exists()
