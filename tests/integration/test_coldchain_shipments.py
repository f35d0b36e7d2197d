"""A shipment with a temperature in its terms is paid by what loggers measured on its way, and by nothing else."""

from datetime import datetime, timedelta

import pytest

from tests.cold_sale import PER_HOUR, ColdSale
from tests.coldchain_world import OTHER_SSCC, SSCC
from tests.integration.test_payments_deliveries import clock, sale  # noqa: F401 (fixtures)
from traceapp.coldchain import carriages
from traceapp.coldchain.models import Conditions, LedgerLeg, Leg, ShipmentDevice
from traceapp.commitments.times import rfc3339
from traceapp.demo import cold_shipment
from traceapp.demo.loggers import pallet_of
from traceapp.ledger.copies import Document
from traceapp.ledger.outgoing import Call
from traceapp.payments import deadlines, deliveries
from traceapp.payments.delivery_models import Consignment
from traceapp.sensors.models import DeviceKey

NOT_LATE = 240  # minutes


@pytest.fixture
def cold(sale, client):  # noqa: F811
    return ColdSale(sale, client)


@pytest.fixture
def two(sale, client):  # noqa: F811
    return ColdSale(sale, client, ("9506000111LOGGER7", "9506000111LOGGER8"))


def refusals():
    return list(Call.objects.filter(state="invalid").values_list("function", "code"))


def test_a_warm_way_is_cut_at_dispatch_and_arrival_and_judged_by_the_terms_band(cold):
    """The logger was on before the goods left and after they came, warm as anything: that is nobody's business here."""
    (logger,) = cold.loggers
    Conditions.objects.create(
        organisation=cold.sale.carrier, name="Ours", product_class="other", low=-50, high=50, max_interval=15
    )
    cold.agree()
    cold.go_on_to(30)
    cold.tie(logger, 0)
    cold.warm(logger, [30.0] * 3)
    cold.sale.clock.ahead += timedelta(minutes=30)
    cold.dispatch()
    cold.warm(logger, [5.0] * 6 + [12.0] * 12 + [5.0] * 6)
    cold.arrive(NOT_LATE)
    cold.warm(logger, [5.0, 30.0, 30.0, 30.0], start=NOT_LATE)
    cold.go_on_to(NOT_LATE + 40)
    cold.look()
    assert refusals() == []
    assert cold.legs == [(0, NOT_LATE, logger.kid, 120, 0)]
    line = cold.line("outside")
    assert line.amount == -2 * PER_HOUR
    assert "7200 + 0 - 1800 = 5400; ceil(5400 / 3600) = 2; 2 x 5000 = 10000" in line.arithmetic
    (row,) = LedgerLeg.objects.exclude(shipment="")
    assert (row.figures["bandMin"], row.figures["bandMax"]) == (200, 800)
    assert {one.key for one in line.facts} == {f"leg/{row.call_id}", f"shipment/{cold.shipment.shipment_id}"}
    others = LedgerLeg.objects.filter(shipment="")
    assert [(one.figures["bandMin"], one.figures["bandMax"]) for one in others] == [(-5000, 5000)]


def test_a_late_and_warm_delivery_is_settled_with_the_arithmetic_on_the_page(cold, client):
    (logger,) = cold.loggers
    cold.agree()
    cold.dispatch()
    cold.tie(logger, -10)
    late = 6 * 60 + 2 * 60 + 130  # deadline, grace, and two hours and ten minutes
    deadline = (cold.shipment.document["terms"]["deadline"]["at"], cold.shipment.document["terms"]["graceMinutes"])
    assert deadline[1] == 120
    cold.warm(logger, [9.5] * 8 + [4.0] * 56)
    cold.arrive(late)
    cold.warm(logger, [4.0], start=late + 1)
    cold.look()
    assert cold.legs == [(0, late, logger.kid, 80, 0)]
    cold.sale.clock.ahead += timedelta(hours=49)
    deadlines.send(cold.shipment, cold.sale.seller)
    cold.world.anchor()
    sheet = cold.shipment.settlement
    cuts = {one["term"]: one["amount"] for one in sheet["lines"]}
    assert (cuts["late"], cuts["outside"]) == (-3 * 4000, -1 * PER_HOUR)
    assert sheet["toSeller"] == 1_000_000 - 200_000 - 12_000 - 5_000
    client.force_login(cold.sale.people[cold.sale.seller.pk])
    page = client.get(f"/money/shipments/{cold.shipment.shipment_id}/").content.decode()
    assert "4800 + 0 - 1800 = 3000; ceil(3000 / 3600) = 1; 1 x 5000 = 5000" in page
    assert "3 x 4000 = 12000" in page


