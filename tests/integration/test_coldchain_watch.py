"""What a round of the watch costs depends on what is new, not on how many legs are under way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.coldchain_world import SSCC, START, Logger, association, capture, every
from traceapp.coldchain import watch
from traceapp.coldchain.models import Conditions, Leg
from traceapp.epcis import identifiers
from traceapp.sensors.models import Device

pytestmark = pytest.mark.django_db
LATER = START + timedelta(days=90)


def under_way(owner, number):
    """So many loggers with goods, all looked at already."""
    devices = Device.objects.bulk_create(
        [
            Device(organisation=owner, giai=f"9506000111BUSY{at}", name=f"Busy {at}", salt=b"\1" * 16)
            for at in range(number)
        ]
    )
    Leg.objects.bulk_create(
        [
            Leg(
                organisation=owner, device=device, goods=SSCC, goods_key=identifiers.key(SSCC) + 1, began=START,
                began_by=1, watched_until=START, record_due=LATER + timedelta(days=9000),
            )
            for device in devices
        ]
    )  # fmt: skip


def cost(world, logger, start):
    """Queries of a round with ten new messages, half of them late."""
    logger.tell(every(1, [5.0] * 5, START + timedelta(minutes=start)), a_message=1)
    logger.tell(every(1, [5.0] * 5, START + timedelta(minutes=start - 500)), a_message=1)
    with CaptureQueriesContext(connection) as queries:
        watch.run()
    return len(queries)


def test_two_thousand_legs_under_way_add_nothing_to_a_round(ledger_world):
    owner = ledger_world.organisations[0]
    logger = Logger(owner)
    Conditions.objects.create(organisation=owner, name="All", product_class="refrigerated", low=2, high=8)
    capture(owner, association("ADD", SSCC, [logger.uri], 0))
    watch.run()
    cost(ledger_world, logger, 1000)
    few = cost(ledger_world, logger, 1100)
    under_way(owner, 2000)
    many = cost(ledger_world, logger, 1200)
    assert many == few
