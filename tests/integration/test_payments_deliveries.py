"""Payment on delivery in the application: agree, fund, send, take; the contract decides, the pages say why."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import OrganisationFactory, member
from tests.money_world import MoneyWorld
from traceapp.accounts.roles import Role
from traceapp.intents.models import Intent
from traceapp.ledger import apps, audit
from traceapp.ledger.models import Finding
from traceapp.ledger.outgoing import Call
from traceapp.payments import deadlines, deliveries, selectors, services, standing
from traceapp.payments.delivery_forms import TermsForm
from traceapp.payments.delivery_models import Said, Shipment

PRICE = 1_000_000


class Clock:
    """The ledger's and everybody's clock: `ahead` of the true one."""

    def __init__(self):
        self.ahead = timedelta()

    def now(self):
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(apps, "_now", made.now)
    return made


class Sale:
    """Buyer, seller, carrier and arbiter, an account with money, and terms that are proposed by the buyer."""

    def __init__(self, money, carrier, arbiter, clock):
        self.money, self.carrier, self.arbiter, self.clock = money, carrier, arbiter, clock
        self.buyer, self.seller = money.firms
        self.people = {one.pk: money.treasurer(one) for one in (carrier, arbiter)} | money.treasurers

    @property
    def shipment(self):
        return Shipment.objects.get()

    def act(self, client, organisation, act, **fields):
        client.force_login(self.people[organisation.pk])
        page = client.post(f"/money/shipments/{self.shipment.shipment_id}/do/", {"act": act, **fields}, follow=True)
        self.confirm_if_asked(client, page, organisation)
        self.money.world.anchor()
        return page.content.decode()

    def confirm_if_asked(self, client, page, organisation):
        if "/confirm/" in page.request["PATH_INFO"]:
            code = self.money.code(self.people[organisation.pk])
            done = client.post(page.request["PATH_INFO"], {"code": code}, follow=True)
            assert "Confirmed" in done.content.decode()

    def propose(self, client, **changed):
        client.force_login(self.people[self.buyer.pk])
        page = client.post("/money/shipments/add/", self.fields(**changed), follow=True)
        self.confirm_if_asked(client, page, self.buyer)
        self.money.world.anchor()
        return page.content.decode()

    def fields(self, **changed):
        start = self.clock.now().replace(tzinfo=None)
        names = {"accept_by": 1, "fund_by": 2, "dispatch_by": 3, "deadline": 4}
        dates = {name: f"{start + timedelta(days=days):%Y-%m-%dT%H:%M}" for name, days in names.items()}
        return {
            "title": "S-2207", "goods": "Strawberries, 200 crates", "we_are": "buyer", "other": self.seller.pk,
            "carrier": self.carrier.pk, "arbiter": self.arbiter.pk, "currency": "EUR", "price": "10000",
            "at_dispatch": "2000", "at_arrival": "0", "quantity": 200, "unit": "CS", "tolerance": 1, "damaged_pays": 50,
            "zone": "UTC", "grace_minutes": 120, "late_per_hour": "40", "late_cap": "400", "outside_minutes": 30,
            "missing_minutes": 60, "warm_per_hour": "0", "warm_cap": "0", "contest_hours": 48, "resolve_hours": 240,
            "on_silent_arbiter": "computed", **dates, **changed,
        }  # fmt: skip

    def go(self, client, *, late=timedelta(hours=-1), **changed):
        """Agreed, funded, sent, and arrived so much after the deadline."""
        self.propose(client, **changed)
        self.act(client, self.seller, "accept")
        self.act(client, self.buyer, "fund")
        self.step("dispatch")
        deadline = datetime.fromisoformat(self.shipment.document["terms"]["deadline"]["at"])
        self.clock.ahead += deadline + late - self.clock.now()
        self.step("record_arrival")

    def step(self, function):
        deliveries.step(
            organisation=self.carrier, by=None, shipment=self.shipment, function=function, at=self.clock.now()
        )
        self.money.world.anchor()


@pytest.fixture
def sale(ledger_world, settings, clock):
    carrier, arbiter = OrganisationFactory(name="Kestrel"), OrganisationFactory(name="Maasdok")
    ledger_world.provision()
    money = MoneyWorld.on(ledger_world, settings)
    made = Sale(money, carrier, arbiter, clock)
    money.deposit(made.buyer, PRICE)
    return made


def balance(organisation):
    return sum(one.amount for one in selectors.balances(organisation))


def test_from_terms_to_payment_in_time_and_in_full(sale, client):
    said = sale.propose(client)
    assert "If it arrives 3 h late the seller receives EUR\u00a09,960.00" in said
    sale.act(client, sale.seller, "accept")
    assert sale.shipment.state == "agreed"
    sale.act(client, sale.buyer, "fund")
    assert (sale.shipment.state, balance(sale.buyer)) == ("funded", 0)
    sale.act(client, sale.carrier, "dispatch")
    assert (sale.shipment.state, balance(sale.seller)) == ("dispatched", 200_000)
    sale.act(client, sale.carrier, "arrive")
    page = sale.act(client, sale.buyer, "take", short=0, damaged=0, refused=0)
    assert "It goes to the ledger now" in page
    deadlines.send_due()
    sale.money.world.anchor()
    assert (sale.shipment.state, balance(sale.seller), balance(sale.buyer)) == ("settled", PRICE, 0)
    assert all(one.adds_up for firm in (sale.buyer, sale.seller) for one in selectors.balances(firm))
    page = client.get(f"/money/shipments/{sale.shipment.shipment_id}/").content.decode()
    assert "What was paid" in page
    assert "Nothing can move any more" in page
    audit.everything(sale.money.world.ledger)
    assert not Finding.objects.filter(resolved=None).exists()


def test_late_goods_cost_what_the_terms_say_and_the_page_shows_the_arithmetic(sale, client):
    sale.go(client, late=timedelta(hours=5, minutes=10))
    client.force_login(sale.people[sale.seller.pk])
    page = client.get(f"/money/shipments/{sale.shipment.shipment_id}/").content.decode()
    assert "What would be paid now" in page
    assert "4 x 4000 = 16000" in page
    sale.clock.ahead += timedelta(hours=49)
    now = sale.clock.now()
    Shipment.objects.update(due=sale.shipment.due - sale.clock.ahead)  # for who looks at the true clock
    deadlines.send_due()
    Call.objects.update(claimed_until=datetime.now(UTC))
    sale.money.world.anchor()
    assert sale.shipment.state == "settled"
    assert balance(sale.seller) == PRICE - 16_000
    assert balance(sale.buyer) == 16_000
    assert datetime.fromisoformat(sale.shipment.settlement["at"]) >= now


def test_short_goods_are_not_paid(sale, client):
    sale.go(client)
    deliveries.take(organisation=sale.buyer, by=None, shipment=sale.shipment, short=3, damaged=0, refused=0)
    sale.money.world.anchor()
    sheet = standing.preview(sale.shipment)
    assert (sheet.to_seller, sheet.to_buyer) == (PRICE - 200_000 - 15_000, 15_000)


def test_a_dispute_is_decided_by_the_arbiter(sale, client):
    sale.go(client)
    person = sale.people[sale.buyer.pk]
    deliveries.contest(
        organisation=sale.buyer, by=person, shipment=sale.shipment, reason="quality", words="Mould in ten crates"
    )
    sale.money.world.anchor()
    assert sale.shipment.state == "disputed"
    assert sale.shipment.document["dispute"]["evidence"] == Said.objects.get().digest
    client.force_login(sale.people[sale.arbiter.pk])
    page = client.get(f"/money/shipments/{sale.shipment.shipment_id}/").content.decode()
    assert "Mould in ten crates" in page
    sale.act(client, sale.arbiter, "resolve", seller="5000", reason="Half of it was good")
    assert sale.shipment.state == "settled"
    assert (balance(sale.seller), balance(sale.buyer)) == (200_000 + 500_000, 300_000)


def test_nobody_else_sees_or_does_anything(sale, client):
    sale.propose(client)
    client.force_login(sale.money.clerks[0])
    address = f"/money/shipments/{sale.shipment.shipment_id}/"
    assert client.get(address).status_code == 404
    assert client.post(f"{address}do/", {"act": "accept"}).status_code == 404
    client.force_login(sale.people[sale.carrier.pk])
    before = Call.objects.count()
    for act in ("accept", "fund", "take", "contest", "resolve"):
        said = client.post(f"{address}do/", {"act": act}, follow=True).content.decode()
        assert "cannot be done by you" in said
    for act in ("dispatch", "end", "nonsense"):
        said = client.post(f"{address}do/", {"act": act}, follow=True).content.decode()
        assert "cannot be done now" in said
    assert Call.objects.count() == before


def test_who_is_no_treasurer_cannot_agree_but_a_carriers_driver_says_that_goods_left(sale, client):
    sale.propose(client)
    client.force_login(member(sale.seller, Role.SUPPLIER))
    address = f"/money/shipments/{sale.shipment.shipment_id}/"
    assert client.post(f"{address}do/", {"act": "accept"}).status_code == 403
    sale.act(client, sale.seller, "accept")
    sale.act(client, sale.buyer, "fund")
    client.force_login(member(sale.carrier, Role.CARRIER))
    client.post(f"{address}do/", {"act": "dispatch"})
    sale.money.world.anchor()
    assert sale.shipment.state == "dispatched"


def test_a_lapse_gives_back_what_was_funded(sale, client):
    sale.propose(client)
    sale.act(client, sale.seller, "accept")
    sale.act(client, sale.buyer, "fund")
    sale.clock.ahead += timedelta(days=4)
    deadlines.send(sale.shipment, sale.seller)
    sale.money.world.anchor()
    assert (sale.shipment.state, balance(sale.buyer)) == ("refunded", PRICE)
    assert all(one.adds_up for one in selectors.balances(sale.buyer))


def test_what_is_due_is_asked_for_once(sale, client):
    sale.propose(client)
    Shipment.objects.update(due=datetime.now(UTC) - timedelta(hours=1))
    deadlines.send_due()
    deadlines.send_due()
    assert Call.objects.filter(function="refund_expired").count() == 1
    sale.money.world.anchor()  # the contract knows better
    assert Call.objects.get(function="refund_expired").code == "too_early"
    deadlines.send_due()
    assert Call.objects.filter(function="refund_expired").count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"price": "-5"}, "price"),
        ({"price": "10,000"}, "price"),
        ({"currency": "XAU"}, "currency"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"deadline": "2020-01-01T00:00"}, "deadline"),
        ({"at_dispatch": "9000", "at_arrival": "2000"}, "at_dispatch"),
        ({"band_min": "2"}, "band_max"),
        ({"band_min": "8", "band_max": "2", "devices": "9506000111logger-7"}, "band_min"),
        ({"band_min": "2", "band_max": "8"}, "band_min"),
        ({"quantity": 0}, "quantity"),
        ({"tolerance": 500}, "quantity"),
        ({"late_per_hour": "20000"}, "late_per_hour"),
    ],
)
def test_terms_that_cannot_be_are_refused_at_their_field(sale, changed, field):
    form = TermsForm(sale.fields(**changed), organisation=sale.buyer, shipment_id="0" * 32, salt="")
    assert not form.is_valid()
    assert field in form.errors


def test_the_arbiter_is_no_party(sale, client):
    said = sale.propose(client, arbiter=sale.carrier.pk)
    assert "is the carrier already" in said
    assert not Intent.objects.filter(title__startswith="Propose S").exists()


def test_money_that_is_not_there_is_said_before_anybody_confirms(sale, client):
    sale.propose(client, price="20000")
    sale.act(client, sale.seller, "accept")
    with pytest.raises(services.MoneyError, match="not as much"):
        deliveries.fund(
            organisation=sale.buyer,
            by=sale.people[sale.buyer.pk],
            shipment=sale.shipment,
            title="S",
            amount=2_000_000,
        )
    assert "not as much" in sale.act(client, sale.buyer, "fund")


def test_those_whose_money_it_is_need_not_wait_once_they_agree_to_the_figures(sale, client):
    sale.go(client, late=timedelta(hours=5, minutes=10))
    shown = sale.act(client, sale.buyer, "content", seller="784001")
    assert "The figures have changed: read them again" in shown
    assert "only buyer, insurer and seller may" in sale.act(client, sale.carrier, "content", seller="784000")
    sale.act(client, sale.buyer, "content", seller="784000")
    assert sale.shipment.state == "arrived"
    assert "it is said already" in sale.act(client, sale.buyer, "content", seller="784000")
    client.force_login(sale.people[sale.seller.pk])
    page = client.get(f"/money/shipments/{sale.shipment.shipment_id}/").content.decode()
    assert f"Agreed so far: {sale.buyer.name}." in page
    sale.act(client, sale.seller, "content", seller="784000")
    assert (sale.shipment.state, balance(sale.seller), balance(sale.buyer)) == ("settled", PRICE - 16_000, 16_000)
    assert {one["by"]["organisation"] for one in sale.shipment.consents.values()} == {sale.buyer.pgln, sale.seller.pgln}
    audit.everything(sale.money.world.ledger)
    assert not Finding.objects.filter(resolved=None).exists()
