"""The synthetic consortium: the same day gives the same data, and all of it is sound EPCIS."""

import json
from datetime import UTC, datetime

import pytest

from traceapp.demo.events import document
from traceapp.demo.generator import generate, moment
from traceapp.epcis.parse import parse_document

NOW = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def data():
    return generate(NOW.date(), NOW)


def test_the_same_day_gives_the_same_data(data):
    assert generate(NOW.date(), NOW).events == data.events


def test_nothing_has_happened_later_than_now(data):
    assert max(moment(event) for events in data.events.values() for event in events) < NOW


def test_no_two_events_share_an_id(data):
    ids = [event["eventID"] for events in data.events.values() for event in events]
    assert len(ids) == len(set(ids)) == data.size()


def test_every_event_is_sound_epcis(data):
    for firm, events in data.events.items():
        sample = events[:50] + events[-50:]
        parsed = parse_document(json.dumps(document(sample, NOW)).encode())
        assert len(parsed.events) == len(sample), firm


def test_what_is_planted_is_among_the_events(data):
    ids = {event["eventID"] for event in data.events["maasdok"]}
    assert data.planted.changed_event in ids
    copied = [e for e in data.events["gruenmarkt"] if data.planted.copied in e.get("epcList", [])]
    assert len({e["bizLocation"]["id"] for e in copied}) == 2
    assert any(e["disposition"] == "recalled" for e in data.events["huerta-alba"])


def test_some_deliveries_are_still_on_the_way(data):
    def deliveries(step):
        return {
            event["traceapp:deliveryId"]
            for events in data.events.values()
            for event in events
            if event["bizStep"] == step
        }

    assert deliveries("receiving") < deliveries("shipping")