def test_the_demos_shipment_is_agreed_on_warmed_up_delivered_late_and_paid_by_those_who_agree(sale, client):  # noqa: F811
    """As `manage.py demo_shipment` says, step by step."""
    walk = ColdSale(sale, client, (cold_shipment.LOGGER.giai,))
    (logger,) = walk.loggers
    said = cold_shipment.terms("S-2301", pallet_of(720), sale.clock.now(), 8)
    said |= {"other": sale.buyer.pk, "carrier": sale.carrier.pk, "arbiter": sale.arbiter.pk}
    client.force_login(sale.people[sale.seller.pk])
    sale.confirm_if_asked(client, client.post("/money/shipments/add/", said, follow=True), sale.seller)
    walk.world.anchor()
    for by, act in ((sale.buyer, "accept"), (sale.buyer, "fund"), (sale.carrier, "dispatch")):
        sale.act(client, by, act)
    walk.left = datetime.fromisoformat(walk.shipment.document["dispatched"]["at"])
    walk.tie(logger, -1)
    walk.warm(logger, [9.0] * 120 + [2.5] * 30, start=0.1, every=1 / 60, a_message=5)
    due = datetime.fromisoformat(walk.shipment.document["terms"]["deadline"]["at"])
    minutes = (due - walk.left) / timedelta(minutes=1) + 1
    walk.arrive(minutes)
    walk.warm(logger, [2.5] * 10, start=minutes + 0.1, every=1 / 60, a_message=5)
    walk.go_on_to(minutes + 1)
    walk.look()
    assert refusals() == []
    sale.act(client, sale.buyer, "take", short=0, damaged=0, refused=0)
    for firm in (sale.buyer, sale.seller):
        page = sale.act(client, firm, "content", seller=str(960_000 - 100_000 - 4_000 - 12_000))
    page = client.get(f"/money/shipments/{walk.shipment.shipment_id}/").content.decode()
    assert walk.shipment.state == "settled"
    for told in ("What was paid", "1 x 4000 = 4000", "1 x 12000 = 12000", "outside on a leg", "EUR\u00a08,440.00"):
        assert told in page


def test_a_key_that_is_rotated_on_the_way_makes_two_legs_without_a_gap(cold):
    (logger,) = cold.loggers
    cold.agree()
    cold.tie(logger, -5)
    cold.dispatch()
    cold.warm(logger, [5.0] * 12 + [5.0])
    first = logger.kid
    cold.go_on_to(120)
    cold.rotate(logger, f"{first}.2")
    at = DeviceKey.objects.get(kid=first).ended_at
    assert round((at - cold.left) / timedelta(minutes=1)) == 120
    cold.warm(logger, [9.0] * 13, start=(at - cold.left) / timedelta(minutes=1))
    cold.arrive(NOT_LATE)
    cold.warm(logger, [5.0], start=NOT_LATE + 1)
    cold.go_on_to(NOT_LATE + 2)
    cold.look()
    assert refusals() == []
    assert [one[:3] for one in cold.legs] == [(0, 120, first), (120, NOT_LATE, f"{first}.2")]
    assert [one[3] for one in cold.legs] == [0, pytest.approx(120, abs=1)]
    assert cold.line("missing").facts[2].value in ("0", "1")


def test_after_a_revocation_the_time_counts_as_missing(cold):
    (logger,) = cold.loggers
    cold.agree()
    cold.tie(logger, -5)
    cold.dispatch()
    cold.warm(logger, [5.0] * 25)
    cold.arrive(NOT_LATE)
    cold.warm(logger, [5.0], start=NOT_LATE + 1)
    stolen = cold.left + timedelta(minutes=110)
    cold.ask("revoke_device", kid=logger.kid, reason="compromised", **{"from": rfc3339(stolen)})
    cold.look(timedelta(hours=23, minutes=30))
    assert refusals() == []
    assert [one[:3] for one in cold.legs] == [(0, 110, logger.kid)]
    assert cold.line("missing").arithmetic.startswith(f"max(0, {130 * 60 + cold.legs[0][4] * 60} - 3600)")
    (leg,) = Leg.objects.all()
    assert "No key of the logger was to be trusted" in leg.why_waiting


