"""GS1-128: what is encoded is what a scanner reads, with FNC1 where it belongs."""

import numpy
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from traceapp.epcis import element_strings
from traceapp.provenance.code128 import START_B, START_C, TooLong, encode


def scanned(data: str) -> zxingcpp.Barcode:
    row: list[int] = [255] * 30
    for place, width in enumerate(map(int, encode(data).widths)):
        row += [255 if place % 2 else 0] * width * 3
    (found,) = zxingcpp.read_barcodes(numpy.repeat(numpy.array([row + [255] * 30], dtype=numpy.uint8), 80, 0))
    return found


SIGNS = "".join(chr(one) for one in range(33, 127))


@settings(max_examples=150, deadline=None)
@given(st.text("0123456789" * 4 + SIGNS + "\x1d", min_size=1, max_size=46).map(lambda text: f"10{text}"))
def test_any_data_is_read_back_as_gs1_data(data):
    found = scanned(data)
    assert (found.bytes.decode(), found.symbology_identifier) == (data, "]C1")


def test_digits_go_in_pairs():
    sscc = encode("00106141412345678908")
    assert sscc.characters[0] == START_C
    assert len(sscc.characters) == 2 + 10
    assert sscc.modules == (2 + 10 + 1) * 11 + 13 + 20
    assert encode("x1").characters[0] == START_B


def test_what_the_standard_forbids_is_refused():
    with pytest.raises(TooLong):
        encode("1" * 49)
    for wrong in ("", "ä", "a\nb"):
        with pytest.raises(ValueError, match="printable ASCII"):
            encode(wrong)


def test_elements_survive_the_way_through_a_bar_code():
    elements = [("02", "09506000134352"), ("37", "40"), ("10", "L2405-117")]
    assert sorted(element_strings.read(scanned(element_strings.write(elements)).bytes.decode())) == sorted(elements)
