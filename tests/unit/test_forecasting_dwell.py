"""Dwell times: what comes and leaves is one stay, and few stays lead no list."""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest

from forecasting.dwell.ranking import Dwell, median_bounds, ranking, trend
from forecasting.dwell.sightings import Sighting, Way, sighting_of
from forecasting.dwell.stays import Stay, Stays, stays_of
from forecasting.reasons import Reason
from tests.ledger_fixtures import an_event
from traceapp.epcis import identifiers

START = datetime(2026, 1, 5, 6, tzinfo=UTC)
LOT = identifiers.lot("09506000134352", "L1")
PALLET = identifiers.sscc("095060001343520000")
HERE, THERE = "9506000000015", "9506000000022"


def seen(way: Way, hour: float, *things: str, place: str = HERE, parent: str = "") -> Sighting:
    return Sighting(f"{way}-{hour}", way, place, START + timedelta(hours=hour), things, parent)


def body(**members):
    fields = {"bizStep": "receiving", "epcList": [PALLET], "bizLocation": {"id": identifiers.location(HERE)}}
    return {"event": an_event(**(fields | members)), "recordedBy": "1" * 13}


def test_goods_come_and_leave_and_that_is_a_stay():
    found = stays_of([seen(Way.OUT, 5, LOT), seen(Way.IN, 1, LOT), seen(Way.IN, 9, LOT)])
    assert [(one.hours, one.arrival, one.departure) for one in found.ended] == [(4, "in-1", "out-5")]
    assert found.open == [(HERE, START + timedelta(hours=9))]


def test_what_comes_and_leaves_together_is_one_stay_and_a_second_look_at_it_starts_none():
    crates = [f"urn:example:crate:{number}" for number in range(100)]
    found = stays_of([seen(Way.IN, 0, *crates), seen(Way.IN, 2, *crates), seen(Way.OUT, 6, *crates)])
    assert [one.hours for one in found.ended] == [6]


def test_goods_in_a_pallet_come_with_it_and_leave_by_themselves():
    found = stays_of(
        [
            seen(Way.PACKED, 0, LOT, place=THERE, parent=PALLET),
            seen(Way.IN, 10, PALLET),
            seen(Way.UNPACKED, 11, parent=PALLET),
            seen(Way.OUT, 30, LOT),
            seen(Way.OUT, 40, PALLET),
        ]
    )
    assert sorted(one.hours for one in found.ended) == [20, 30]


def test_an_arrival_elsewhere_without_a_departure_measures_nothing_and_is_told():
    found = stays_of([seen(Way.IN, 0, LOT), seen(Way.IN, 5, LOT, place=THERE), seen(Way.OUT, 8, LOT, place=THERE)])
    assert [(one.place, one.hours) for one in found.ended] == [(THERE, 3)]
    assert [(one.uid, one.reason) for one in found.left_out] == [("in-0", Reason.INCOMPLETE)]


def test_a_departure_without_an_arrival_or_from_another_place_measures_nothing():
    assert stays_of([seen(Way.OUT, 1, LOT)]).ended == []
    assert stays_of([seen(Way.IN, 0, LOT), seen(Way.OUT, 1, LOT, place=THERE)]).ended == []


def test_events_in_any_order_give_the_same_stays():
    events = [seen(Way.IN if hour % 2 else Way.OUT, hour, LOT) for hour in range(40)]
    before = stays_of(events)
    random.Random(7).shuffle(events)
    assert stays_of(events) == before


def test_an_event_says_what_came_where():
    found = sighting_of("u", body(readPoint={"id": identifiers.location(HERE, "DOOR-3")}))
    assert found == Sighting("u", Way.IN, HERE, found.at, (PALLET,))
    shipped = sighting_of(
        "u", body(bizStep="shipping", bizLocation=None, readPoint={"id": identifiers.location(HERE, "D")})
    )
    assert (shipped.way, shipped.place) == (Way.OUT, HERE)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"bizStep": "inspecting"}, Reason.OTHER),
        ({"epcList": [], "quantityList": [{"epcClass": identifiers.product("09506000134352")}]}, Reason.INCOMPLETE),
        ({"bizLocation": None}, Reason.INCOMPLETE),
        ({"eventTime": "soon"}, Reason.INCOMPLETE),
        ({"epcList": ["not a uri"]}, Reason.INCOMPLETE),
    ],
)
def test_an_event_that_says_too_little_is_left_out_with_its_reason(members, reason):
    assert sighting_of("u", body(**members)) is reason


def stays(hours, place=HERE, every=24.0):
    made = []
    for number, each in enumerate(hours):
        end = START + timedelta(hours=every * number)
        made.append(Stay(place, end - timedelta(hours=each), end, f"a{place}{number}", f"d{place}{number}"))
    return made


def ranked(*some: list[Stay]) -> list[Dwell]:
    return ranking(Stays([stay for each in some for stay in each]), START + timedelta(days=400))


def test_three_long_stays_lead_no_list_of_places_with_many():
    first, second, third = ranked(stays([90, 95, 99], THERE), stays([5.0] * 30, "slow"), stays([2.0] * 30, "quick"))
    assert [first.place, second.place, third.place] == ["slow", "quick", THERE]
    assert (third.few, third.low, third.median, third.trend) == (True, None, 95, None)


@pytest.mark.parametrize("count", [6, 7, 20, 101, 999, 1000, 5000])
def test_the_median_is_bounded_as_often_as_promised(count):
    low, high = median_bounds(count)
    inside = sum(math.comb(count, k) for k in range(low + 1, high + 1)) / 2**count if count <= 1000 else 0.95
    assert 0.95 <= inside + 1e-9 < 0.985
    assert low + high == pytest.approx(count - 1, abs=2)


def test_fewer_than_six_bound_nothing():
    assert median_bounds(5) is None


def test_stays_that_get_longer_have_a_rising_trend_and_noise_has_none():
    chance = random.Random(3)
    rising = trend(stays([10 + number * 0.2 + chance.gauss(0, 2) for number in range(120)]))
    assert rising.direction == "rising"
    assert rising.slope == pytest.approx(6, abs=1)
    assert trend(stays([10 + chance.gauss(0, 2) for _ in range(120)])).direction == "steady"
    assert trend(stays([5.0] * 50)).direction == "steady"
    assert trend(stays([float(n) for n in range(10)], every=0.0)) is None


def test_what_waits_still_is_told_beside_what_left():
    found = Stays(stays([3.0] * 8), [(HERE, START), (HERE, START + timedelta(days=1))])
    (one,) = ranking(found, START + timedelta(days=10))
    assert (one.waiting, one.oldest) == (2, 240)
    assert one.months == [(START.date().replace(day=1), 3.0, 8)]