def test_late_uploads_are_waited_for_and_a_silent_logger_counts_as_missing_in_the_end(two):
    first, silent = two.loggers
    two.agree()
    for one in two.loggers:
        two.tie(one, -5)
    two.dispatch()
    two.warm(first, [5.0] * 12)
    two.arrive(NOT_LATE)
    assert two.look(timedelta(hours=2)) == 2, "what was before the dispatch"
    assert two.legs == []
    two.warm(first, [5.0] * 13, start=120)
    two.warm(first, [5.0], start=NOT_LATE + 1)
    two.look(timedelta(hours=3))
    assert [one[2:] for one in two.legs] == [(first.kid, 0, 0)]
    two.sale.clock.ahead += timedelta(hours=23, minutes=30)
    two.look()
    assert refusals() == []
    assert sorted(one[2:] for one in two.legs) == [(first.kid, 0, 0), (silent.kid, 0, NOT_LATE)]


def test_more_messages_than_a_page_are_all_in_the_figures(cold):
    (logger,) = cold.loggers
    cold.agree()
    cold.tie(logger, -5)
    cold.dispatch()
    cold.warm(logger, [5.0] * 560 + [9.0] * 40, every=NOT_LATE / 600, a_message=1)
    cold.warm(logger, [5.0], start=NOT_LATE)
    cold.arrive(NOT_LATE)
    cold.warm(logger, [5.0], start=NOT_LATE + 1)
    cold.look(timedelta(minutes=2))
    assert cold.legs == [(0, NOT_LATE, logger.kid, 16, 0)]
    said = LedgerLeg.objects.exclude(shipment="").get()
    assert said.figures["readings"] == 601


def test_a_logger_that_is_moved_serves_the_shipment_in_two_legs(two):
    one, _ = two.loggers
    two.agree()
    two.tie(one, -5)
    two.dispatch()
    two.tie(one, 60, goods=OTHER_SSCC)
    two.tie(one, 200, "DELETE", OTHER_SSCC)
    two.warm(one, [5.0] * 25)
    two.arrive(NOT_LATE)
    two.warm(one, [5.0], start=NOT_LATE + 1)
    two.look(timedelta(minutes=2))
    assert [leg[:2] for leg in two.legs] == [(0, 60), (60, 200)]
    assert two.line("missing").facts[1].value == str(40 * 60)


def test_a_leg_waits_while_its_shipment_may_still_be_said_to_have_left(cold):
    """The driver says at half past that the goods left at ten past; the logger was taken off in between."""
    (logger,) = cold.loggers
    cold.agree()
    cold.tie(logger, 0)
    cold.tie(logger, 20, "DELETE")
    cold.warm(logger, [5.0] * 4)
    cold.go_on_to(40)
    cold.look()
    assert not LedgerLeg.objects.exists()
    cold.left += timedelta(minutes=10)
    deliveries.step(organisation=cold.sale.carrier, by=None, shipment=cold.shipment, function="dispatch", at=cold.left)
    cold.world.anchor()
    cold.arrive(NOT_LATE)
    cold.look(timedelta(hours=23, minutes=30))
    assert [leg[:2] for leg in cold.legs] == [(0, 10)]
    assert refusals() == []


def test_of_two_shipments_with_one_logger_each_takes_the_legs_of_its_own_goods(cold):
    (logger,) = cold.loggers
    cold.agree(codes=SSCC)
    cold.dispatch()
    first, second, other = cold.shipment.shipment_id, "e" * 32, OTHER_SSCC
    document = Document.objects.get(key=f"shipment/{first}")
    document.key, document.content = (
        f"shipment/{second}",
        bytes(document.content).replace(first.encode(), second.encode()),
    )
    document.save(force_insert=True)
    kept = Consignment.objects.get(shipment_id=first)
    kept.pk, kept.shipment_id, kept.codes = None, second, [other]
    kept.save(force_insert=True)
    ShipmentDevice.objects.create(shipment=second, device=logger.device, open=True)

    def taken_by(goods):
        found = carriages.carried_by(logger.device, goods, cold.sale.clock.now())
        return {one.carriage.shipment for one in found}

    assert taken_by(SSCC) == {first}
    assert taken_by(other) == {second}
    assert taken_by("https://id.gs1.org/8003/0950600013430700001") == {first, second}  # of a tote nobody knows more
