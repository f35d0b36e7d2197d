"""What the demo's loggers send: the same each time, sound, and wrong only where it is meant to be."""

import json
from datetime import UTC, datetime

import pytest

from traceapp.demo import lorry
from traceapp.demo.events import document
from traceapp.demo.generator import SEED, generate
from traceapp.demo.loggers import LOGGERS, journeys, messages
from traceapp.demo.lots import made_before
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


class Carrier:
    """Takes what the lorry's logger sends and what the carrier tells, as the servers would."""

    def __init__(self):
        self.documents, self.messages = {}, {}

    def capture(self, told, key):
        assert self.documents.setdefault(key, told) == told

    def send(self, several):
        self.messages.update({message.read(one).seq: one for one in several})
        return dict.fromkeys(several, "stored")


@pytest.fixture(scope="module")
def strawberries():
    return lorry.goods(made_before(NOW, SEED))


def driven(folder, lot, carrier, minutes, since=0.0):
    now = [NOW.timestamp() + since]

    def wait(seconds):
        now[0] += seconds

    lorry.drive(
        folder, lot, NOW, carrier, carrier, until=NOW.timestamp() + 60 * minutes, clock=lambda: now[0], wait=wait
    )


def test_the_lorry_tells_of_two_pallets_and_goes_on_where_it_was_cut_off(tmp_path, strawberries):
    carrier = Carrier()
    lorry.keep(tmp_path, lorry.LOGGER, 40)
    driven(tmp_path, strawberries, carrier, 3)
    assert len(carrier.documents) == 1
    driven(tmp_path, strawberries, carrier, 12, since=3600 / 12)
    events = [one for told in carrier.documents.values() for one in told["epcisBody"]["eventList"]]
    tied = [one for one in events if one["type"] == "AssociationEvent"]
    assert [one["childEPCs"] for one in tied] == [[lorry.LOGGER.uri]] * 2
    assert len({one["parentID"] for one in tied}) == 2
    assert len(parse_document(json.dumps(document(events, NOW)).encode()).events) == 4
    assert sorted(carrier.messages) == list(range(41, 41 + len(carrier.messages)))
    public = lorry.LOGGER.device.public_key
    found = [message.check(message.read(one), public, NOW.timestamp() + 900) for one in carrier.messages.values()]
    series = [
        pair
        for one in found
        for part in one.of(Quantity.TEMPERATURE)
        for pair in zip(part.times, part.values, strict=True)
    ]
    warm = [time - NOW.timestamp() for time, value in series if value > strawberries.good.keep[1]]
    assert 60 < max(warm) - min(warm) < lorry.AT_THE_DOCK.total_seconds()  # a minute counts, and it is over in time
