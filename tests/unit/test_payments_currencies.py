"""Amounts as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.traceability.rules.money import minor_units
from traceapp.payments.currencies import AmountError, major, minor
from traceapp.web.templatetags.web import money


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1250", "EUR", 125_000),
        ("1250.5", "EUR", 125_050),
        ("1 250,50", "EUR", 125_050),
        ("1,250.50", "EUR", 125_050),
        ("1,250,000.00", "EUR", 125_000_000),
        ("12.345", "KWD", 12_345),
        ("500", "JPY", 500),
        ("1,250", "JPY", 1250),
        ("1,250,000", "ISK", 1_250_000),
        ("90071992547409.91", "EUR", 2**53 - 1),
    ],
)
def test_an_amount_becomes_minor_units(text, currency, amount):
    assert minor(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("0", "EUR"),
        ("-5", "EUR"),
        ("1.005", "EUR"),
        ("5.5", "JPY"),
        ("1,250", "EUR"),
        ("1.250,50", "EUR"),
        ("1e5", "EUR"),
        ("٣", "EUR"),
        ("NaN", "EUR"),
        ("", "EUR"),
        ("90071992547409.92", "EUR"),
        ("5", "XAU"),
        ("5", "eur"),
        ("1,250", "KWD"),
        ("1,25", "JPY"),
    ],
)
def test_what_is_no_amount_or_could_be_two_is_refused(text, currency):
    with pytest.raises(AmountError):
        minor(text, currency)


@given(st.integers(1, 2**53 - 1), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_a_file_says_reads_back(amount, currency):
    text = major(amount, currency)
    if currency == "KWD" or "." not in text or len(text.split(".")[1]) != 3:
        assert minor(text, currency) == amount
    assert major(-amount, currency) == f"-{text}"


@pytest.mark.parametrize("currency", ["EUR", "JPY", "ISK", "KWD", "OMR", "IQD"])
def test_what_is_shown_has_the_decimals_that_the_ledger_counts_in(currency):
    places = minor_units(currency)
    shown = money(125 * 10**places + 7, currency).split("\u00a0")[1]
    assert shown == ("132" if not places else f"125.{7:0{places}d}")
    with pytest.raises(AmountError, match=f"such as {major(1250 * 10**places, currency)}"):
        minor("much", currency)
