"""Digital Link paths as a scanner sends them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.epcis.digital_link import build, parse_path
from traceapp.epcis.identifiers import IdentifierError, lot

AI_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


def test_a_link_is_read_with_its_parts():
    link = parse_path("/01/09506000134352/22/2A/10/L2405%2F117/21/S%20".removesuffix("%20"))
    assert (link.primary, link.gtin, link.lot, link.serial) == ("01", "09506000134352", "L2405/117", "S")
    assert link.qualifier("22") == "2A"
    assert link.path == "/01/09506000134352/22/2A/10/L2405%2F117/21/S"
    assert link.canonical == "https://id.gs1.org/01/09506000134352/21/S"


def test_a_lot_is_matched_without_its_variant():
    link = parse_path("/01/09506000134352/22/2A/10/L1")
    assert link.canonical == "https://id.gs1.org/01/09506000134352/10/L1"
    assert (link.gtin, link.lot, link.serial) == ("09506000134352", "L1", None)


def test_a_short_gtin_is_filled_up():
    assert parse_path("/01/96385074").path == "/01/00000096385074"


def test_a_place_is_no_trade_item():
    link = parse_path("/414/6291041500213/254/dock")
    assert (link.gtin, link.lot, link.canonical) == (None, None, "https://id.gs1.org/414/6291041500213/254/dock")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/01/09506000134353", "check digit should be 2"),
        ("/01/09506000134352/10/", "not a lot"),
        ("/01/09506000134352/", "not a GS1 Digital Link"),
        ("/01/09506000134352/10", "not a GS1 Digital Link"),
        ("/01/09506000134352/10/A/rubbish", "not a GS1 Digital Link"),
        ("/01/09506000134352/10/A/rub/bish", "cannot follow a GTIN"),
        ("/01/09506000134352/21/S/10/A", "out of order"),
        ("/01/09506000134352/10/A/10/B", "repeated or out of order"),
        ("/01/09506000134352/10/A/235/B", "stands alone"),
        ("/01/09506000134352/254/A", "cannot follow a GTIN"),
        ("/00/376104250021234569/10/A", "cannot follow a SSCC"),
        ("/01/09506000134352/10/%zz", "wrong percent escape"),
        ("/01/09506000134352/10/%", "wrong percent escape"),
        ("/01/09506000134352/10/%FF", "not a lot"),
        ("/01/09506000134352/10/a%00b", "not a lot"),
        ("/01/09506000134352/10/a b", "not a lot"),
        ("/01/%EF%BC%909506000134352", "not a GTIN"),
        ("/01/０9506000134352", "not a GTIN"),
        ("/02/09506000134352", "not a GS1 Digital Link"),
        ("//01/09506000134352", "not a GS1 Digital Link"),
        ("/", "not a GS1 Digital Link"),
        ("", "not a GS1 Digital Link"),
        ("/gtin/09506000134352", "no longer part of GS1 Digital Link: write the application identifier, /01/"),
        ("/01/09506000134352/lot/A", "no longer part of GS1 Digital Link: write the application identifier, /10/"),
        ("/414/6291041500213/254/A/7040/1ABC", "stands alone after a GLN"),
        ("/415/6291041500213", "needs its payment reference"),
        ("/8006/095060001343520302", "piece 03 of 02"),
        ("/8010/0614141A/8011/01", "not a CPID serial number"),
    ],
)
def test_a_wrong_path_is_refused_in_words(path, why):
    with pytest.raises(IdentifierError, match=why):
        parse_path(path)


@given(st.text(AI_82, min_size=1, max_size=20))
def test_any_lot_the_standard_allows_goes_there_and_back(text):
    canonical = lot("09506000134352", text)
    path = canonical.removeprefix("https://id.gs1.org")
    assert parse_path(path).lot == text
    assert parse_path(path).canonical == canonical
    assert build("http://127.0.0.1:8000/", canonical) == f"http://127.0.0.1:8000{path}"


@given(st.text(max_size=60))
def test_any_path_is_read_or_refused(text):
    try:
        link = parse_path(text)
    except IdentifierError:
        return
    assert parse_path(link.path) == link


def test_only_canonical_gs1_identifiers_are_built_on():
    with pytest.raises(IdentifierError):
        build("https://example.com", "urn:uuid:1")
    with pytest.raises(IdentifierError):
        build("https://example.com", "https://id.gs1.org/voc/x")
