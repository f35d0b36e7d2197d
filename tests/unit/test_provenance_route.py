"""The journey drawn small."""

from datetime import UTC, datetime

from traceapp.provenance.journey import Step
from traceapp.provenance.names import Place
from traceapp.provenance.route import TALLEST, WIDTH, route_of

MOGUER = Place("Packing house", "Moguer", "Spain", "Europe/Madrid", 37.2757, -6.8387)
HAMBURG = Place("Shop", "Hamburg", "Germany", "Europe/Berlin", 53.5511, 9.9937)
AUCKLAND = Place("Quay", "Auckland", "New Zealand", "Pacific/Auckland", -36.85, 174.76)
NOWHERE = Place("GLN 9506000134352")


def _steps(*places, state="verified"):
    return [Step(state=state, moment=datetime(2026, 5, 11, tzinfo=UTC), title="", place=place) for place in places]


def test_stops_stand_in_order_inside_the_drawing():
    route = route_of(_steps(MOGUER, MOGUER, HAMBURG, MOGUER))

    assert [(stop.name, stop.numbers) for stop in route.stops] == [("Moguer", "1–2, 4"), ("Hamburg", "3")]
    assert all(0 < stop.x < WIDTH and 0 < stop.y < route.height <= TALLEST for stop in route.stops)
    south, north = route.stops
    assert south.x < north.x
    assert south.y > north.y


def test_the_outline_is_drawn_where_the_journey_lies():
    assert route_of(_steps(MOGUER, HAMBURG)).land
    assert not route_of(_steps(HAMBURG, AUCKLAND)).land


def test_nothing_is_drawn_for_one_place_or_for_steps_that_do_not_verify():
    assert route_of(_steps(MOGUER, MOGUER)) is None
    assert route_of(_steps(MOGUER, NOWHERE)) is None
    assert route_of([*_steps(MOGUER), *_steps(HAMBURG, state="mismatch")]) is None
