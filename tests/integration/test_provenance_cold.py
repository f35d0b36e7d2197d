"""Temperature on the page of a scanned code: in words, drawn, checked for this answer, and only what is public."""

from datetime import timedelta

import pytest

from tests.coldchain_world import SSCC, START, Logger, aggregation, association, capture, every
from tests.factories import LotFactory, ProductFactory
from tests.integration.provenance_world import Journey
from traceapp.accounts.visibility import Visibility
from traceapp.coldchain import watch
from traceapp.ledger.tamper import tamper_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(ledger_world):
    grower = ledger_world.organisations[0]
    product = ProductFactory(organisation=grower, storage_min_c=0, storage_max_c=4)
    found = Journey(ledger_world, lot=LotFactory(product=product))
    found.step("commissioning", found.packing, grower, action="ADD")
    ledger_world.anchor()
    return found


def carried(journey, values, *, visibility=Visibility.PUBLIC):
    """The lot on a pallet with a logger."""
    grower = journey.world.organisations[0]
    logger = Logger(grower)
    packed = aggregation("ADD", SSCC, [], -5)
    del packed["childEPCs"]
    packed["childQuantityList"] = [{"epcClass": journey.canonical, "quantity": 10}]
    capture(grower, packed, visibility=Visibility.PUBLIC)
    capture(grower, association("ADD", SSCC, [logger.uri], 0), visibility=visibility)
    capture(grower, association("DELETE", SSCC, [logger.uri], 5 * len(values)), visibility=visibility)
    records = logger.tell(every(5, values))
    journey.world.anchor()
    watch.run()
    return records


def shown(client, journey, language="en"):
    answer = client.get(journey.page, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert len(answer.content) <= 30 * 1024
    return answer.content.decode()


def test_a_cold_journey_says_so_with_a_drawing(client, journey):
    carried(journey, [2.0] * 12 + [3.5] * 12)
    page = shown(client, journey)
    assert "Within its limits whenever it was measured: 2.0 to 3.5 °C." in page
    assert 'class="draw draw--small"' in page
    assert "24 readings, signed by the logger." in page


def test_a_warm_one_says_for_how_long(client, journey):
    carried(journey, [2.0] * 12 + [9.0] * 3 + [3.0] * 3)
    page = shown(client, journey)
    assert "Outside its limits for 15 minutes. Measured: 2.0 to 9.0 °C." in page
    assert 'class="area-bad"' in page


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Bei jeder Messung"), ("es", "Dentro de sus límites"), ("ar", "ضمن الحدود")]
)
def test_in_the_readers_language(client, journey, language, words):
    carried(journey, [2.0] * 12)
    assert words in shown(client, journey, language)


def test_what_is_not_public_is_not_shown(client, journey):
    carried(journey, [2.0] * 12, visibility=Visibility.CHAIN)
    assert "draw--small" not in shown(client, journey)


def test_changed_readings_are_not_shown_and_the_page_says_so(client, journey):
    (record,) = carried(journey, [2.0] * 12)
    assert "Within its limits" in shown(client, journey)
    tamper_record(record.pk)
    page = shown(client, journey)
    assert "The temperature records of this part do not match the ledger." in page
    assert "Within its limits" not in page


def test_a_page_without_loggers_asks_little(client, journey, django_assert_max_num_queries):
    shown(client, journey)
    with django_assert_max_num_queries(20):
        assert "draw--small" not in shown(client, journey)


def test_readings_from_before_the_lot_was_on_the_pallet_are_not_its_own(client, journey):
    grower = journey.world.organisations[0]
    logger = Logger(grower)
    capture(grower, association("ADD", SSCC, [logger.uri], 0), visibility=Visibility.PUBLIC)
    packed = aggregation("ADD", SSCC, [], 60)
    del packed["childEPCs"]
    packed["childQuantityList"] = [{"epcClass": journey.canonical, "quantity": 10}]
    capture(grower, packed, visibility=Visibility.PUBLIC)
    capture(grower, association("DELETE", SSCC, [logger.uri], 120), visibility=Visibility.PUBLIC)
    logger.tell(every(5, [30.0] * 12 + [2.0] * 24, START - timedelta(0)))
    journey.world.anchor()
    watch.run()
    assert "Within its limits whenever it was measured: 2.0 to 2.0 °C." in shown(client, journey)
