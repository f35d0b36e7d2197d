"""Terms in words, and examples that come to what the contract would pay."""

from chaincode.traceability.rules import terms as rules
from tests.unit.escrow_world import INSURANCE, PRICE, TEMPERATURE, terms
from traceapp.payments import examples
from traceapp.payments.examples import Course
from traceapp.payments.plain_words import words

_NO_COLD = {"temperature": None, "legs": []}


def _money(amount, currency):
    return f"{currency} {amount}"


def _terms(**changes):
    return rules.parse(terms("f" * 32, **changes))


def _said(title, parts=frozenset(), **changes):
    return next(one for one in words(terms("f" * 32, **changes), _money, parts) if one.title == title)


def test_three_hours_late_are_one_started_hour_after_two_that_are_free():
    assert examples.outcome(_terms(**_NO_COLD), Course(late=180)).seller == PRICE - 5000
    assert examples.outcome(_terms(**_NO_COLD), Course(late=181)).seller == PRICE - 10_000
    assert examples.outcome(_terms(**_NO_COLD), Course(late=120)).seller == PRICE
    assert examples.outcome(_terms(**_NO_COLD), Course(late=6000)).seller == PRICE - 100_000


def test_what_the_seller_lacks_the_buyer_has():
    for course in (Course(late=500), Course(outside=300), Course(missing=700), Course(short=900), Course(damaged=900)):
        end = examples.outcome(_terms(), course)
        assert end.seller + end.buyer == PRICE
        assert end.seller < PRICE


def test_beyond_the_band_the_arbiter_decides_where_the_terms_say_so():
    agreed = _terms(temperature=TEMPERATURE | {"beyond": "dispute"})
    assert examples.outcome(agreed, Course(outside=31)).decides
    assert not examples.outcome(agreed, Course(outside=30)).decides


def test_lost_goods_bring_the_price_back_and_the_insurance():
    end = examples.lost(_terms(insurance=INSURANCE))
    assert (end.seller, end.buyer, end.insured) == (200_000, 800_000, 800_000)


def test_an_insurance_pays_all_or_nothing_and_only_for_what_it_names():
    agreed = _terms(insurance=INSURANCE)
    assert examples.outcome(agreed, Course(outside=31)).insured == 800_000
    assert examples.outcome(agreed, Course(late=500)).insured == 0


def test_each_side_is_told_what_it_receives():
    assert _said("On time").worked == (
        "If it arrives 3 h late the seller receives EUR 995000 of EUR 1000000; the buyer gets back EUR 5000."
    )
    assert "you receive EUR 995000 of" in _said("On time", frozenset({"seller"})).worked
    assert "the seller receives EUR 995000 of EUR 1000000; you get back EUR 5000" in (
        _said("On time", frozenset({"buyer"})).worked
    )
    assert "you receive EUR 800000 of the insurance" in (
        _said("Insurance", frozenset({"buyer"}), insurance=INSURANCE).worked
    )


def test_the_deadline_is_told_on_the_clock_of_its_place():
    assert "Due on 20 May 2026, 18:00 CEST." in _said("On time").text


def test_what_costs_nothing_is_said_without_an_example():
    free = _said("On time", late={"perHour": 0, "cap": 0})
    assert "Being late costs nothing." in free.text
    assert free.worked == ""
