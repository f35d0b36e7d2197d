"""Events about the goods move their shipment on: verified ones, of whom the terms name, in their time."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.factories import LotFactory, ProductFactory
from tests.integration.test_payments_deliveries import clock, sale  # noqa: F401 (fixtures)
from traceapp.accounts.visibility import Visibility
from traceapp.capture.models import Event
from traceapp.capture.services import capture_events
from traceapp.epcis import identifiers
from traceapp.epcis.parse import parse_event
from traceapp.ledger.models import Record
from traceapp.ledger.outgoing import Call
from traceapp.payments import triggers
from traceapp.payments.delivery_models import Consignment


@pytest.fixture
def sent(sale, client):  # noqa: F811
    """A funded shipment of one lot."""
    lot = LotFactory(product=ProductFactory(organisation=sale.seller))
    sale.propose(client, codes=f"(01){lot.product.gtin}(10){lot.number}")
    sale.act(client, sale.seller, "accept")
    sale.act(client, sale.buyer, "fund")
    sale.code = identifiers.lot(lot.product.gtin, lot.number)
    assert Consignment.objects.get().codes == [sale.code]
    return sale


def see(sale, organisation, biz_step, *, ago=timedelta(minutes=1), anchor=True, quantity=200, public=False, **members):  # noqa: F811
    at = datetime.now(UTC) - ago
    event = {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid4()}",
        "eventTime": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": biz_step,
        "quantityList": [{"epcClass": sale.code, "quantity": quantity}],
        **members,
    }
    parsed = [parse_event(event)]
    visibility = Visibility.PUBLIC if public else Visibility.CHAIN
    capture_events(organisation=organisation, member=None, events=parsed, source="import", visibility=visibility)
    if anchor:
        sale.money.world.anchor()
    return at


def test_the_carriers_and_the_consignees_events_bring_it_to_its_payment(sent):
    Call.objects.update(created=datetime.now(UTC))
    sale_ = sent
    sale_.shipment.document["acceptances"]
    see(sale_, sale_.carrier, "shipping", ago=timedelta(0))
    triggers.look()
    sale_.money.world.anchor()
    assert sale_.shipment.state == "dispatched"
    at = see(sale_, sale_.carrier, "arriving", ago=timedelta(0))
    triggers.look()
    sale_.money.world.anchor()
    assert sale_.shipment.state == "arrived"
    assert abs(datetime.fromisoformat(sale_.shipment.document["arrived"]["at"]) - at) < timedelta(seconds=1)
    see(sale_, sale_.buyer, "accepting", ago=timedelta(0))
    triggers.look()
    sale_.money.world.anchor()
    assert sale_.shipment.document["delivery"]["short"] == 0
    triggers.look()
    assert Call.objects.filter(function="accept_delivery").count() == 1


@pytest.mark.parametrize("who", ["buyer", "seller", "arbiter"])
def test_an_event_of_somebody_else_moves_nothing(sent, who):
    see(sent, getattr(sent, who), "shipping", ago=timedelta(0))
    triggers.look()
    assert not Call.objects.filter(function="dispatch").exists()


def test_an_event_from_before_or_of_another_step_moves_nothing(sent):
    see(sent, sent.carrier, "shipping", ago=timedelta(hours=2))
    see(sent, sent.carrier, "arriving", ago=timedelta(0))
    triggers.look()
    assert not Call.objects.filter(function__in=("dispatch", "record_arrival")).exists()


def test_a_record_that_waits_or_does_not_match_moves_nothing(sent):
    see(sent, sent.carrier, "shipping", ago=timedelta(0), anchor=False)
    triggers.look()
    assert not Call.objects.filter(function="dispatch").exists()
    sent.money.world.anchor()
    record = Record.objects.order_by("-pk").first()
    Record.objects.filter(pk=record.pk).update(disclosures=bytes(record.disclosures).replace(b"200", b"201"))
    triggers.look()
    assert not Call.objects.filter(function="dispatch").exists()


def test_an_index_that_was_changed_moves_nothing(sent):
    see(sent, sent.carrier, "storing", ago=timedelta(0))
    Event.objects.filter(biz_step="storing").update(biz_step="shipping")
    triggers.look()
    assert not Call.objects.filter(function="dispatch").exists()


@pytest.fixture
def arrived(sent):
    for function, biz_step in (("dispatch", "shipping"), ("record_arrival", "arriving")):
        see(sent, sent.carrier, biz_step, ago=timedelta(0))
        triggers.look()
        sent.money.world.anchor()
        assert Call.objects.get(function=function).label == "On ledger"
    return sent


def delivery(sale):  # noqa: F811
    triggers.look()
    sale.money.world.anchor()
    found = sale.shipment.document["delivery"]
    return found and (found["short"], found["damaged"], found["refused"])


def test_receiving_events_say_how_much_was_taken(arrived):
    see(arrived, arrived.buyer, "receiving", ago=timedelta(0), quantity=150)
    assert delivery(arrived) is None
    see(arrived, arrived.buyer, "receiving", ago=timedelta(0), quantity=30, disposition="damaged")
    see(arrived, arrived.buyer, "accepting", ago=timedelta(0), quantity=5, disposition="returned")
    assert delivery(arrived) == (15, 30, 5)


def test_an_event_that_was_declared_an_error_does_not_count_and_the_corrected_one_does(arrived):
    wrong = f"urn:uuid:{uuid4()}"
    see(arrived, arrived.buyer, "receiving", ago=timedelta(0), quantity=20, eventID=wrong)
    see(
        arrived, arrived.buyer, "receiving", ago=timedelta(0), quantity=20, eventID=wrong,
        errorDeclaration={"declarationTime": datetime.now(UTC).isoformat(), "reason": "incorrect_data"},
    )  # fmt: skip
    see(arrived, arrived.buyer, "accepting", ago=timedelta(0), quantity=200)
    assert delivery(arrived) == (0, 0, 0)


def test_the_page_says_which_events_count_and_why_others_do_not(arrived, client):
    see(arrived, arrived.buyer, "receiving", ago=timedelta(0), quantity=150)
    see(arrived, arrived.seller, "accepting", ago=timedelta(0), public=True)
    see(arrived, arrived.buyer, "accepting", ago=timedelta(hours=2))
    client.force_login(arrived.people[arrived.buyer.pk])
    page = client.get(f"/money/shipments/{arrived.shipment.shipment_id}/").content.decode()
    assert "Counts, and is sent to the ledger" in page
    assert f"Only the consignee says so: {arrived.seller.name} is not" in page
    assert "It was before the goods left" in page


def test_a_step_that_the_contract_refused_is_asked_again_only_for_another_event(sent):
    see(sent, sent.carrier, "shipping", ago=timedelta(0))
    triggers.look()
    Call.objects.filter(function="dispatch").update(state="invalid")
    triggers.look()
    assert Call.objects.filter(function="dispatch").count() == 1
    Event.objects.filter(biz_step="shipping").update(biz_step="storing")  # as if it were none
    see(sent, sent.carrier, "departing", ago=timedelta(0))
    triggers.look()
    assert Call.objects.filter(function="dispatch").count() == 2


def test_a_receipt_before_the_goods_left_moves_nothing(sent):
    see(sent, sent.buyer, "accepting", ago=timedelta(0))
    see(sent, sent.carrier, "arriving", ago=timedelta(0))
    triggers.look()
    assert not Call.objects.filter(function__in=("accept_delivery", "record_arrival")).exists()
