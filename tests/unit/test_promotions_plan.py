"""What is planned, from rows to the days that series know."""

from datetime import date, timedelta

from forecasting.promotions.plan import ahead, plans, said

UNTIL = date(2026, 5, 31)
KEYS = [("a", "x"), ("a", "y"), ("b", "x")]


def days(first, count):
    return {first + timedelta(days=n): 1.0 for n in range(count)}


def test_an_offer_everywhere_is_known_at_each_place_and_one_at_a_place_only_there():
    rows = [["a", "", "2026-06-03", "2026-06-04", None], ["b", "y", "2026-06-03", "2026-06-04", 20.0]]
    assert plans(rows, KEYS, UNTIL) == {("a", "x"): days(date(2026, 6, 3), 2), ("a", "y"): days(date(2026, 6, 3), 2)}


def test_days_that_are_known_from_sales_are_not_planned_any_more():
    rows = [["a", "x", "2026-05-28", "2026-06-02", None], ["b", "x", "2026-05-01", "2026-05-31", None]]
    assert plans(rows, KEYS, UNTIL) == {("a", "x"): days(date(2026, 6, 1), 2)}
    assert ahead(rows, UNTIL) == rows[:1]


def test_offers_that_overlap_are_one():
    rows = [["a", "x", "2026-06-01", "2026-06-03", None], ["a", "", "2026-06-02", "2026-06-05", 10.0]]
    assert plans(rows, KEYS[:1], UNTIL)["a", "x"] == days(date(2026, 6, 1), 5)


def test_the_hash_is_of_the_rows_in_one_order():
    rows = [
        ["a", "", "2026-06-03", "2026-06-04", None],
        ["a", "", "2026-06-03", "2026-06-04", 20.0],
        ["A", "y", "2026-06-02", "2026-06-04", 5.5],
    ]
    one, other = said(ahead(rows, UNTIL)), said(ahead(rows[::-1], UNTIL))
    assert one == other
    assert one["hash"] != said(ahead(rows[:2], UNTIL))["hash"]
