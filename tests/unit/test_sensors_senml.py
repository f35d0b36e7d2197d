"""Packs to arrays, against a slow reading of RFC 8428 and its own examples."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.sensors.senml import PackError, Probe, readings
from traceapp.sensors.units import Quantity
from traceapp.verifier.senml import check_pack

NOW = 1_778_749_200.0


def read(*records):
    data = json.dumps(list(records)).encode()
    check_pack(data)
    return readings(data)


def only(found, quantity=Quantity.TEMPERATURE):
    (series,) = found.of(quantity)
    return list(series.times), list(series.values)


def test_base_values_hold_for_all_records_that_follow():
    """The way of RFC 8428, section 5.1.2 and 5.1.3, with units that are read here."""
    found = read(
        {"bn": "urn:dev:ow:10e2073a0108006:", "bt": NOW, "bu": "%RH", "v": 20},
        {"u": "lon", "v": 24.30621},
        {"u": "lat", "v": 60.07965},
        {"t": 60, "v": 20.3},
        {"u": "lon", "t": 60, "v": 24.30622},
        {"n": "battery", "u": "%EL", "t": 150, "v": 98},
    )
    assert only(found, Quantity.HUMIDITY) == ([NOW, NOW + 60], [20.0, 20.3])
    assert only(found, Quantity.LONGITUDE) == ([NOW, NOW + 60], [24.30621, 24.30622])
    assert only(found, Quantity.BATTERY) == ([NOW + 150], [98.0])
    assert (found.count, found.first, found.last) == (6, NOW, NOW + 150)


def test_a_base_value_is_added():
    found = read(
        {"bn": "t", "bt": NOW, "bu": "Cel", "bv": 20, "v": 0.5}, {"t": 1, "v": -0.5}, {"bv": 10, "t": 2, "v": 1}
    )
    assert only(found)[1] == [20.5, 19.5, 11.0]


@pytest.mark.parametrize(
    ("unit", "name", "value", "celsius"),
    [
        ("Cel", "t", 4.0, 4.0),
        ("K", "t", 277.15, 4.0),
        ("degF", "t", 39.2, 4.0),
        ("[degF]", "t", 212, 100.0),
        ("FAH", "t", -40, -40.0),
        ("F", "temperature", 32, 0.0),
        ("F", "urn:dev:mac:0024befffe804ff1:Temp-2", 50, 10.0),
    ],
)
def test_temperatures_are_told_in_celsius(unit, name, value, celsius):
    assert only(read({"n": name, "u": unit, "t": NOW, "v": value}))[1] == [pytest.approx(celsius, abs=1e-9)]


def test_one_probe_may_change_its_unit_and_two_probes_stay_apart():
    found = read(
        {"bn": "d:", "bt": NOW, "n": "air", "u": "Cel", "v": 4},
        {"n": "air", "u": "degF", "t": 60, "v": 41},
        {"n": "core", "u": "Cel", "v": 3},
    )
    assert list(found.series[Probe(Quantity.TEMPERATURE, "air")].values) == [4.0, pytest.approx(5.0)]
    assert list(found.series[Probe(Quantity.TEMPERATURE, "core")].values) == [3.0]


def test_other_registered_units_text_truth_and_sums_are_no_readings():
    found = read(
        {"bn": "d:", "bt": NOW, "n": "t", "u": "Cel", "v": 4},
        {"n": "supply", "u": "V", "v": 3.1},
        {"n": "lid", "vb": True},
        {"n": "energy", "u": "J", "s": 12},
        {"n": "capacitor", "u": "V", "v": 1},
    )
    assert found.count == 1


REFUSED = [
    ("unit", {"n": "t", "u": "furlong", "t": NOW, "v": 1}, "'furlong' is not a unit"),
    ("unit", {"n": "t", "t": NOW, "v": 1}, "no unit"),
    ("unit", {"n": "c", "u": "F", "t": NOW, "v": 1}, "farad"),
    ("relative", {"n": "t", "u": "Cel", "v": 1}, "relative"),
    ("relative", {"n": "t", "u": "Cel", "t": -60, "v": 1}, "relative"),
    ("clock", {"n": "t", "u": "Cel", "t": 1e15, "v": 1}, "year"),
    ("value", {"n": "t", "u": "Cel", "t": NOW, "v": -273.2}, "cannot be"),
    ("value", {"n": "t", "u": "K", "t": NOW, "v": -1}, "cannot be"),
    ("value", {"n": "p", "u": "lat", "t": NOW, "v": 90.1}, "cannot be"),
]


@pytest.mark.parametrize(("reason", "record", "words"), REFUSED)
def test_a_reading_that_cannot_be_taken_is_named_with_its_reason(reason, record, words):
    with pytest.raises(PackError, match="record 1: ") as raised:
        read({"n": "fine", "u": "Cel", "t": NOW, "v": 4}, record)
    assert raised.value.reason == reason
    assert words in str(raised.value)


def test_a_thousand_records_of_one_time_are_no_series():
    with pytest.raises(PackError, match=r"record 1: t at .* told by record 0 already") as raised:
        read({"bn": "t", "bt": NOW, "bu": "Cel", "v": 1}, *[{"v": number} for number in range(999)])
    assert raised.value.reason == "repeated"


def slow(records):
    """RFC 8428 section 4.6 as it stands: one resolved record after the other."""
    base = {"bn": "", "bt": 0, "bu": "", "bv": 0}
    for record in records:
        base.update({name: record[name] for name in base if name in record})
        if "v" in record:
            unit = record.get("u", base["bu"])
            yield base["bn"] + record.get("n", ""), unit, base["bt"] + record.get("t", 0), base["bv"] + record["v"]


small = st.floats(-20, 20).map(lambda x: round(x, 2))


@st.composite
def packs(draw):
    records, time = [], 0
    for number in range(draw(st.integers(1, 30))):
        time += draw(st.integers(1, 1000)) / 8
        record = {"v": draw(small)}
        if number == 0:
            record |= {"bn": "d:", "bt": NOW, "bu": draw(st.sampled_from(["Cel", "%EL"])), "bv": 30}
        if draw(st.booleans()):
            record["u"] = draw(st.sampled_from(["Cel", "m/s2", "K", "V"])) if draw(st.booleans()) else "Cel"
        if record.get("u") == "K":
            record["v"] += 250
        record |= {"n": draw(st.sampled_from(["a", "b"])), "t": time}
        records.append(record)
    return records


@given(packs())
def test_the_same_comes_out_as_by_the_definition(records):
    found = read(*records)
    expected = {}
    for name, unit, time, value in slow(records):
        to = {
            "Cel": ("temperature", 0),
            "K": ("temperature", -273.15),
            "%EL": ("battery", 0),
            "m/s2": ("acceleration", 0),
        }
        if unit in to:
            quantity, add = to[unit]
            expected.setdefault((quantity, name.removeprefix("d:")), []).append((time, value + add))
    told = {
        (probe.quantity.value, probe.name): sorted(zip(series.times, series.values, strict=True))
        for probe, series in found.series.items()
    }
    assert told.keys() == expected.keys()
    for key, series in expected.items():
        for (time, value), (right_time, right) in zip(told[key], sorted(series), strict=True):
            assert time == right_time
            assert math.isclose(value, right, abs_tol=1e-9)
