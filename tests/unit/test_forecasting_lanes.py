"""Lanes month by month, and Prophet's line through them, fitted in a process of its own."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from forecasting.delay import lanes
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.lanes import LaneTrend, Month, lanes_of, with_trends


def rows(vendor: str, months: int, each: int, delay=lambda month: 0.0) -> list[DeliveryRow]:
    found = []
    for month in range(months):
        day = date(2020 + month // 12, month % 12 + 1, 1)
        for number in range(each):
            uid = f"{vendor}{month}-{number}"
            when = day + timedelta(days=number)
            facts = {"vendor": vendor, "country": "Kenya"}
            found.append(DeliveryRow(uid, uid, when, None, "o", delay(month), when, facts))
    return found


def test_lanes_with_the_most_deliveries_come_first_and_months_are_summed_up():
    found = lanes_of([*rows("A", 2, 3), *rows("B", 2, 5, lambda month: 10.0 - 12 * month)])
    assert [(one.lane, one.deliveries) for one in found] == [("B → Kenya", 10), ("A → Kenya", 6)]
    assert found[0].months == [Month(date(2020, 1, 1), 10.0, 5, 5), Month(date(2020, 2, 1), -2.0, 0, 5)]


def test_one_wild_delay_is_cut_and_a_plan_without_ends_is_no_lane():
    wild = replace(rows("A", 1, 1)[0], delay=9999.0)
    assert lanes_of([wild])[0].months[0].days == 60
    assert lanes_of([replace(wild, attributes={})]) == []


def test_a_lane_that_gets_later_has_a_rising_line_and_an_odd_one_stops_no_other():
    worse = rows("Worse", 30, 2, lambda month: month * 0.5)
    odd = LaneTrend("odd", 6, [Month(date(2020, month, 1), float("nan"), 0, 1) for month in range(1, 7)])
    few = lanes_of(rows("Few", 3, 1))[0]
    rising, broken, short = with_trends([*lanes_of(worse), odd, few])
    assert len(rising.trend) == 30
    assert rising.slope == pytest.approx(0.5, abs=0.1)
    assert (broken.slope, broken.note[:9]) == (None, "No trend:")
    assert (short.slope, short.note) == (None, "3 months with deliveries; a trend needs 6.")


def test_a_fitting_process_that_dies_costs_the_trends_alone(monkeypatch):
    monkeypatch.setattr(lanes.sys, "executable", "/bin/false")
    (one,) = with_trends(lanes_of(rows("A", 12, 1)))
    assert one.note == "No trend: the fitting process gave no answer"
