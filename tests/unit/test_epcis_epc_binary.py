"""EPC binary strings, by the examples of the EPC Tag Data Standard."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.epcis.epc_binary import NotDecoded, decompress, is_binary
from traceapp.epcis.gs1_keys import IdentifierError


@pytest.mark.parametrize(
    ("tag", "path"),
    [
        ("3074257BF7194E4000001A85", "/01/80614141123458/21/6789"),
        ("3174257BF4499602D2000000", "/00/106141412345678908"),
        ("3274257BF46072000000162E", "/414/0614141123452/254/5678"),
        ("3274257BF460720000000000", "/414/0614141123452"),
        ("3374257BF40C0E400000162E", "/8003/006141411234525678"),
        ("3474257BF40000000000162E", "/8004/06141415678"),
        ("2D74257BF4499602D2000000", "/8018/061414112345678902"),
        ("2E74257BF4499602D2000000", "/8017/061414112345678902"),
        ("2C74257BF46072000000162E", "/253/06141411234525678"),
    ],
)
def test_a_tag_is_the_digital_link_it_stands_for(tag, path):
    as_base64 = base64.urlsafe_b64encode(bytes.fromhex(tag)).decode().rstrip("=")
    assert (
        decompress(f"eh{tag}").path == decompress(f"eh{tag.lower()}").path == decompress(f"ex{as_base64}").path == path
    )


def sgtin_198(serial: str) -> str:
    bits = f"{0x36:08b}{3:03b}{5:03b}{614141:024b}{712345:020b}"
    bits += "".join(f"{ord(one):07b}" for one in serial).ljust(140, "0")
    return f"{int(bits.ljust(208, '0'), 2):052X}"


@given(st.text("ABCabc0123456789!%/?&-.:", min_size=1, max_size=20))
def test_serial_numbers_of_letters_are_read(serial):
    assert decompress(f"eh{sgtin_198(serial)}").serial == serial


def tag(header: int, *fields: str) -> str:
    bits = f"{header:08b}{3:03b}" + "".join(fields)
    bits = bits.ljust(-(-len(bits) // 16) * 16, "0")
    return f"eh{int(bits, 2):0{len(bits) // 4}X}"


def letters(text: str, width: int) -> str:
    return "".join(f"{ord(one):07b}" for one in text).ljust(width, "0")


PREFIX = f"{5:03b}{614141:024b}"


@given(st.text("ABCabc0123456789!%/?&-.:", min_size=1, max_size=23))
def test_an_asset_with_letters_is_read(reference):
    assert decompress(tag(0x38, PREFIX, letters(reference, 164))).value == f"0614141{reference}"


def test_a_piece_of_an_item_is_read():
    pieces = f"{712345:020b}{4:07b}{7:07b}"
    assert decompress(tag(0x40, PREFIX, pieces, f"{977:038b}")).path == "/8006/706141411234510407/21/977"
    assert decompress(tag(0x41, PREFIX, pieces, letters("mw133", 140))).serial == "mw133"


@given(st.text("ABCXYZ0123456789#-/", min_size=1, max_size=20), st.integers(1, 10**12 - 1))
def test_a_part_of_any_length_is_read(part, serial):
    six = "".join(f"{ord(one) & 0x3F:06b}" for one in part) + "000000"
    found = decompress(tag(0x3D, PREFIX, six, f"{serial:040b}"))
    assert (found.primary, found.value, found.qualifiers) == ("8010", f"0614141{part}", (("8011", str(serial)),))


@pytest.mark.parametrize("fields", [(PREFIX, "000001" * 20), (PREFIX, "000001000000", "1" * 20), (f"{7:03b}",)])
def test_a_part_without_its_end_is_refused(fields):
    with pytest.raises(IdentifierError):
        decompress(tag(0x3D, *fields))


def test_what_is_known_and_not_decoded_is_named():
    with pytest.raises(NotDecoded, match="SGTIN\\+"):
        decompress("ehF7140614141123458000")


@pytest.mark.parametrize(
    "tag",
    [
        "3500E86F8000A9E000000586",
        "0074257BF7194E4000001A85",
        "307C257BF7194E4000001A85",
        "3074257BF7194E",
        "30740000F7FFFFFFFFFFFFFF",
    ],
)
def test_what_stands_for_no_key_is_refused(tag):
    with pytest.raises(IdentifierError):
        decompress(f"eh{tag}")


@given(st.text("ehx0123456789abcdefABCDEF_-", max_size=60))
def test_any_string_is_decoded_or_refused(text):
    if is_binary(text):
        try:
            decompress(text)
        except IdentifierError:
            return
