"""Whatever people type or scan becomes one Digital Link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.epcis import element_strings
from traceapp.epcis.attributes import read_query
from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.epcis.scanned import CodeError, find, read, readable

GTIN = "09506000134352"
PATH = f"/01/{GTIN}/10/L2405-117"


@pytest.mark.parametrize(
    "typed",
    [
        f"https://id.gs1.org{PATH}",
        f"http://127.0.0.1:8000{PATH}?17=270101",
        f"http://127.0.0.1:8000/p{PATH}/",
        PATH,
        f"(01){GTIN}(10)L2405-117",
        f"  (01){GTIN} (10)L2405-117 ",
        f"(10)L2405-117(01){GTIN}",
        f"]d201{GTIN}10L2405-117",
        f"]Q301{GTIN}1727010110L2405-117",
        f"\x1d10L2405-117\x1d01{GTIN}",
        f"]C101{GTIN}310300050010L2405-117",
        f"{GTIN} L2405-117",
        f"01{GTIN}1727010110L2405-117",
        f"]e001{GTIN}10L2405-117",
        f"]J101{GTIN}10L2405-117",
        f"]Q1http://127.0.0.1:8000{PATH}",
        f"]d1https://id.gs1.org{PATH}",
        f"]Q301{GTIN}10L2405-117\x1d37100",
        f"]C101{GTIN}10L2405-117<GS>3712",
        f"]C101{GTIN}10L2405-117␝3712",
        f"{GTIN[1:]}   L2405-117",
        "urn:epc:class:lgtin:9506000.013435.L2405-117",
    ],
)
def test_every_way_to_write_a_lot_leads_to_the_same_page(typed):
    assert find(typed).path == PATH


def test_a_slash_in_a_lot_stays_one_lot():
    assert find(f"{GTIN} A/7").path == f"/01/{GTIN}/10/A%2F7"


def test_a_pallet_is_found_by_its_eighteen_digits():
    assert find("106141412345678908").path == "/00/106141412345678908"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Type the code"),
        ("9" * 3000, "Type the code"),
        ("strawberries", "no code we can read"),
        ("09506000134353", "check digit should be 2"),
        (f"(01){GTIN}(10", "brackets do not fit"),
        ("(10)L2405-117", "No product, pallet or place number"),
        ("https://example.org/strawberries", "holds no GS1 code"),
        (f"https://example.org/01/{GTIN}/21/7/10/L1", "out of order"),
        ("\x1dXX", "cannot be read from"),
        (f"]C101{GTIN}17271399", "there is no such date|does not have the form"),
        (f"]C101{GTIN}99", "does not have the form"),
        (f"]E0{GTIN}", "no code we can read"),
        (f"]C101{GTIN}10A\x1d10B", "given twice"),
        ("http://[", "holds no GS1 code|no code we can read"),
        (f"https://id.gs1.org/gtin/{GTIN}", "write the application identifier, /01/"),
        (f"{GTIN} this lot number is far too long", "is not a lot"),
    ],
)
def test_what_is_no_code_is_refused_with_a_sentence(typed, why):
    with pytest.raises(CodeError, match=why):
        find(typed)


def test_the_text_below_a_code_is_its_element_string():
    assert readable(find(PATH)) == f"(01){GTIN} (10)L2405-117"


@pytest.mark.parametrize(
    ("scanned", "path"),
    [
        ("]E09506000134352", "/01/09506000134352"),
        ("]E496385074", "/01/00000096385074"),
        ("]E3950600013435212345", "/01/09506000134352"),
        ("]I119506000134359", "/01/19506000134359"),
        ("]C100106141412345678908", "/00/106141412345678908"),
        ("]C1414950600013436925401A\x1d", "/414/9506000134369/254/01A"),
        ("]C18010061414112A\x1d80115", "/8010/061414112A/8011/5"),
        ("(8006)095060001343520102(21)7", "/8006/095060001343520102/21/7"),
        ("(01)09506000134352(10)A(B)C", "/01/09506000134352/10/A(B)C".replace("(", "%28").replace(")", "%29")),
        ("(01)09506000134352 (235)x", "/01/09506000134352/235/x"),
    ],
)
def test_each_kind_of_bar_code_says_what_it_is_about(scanned, path):
    assert find(scanned).path == path


def test_what_a_pallet_label_says_of_its_content_are_attributes_not_qualifiers():
    found = read("]C1001061414123456789080209506000134352152701313740\x1d10L1")

    assert found.link.path == "/00/106141412345678908"
    assert found.attributes == (("02", "09506000134352"), ("15", "270131"), ("37", "40"), ("10", "L1"))


def test_elements_are_written_with_separators_only_where_they_are_needed():
    elements = [("10", "L1"), ("01", GTIN), ("37", "40"), ("15", "270131")]

    raw = element_strings.write(elements)
    assert raw == f"01{GTIN}1527013110L1\x1d3740"
    assert sorted(element_strings.read(raw)) == sorted(elements)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ()),
        ("17=270131&3103=000195", (("17", "270131"), ("3103", "000195"))),
        ("17=270131;3103=000195;x=%zz", (("17", "270131"), ("3103", "000195"))),
        ("linkType=gs1:pip&15=270100&utm_source=a", (("15", "270100"),)),
        ("8200=http%3A%2F%2Fx.example", (("8200", "http://x.example"),)),
        ("02=09506000134352&37=4&10=A%2FB", (("02", "09506000134352"), ("37", "4"), ("10", "A/B"))),
        ("3923=1299", (("3923", "1299"),)),
        ("7003=2701311530", (("7003", "2701311530"),)),
        ("17=270131&17=270131", (("17", "270131"),)),
        ("00", None),
        ("17", None),
        ("17=271301", None),
        ("17=270230", None),
        ("15=27013", None),
        ("17=270131&17=270132", None),
        ("3103=00019", None),
        ("02=09506000134353", None),
        ("410=9506000134360", None),
        ("21=7", None),
        ("999=1", None),
        ("10=%zz", None),
        ("10=%FF", None),
        ("400=a b", None),
    ],
)
def test_attributes_in_a_query_are_checked(query, found):
    if found is not None:
        assert read_query(query) == found
    else:
        with pytest.raises(IdentifierError):
            read_query(query)


@given(st.text(max_size=60) | st.text("0123456789()]CdQ3e\x1d/:?&=%AB", max_size=60))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        found = read(text)
    except CodeError:
        return
    assert find(found.link.path) == found.link
