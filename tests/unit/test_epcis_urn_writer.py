"""From a canonical identifier to its EPC URN and back: only where the company prefix's length is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_epcis_digital_link import AI_82
from traceapp.epcis.check_characters import check_pair
from traceapp.epcis.company_prefix import PrefixTable, TableError, first_known, read_table, write_table
from traceapp.epcis.identifiers import IdentifierError, canonical, check_digit, item
from traceapp.epcis.urn_writer import NoUrn, PrefixUnknown, to_urn

DL = "https://id.gs1.org"
URNS = [
    "urn:epc:id:sgtin:0614141.107346.2017",
    "urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()",
    "urn:epc:id:sgtin:415056789012.0.a.b.c",
    "urn:epc:class:lgtin:4012345.012345.998877",
    "urn:epc:idpat:sgtin:4012345.098765.*",
    "urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB",
    "urn:epc:id:sscc:0614141.1234567890",
    "urn:epc:id:sgln:0614141.12345.400",
    "urn:epc:id:sgln:0614141.12345.0",
    "urn:epc:id:sgln:999999999999..0",
    "urn:epc:id:pgln:0614141.00777",
    "urn:epc:id:grai:4012345.55555.98765",
    "urn:epc:idpat:grai:4012345.66666.*",
    "urn:epc:id:giai:4000001.111",
    "urn:epc:id:gsrn:0614141.0000010253",
    "urn:epc:id:gsrnp:4012345.0000098765",
    "urn:epc:id:gdti:0614141.12345.400",
    "urn:epc:idpat:gdti:4012345.55555.*",
    "urn:epc:id:sgcn:4012345.99999.44",
    "urn:epc:idpat:sgcn:4012345.99999.*",
    "urn:epc:id:ginc:0614141.xyz47%2F11",
    "urn:epc:id:gsin:4012345.222333444",
    "urn:epc:id:itip:4012345.012345.01.02.999",
    "urn:epc:idpat:itip:4012345.012345.01.02.*",
    "urn:epc:id:cpi:0614141.123%23ABC.123456789",
    "urn:epc:idpat:cpi:4012345.ABC.*",
]


def prefix_of(urn: str) -> int:
    return len(urn.split(":")[4].split(".", maxsplit=1)[0])


@pytest.mark.parametrize("urn", URNS)
def test_every_scheme_goes_to_a_digital_link_and_back(urn):
    assert to_urn(canonical(urn), lambda _digits: prefix_of(urn)) == urn


@given(
    st.text("0123456789", min_size=13, max_size=13).filter(lambda digits: not digits.startswith("000000")),
    st.text(AI_82, min_size=1, max_size=20),
    st.integers(6, 12),
)
def test_any_item_goes_there_and_back_whatever_the_prefix(digits, serial, length):
    name = item(digits + check_digit(digits), serial)
    assert canonical(to_urn(name, lambda _digits: length)) == name


def test_a_gtin_of_eight_digits_needs_no_table():
    assert to_urn(item("96385074", "5"), lambda _digits: None) == "urn:epc:id:sgtin:00000963.08507.5"


def test_a_prefix_of_four_digits_counts_as_a_block_of_six():
    assert to_urn(f"{DL}/414/9506000134369", lambda _digits: 4) == "urn:epc:id:sgln:950600.013436.0"


def test_without_an_entry_it_is_said_and_not_guessed():
    with pytest.raises(PrefixUnknown, match=r"GTIN 09506000134352: the length of its GS1 company prefix is not in"):
        to_urn(f"{DL}/01/09506000134352", lambda _digits: None)


@pytest.mark.parametrize("name", [f"{DL}/01/09506000134352/22/A", f"{DL}/417/9506000134369/7040/1ABC"])
def test_what_epc_has_no_scheme_for_is_said(name):
    with pytest.raises(NoUrn, match="has no EPC URN"):
        to_urn(name, lambda _digits: 7)


def test_what_is_no_gs1_key_stays_as_it_is():
    assert to_urn("urn:epc:id:gid:95100000.12345.400", lambda _digits: None) == "urn:epc:id:gid:95100000.12345.400"
    assert to_urn("https://example.com/pallet", lambda _digits: None) == "https://example.com/pallet"


JSON = '{"GCPPrefixFormatList":{"date":"2026-01-02","entry":[{"prefix":"950","gcpLength":7},{"prefix":"9506","gcpLength":8},{"prefix":"20","gcpLength":0}]}}'
XML = '<?xml version="1.0"?><GCPPrefixFormatList xmlns="urn:x" date="2026-01-02"><entry prefix="950" gcpLength="7"/><entry prefix="9506" gcpLength="8"/><entry prefix="20" gcpLength="0"/></GCPPrefixFormatList>'


@pytest.mark.parametrize("text", [JSON, XML, "\ufeff" + XML])
def test_the_published_list_is_read_in_both_forms(text):
    table = read_table(text.removeprefix("\ufeff") if text.startswith("\ufeff{") else text.lstrip("\ufeff"))
    assert table.date == "2026-01-02"
    assert (table.length_of("9501"), table.length_of("95061"), table.length_of("2012"), table.length_of("4")) == (
        *(7, 8),
        *(None, None),
    )
    assert read_table(write_table(table)) == table


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "neither JSON nor XML"),
        ("[]", "no GCPPrefixFormatList"),
        ('{"entry":[{"prefix":"95x","gcpLength":7}]}', "entry 1: '95x' with length '7'"),
        ('{"entry":[{"prefix":"950","gcpLength":13}]}', "entry 1"),
        ('{"entry":[{"prefix":"950","gcpLength":7},{"prefix":"950","gcpLength":8}]}', "entry 2: prefix 950 is listed"),
        ("<GCPPrefixFormatList/>", "no entry"),
        ("<a", "not well-formed"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a/>', "DOCTYPE"),
        ("[" * 100_000, "neither JSON nor XML"),
    ],
)
def test_a_broken_list_is_refused_with_its_entry(text, why):
    with pytest.raises(TableError, match=why):
        read_table(text)


def test_several_tables_are_asked_in_turn():
    ours, theirs = PrefixTable({"95060001": 8}), PrefixTable({"9506": 7})
    length_of = first_known([ours.length_of, theirs.length_of])
    assert (length_of("950600013435"), length_of("950600023435"), length_of("1")) == (8, 7, None)


def test_a_model_number_closes_with_its_check_characters():
    assert check_pair("1987654Ad4X4bL5ttr2310c") == "2K"  # the example of the General Specifications
    assert canonical(f"{DL}/8013/1987654Ad4X4bL5ttr2310c2K") == f"{DL}/8013/1987654Ad4X4bL5ttr2310c2K"
    with pytest.raises(IdentifierError, match="check characters should be 2K"):
        canonical(f"{DL}/8013/1987654Ad4X4bL5ttr2310c2L")
