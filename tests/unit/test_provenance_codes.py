"""Whatever people type or scan becomes one Digital Link."""

import pytest

from traceapp.provenance.codes import CodeError, find, readable

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
        (f"{GTIN} this lot number is far too long", "is not a lot"),
    ],
)
def test_what_is_no_code_is_refused_with_a_sentence(typed, why):
    with pytest.raises(CodeError, match=why):
        find(typed)


def test_the_text_below_a_code_is_its_element_string():
    assert readable(find(PATH)) == f"(01){GTIN} (10)L2405-117"
