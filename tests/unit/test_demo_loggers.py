"""What the demo's loggers send: the same each time, sound, and wrong only where it is meant to be."""

import json
from datetime import UTC, datetime

import pytest

from traceapp.demo.events import document
from traceapp.demo.generator import generate
from traceapp.demo.loggers import LOGGERS, journeys, messages
from traceapp.epcis.parse import parse_document
from traceapp.sensors import message
from traceapp.sensors.units import Quantity

NOW = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("logger", LOGGERS, ids=lambda logger: logger.number)
def test_each_message_is_sound_and_the_same_each_time(logger):
    signed = list(messages(logger, NOW))
    assert signed == list(messages(logger, NOW))
    read = [message.read(one) for one in signed]
    found = [message.check(one, logger.device.public_key, NOW.timestamp()) for one in read]
    assert max(one.last for one in found) <= NOW.timestamp()
    temperatures = [value for one in found for series in one.of(Quantity.TEMPERATURE) for value in series.values]
    low, high = logger.band
    outside = [value for value in temperatures if not low <= value <= high]
    assert bool(outside) == (logger.warm is not None)
    assert len(outside) < 0.02 * len(temperatures)
    missing = set(range(1, read[-1].seq)) - {one.seq for one in read}
    assert missing == set(logger.lost)


def test_journeys_are_sound_epcis():
    data = generate(NOW.date(), NOW)
    events = journeys(data.lots, NOW)
    assert len(parse_document(json.dumps(document(events, NOW)).encode()).events) == len(events) == 18
    tied = {one["childEPCs"][0] for one in events if one["type"] == "AssociationEvent"}
    assert tied == {logger.uri for logger in LOGGERS[:3]}
