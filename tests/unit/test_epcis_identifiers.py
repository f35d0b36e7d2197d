"""Identifiers: check digits, every EPC scheme, one canonical form."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.epcis.identifiers import (
    Gs1,
    IdentifierError,
    canonical,
    check_digit,
    is_class,
    is_instance,
    item,
    key,
    location,
    lot,
    parse,
    party,
    product,
    sscc,
    valid_gln,
    valid_gtin,
    valid_sscc,
)

DL = "https://id.gs1.org"


@pytest.mark.parametrize(
    ("digits", "expected"),
    [("0950600013435", "2"), ("629104150021", "3"), ("01234567890", "5"), ("9638507", "4"), ("37610425002123456", "9")],
)
def test_check_digits_are_those_gs1_publishes(digits, expected):
    assert check_digit(digits) == expected


@given(st.text("0123456789", min_size=13, max_size=13), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(digits, at, by):
    whole = digits + check_digit(digits)
    assert valid_gtin(whole) == whole
    wrong = whole[:at] + str((int(whole[at]) + by) % 10) + whole[at + 1 :]
    with pytest.raises(IdentifierError, match="check digit should be"):
        valid_gtin(wrong)


def test_numbers_are_filled_up_and_errors_say_what_is_wrong():
    assert valid_gtin(" 9506000134352 ") == "09506000134352"
    assert valid_gtin("96385074") == "00000096385074"
    assert valid_gtin("012345678905") == "00012345678905"
    assert valid_gln("6291041500213") == "6291041500213"
    assert valid_sscc("376104250021234569") == "376104250021234569"
    with pytest.raises(IdentifierError, match=r"^GTIN 09506000134353: check digit should be 2$"):
        valid_gtin("09506000134353")
    with pytest.raises(IdentifierError, match="GLN '629104150021': 13 digits are expected"):
        valid_gln("629104150021")
    with pytest.raises(IdentifierError, match="8 or 12 or 13 or 14 digits"):
        valid_gtin("١٢٣٤٥٦٧٨")
    for bad in ("", "abc", "9" * 15, "37610425002123456²"):
        with pytest.raises(IdentifierError):
            valid_sscc(bad)


@pytest.mark.parametrize(
    ("urn", "path"),
    [
        ("urn:epc:id:sgtin:0614141.107346.2017", "/01/10614141073464/21/2017"),
        (
            "urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()",
            "/01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29",
        ),
        ("urn:epc:id:sgtin:415056789012.0.a.b.c", "/01/04150567890128/21/a.b.c"),
        ("urn:epc:class:lgtin:4012345.012345.998877", "/01/04012345123456/10/998877"),
        ("urn:epc:idpat:sgtin:4012345.098765.*", "/01/04012345987652"),
        ("urn:epc:id:sscc:0614141.1234567890", "/00/106141412345678908"),
        ("urn:epc:id:sgln:0614141.12345.400", "/414/0614141123452/254/400"),
        ("urn:epc:id:sgln:0614141.12345.0", "/414/0614141123452"),
        ("urn:epc:id:sgln:999999999999..0", "/414/9999999999994"),
        ("urn:epc:id:pgln:0614141.00777", "/417/0614141007776"),
        ("urn:epc:id:pgln:999999999999.", "/417/9999999999994"),
        ("urn:epc:id:grai:4012345.55555.98765", "/8003/0401234555555498765"),
        ("urn:epc:idpat:grai:4012345.66666.*", "/8003/04012345666663"),
        ("urn:epc:id:giai:4000001.111", "/8004/4000001111"),
        ("urn:epc:id:gsrn:0614141.0000010253", "/8018/061414100000102534"),
        ("urn:epc:id:gsrnp:4012345.0000098765", "/8017/401234500000987658"),
        ("urn:epc:id:gdti:0614141.12345.400", "/253/0614141123452400"),
        ("urn:epc:idpat:gdti:4012345.55555.*", "/253/4012345555554"),
        ("urn:epc:id:sgcn:4012345.99999.44", "/255/401234599999044"),
        ("urn:epc:id:ginc:0614141.xyz47%2F11", "/401/0614141xyz47%2F11"),
        ("urn:epc:id:gsin:4012345.222333444", "/402/40123452223334442"),
        ("urn:epc:id:itip:4012345.012345.01.02.999", "/8006/040123451234560102/21/999"),
        ("urn:epc:idpat:itip:4012345.012345.01.02.*", "/8006/040123451234560102"),
        (
            "urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB",
            "/01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7%27SDB",
        ),
        ("urn:epc:id:cpi:0614141.123ABC.123456789", "/8010/0614141123ABC/8011/123456789"),
        ("urn:epc:idpat:cpi:4012345.ABC.*", "/8010/4012345ABC"),
    ],
)
def test_every_epc_scheme_of_a_gs1_key_becomes_its_digital_link(urn, path):
    assert canonical(urn) == DL + path
    assert canonical(DL + path) == DL + path


@pytest.mark.parametrize(
    "same",
    [
        "urn:epc:id:sgtin:9506000.013435.A%2FB",
        "https://id.gs1.org/01/09506000134352/21/A%2FB",
        "https://id.gs1.org/01/09506000134352/21/A%2fB",
        "http://id.gs1.org/01/9506000134352/21/%41%2FB",
        "https://ID.GS1.ORG/01/09506000134352/21/A%2FB?17=270101#top",
        "https://shop.example/01/09506000134352/21/A%2FB",
        "https://shop.example/some/path/01/09506000134352/21/A%2FB",
        "https://id.gs1.org/01/09506000134352/22/2A/10/LOT/21/A%2FB",
        "https://id.gs1.org/01/09506000134352/21/A%2FB/",
        "https://shop.example/some/01/09506000134352/21/A%2FB/",
    ],
)
def test_one_item_has_one_canonical_form(same):
    assert canonical(same) == canonical("urn:epc:id:sgtin:9506000.013435.A%2FB") == item("9506000134352", "A/B")


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/gtin/09506000134352",
        "https://example.com/01/2024/05",
        "https://example.com/01/09506000134352/about",
        "https://example.com/00/news",
        "https://id.gs1.org/voc/x",
        "https://id.gs1.org",
        "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        "urn:epc:id:gid:95100000.12345.400",
        "urn:epc:id:imovn:9176187",
        "geo:22.300,-118.44",
        "example:pallet-1",
        "ni:///sha-256;df7bb3c352fef055578554f09f5e2aa41782150ced7bd0b8af24dd3ccb30ba69?ver=CBV2.0",
    ],
)
def test_other_uris_stay_as_they_are(uri):
    assert canonical(uri) == uri
    assert is_instance(uri)


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("https://id.gs1.org/01/09506000134353", "GTIN 09506000134353: check digit should be 2"),
        ("https://shop.example/x/01/09506000134353/10/A", "GTIN 09506000134353: check digit should be 2"),
        ("https://id.gs1.org/414/6291041500214", "GLN 6291041500214: check digit should be 3"),
        ("https://id.gs1.org/00/376104250021234560", "SSCC 376104250021234560: check digit should be 9"),
        ("https://id.gs1.org/8003/09506000134353X", "check digit should be 2"),
        ("https://id.gs1.org/01/095060001343", "check digit"),
        ("https://id.gs1.org/01/0950600013435X", "is not a GTIN"),
        ("https://id.gs1.org/01", "not a GS1 Digital Link"),
        ("https://id.gs1.org/99/1", "not a GS1 Digital Link"),
        ("https://id.gs1.org/01/09506000134352/21/" + "x" * 21, "not a serial number"),
        ("https://id.gs1.org/01/09506000134352/10/%C3%A9", "not a lot"),
        ("urn:epc:id:sgtin:0614141.107346", "3 parts"),
        ("urn:epc:id:sgtin:0614141.107346.", "3 parts"),
        ("urn:epc:id:sgtin:0614141..1", "3 parts"),
        ("urn:epc:id:sgtin:0614141.10734.1", "12 digits, not 13"),
        ("urn:epc:id:sgtin:06141.10734612.1", "company prefix"),
        ("urn:epc:id:sgtin:0614141.10734X.1", "digits alone"),
        ("urn:epc:id:sgtin:0614141.107346." + "x" * 21, "not a serial number"),
        ("urn:epc:id:sgtin:0614141.107346.%zz", "not an EPC"),
        ("urn:epc:id:sgtin:0614141.107346.%C3%A9", "not a serial number"),
        ("urn:epc:id:sgtin:0614141.*.*", "pattern"),
        ("urn:epc:idpat:sgtin:0614141.*.*", "not a class"),
        ("urn:epc:idpat:sgtin:0614141.107346.5", "not a class"),
        ("urn:epc:id:sscc:0614141.123456789", "16 digits, not 17"),
        ("urn:epc:tag:sgtin-96:3.0614141.812345.6789", "not an EPC"),
        ("urn:epc:raw:96.x1", "not an EPC"),
        ("urn:epc:id:nothing:1.2.3", "not an EPC"),
        ("urn:epc:id:", "not an EPC"),
        ("URN:EPC:id:sgtin:0614141.107346.2017", "small letters"),
        ("https://id.gs1.org/01/09506000134352?17=270101&10=A", "lot belongs into the path"),
        ("https://shop.example/01/09506000134352/10/A?21=1", "serial number belongs into the path"),
        ("shipping", "not a URI"),
        ("", "not a URI"),
        ("https://example.com/a b", "not a URI"),
        ("https://example.com/é", "not a URI"),
        ("urn:x:\n", "not a URI"),
        ("https://example.com/" + "a" * 3000, "not a URI"),
    ],
)
def test_a_wrong_identifier_is_refused_in_words(uri, why):
    with pytest.raises(IdentifierError, match=why):
        canonical(uri)


@given(st.text(max_size=40) | st.text("urn:epcidsgtlhtps/.0123456789%*-", max_size=60).map("urn:epc:id:sgtin:".__add__))
def test_any_text_is_either_canonical_or_refused(text):
    try:
        found = canonical(text)
    except IdentifierError:
        return
    assert canonical(found) == found
    assert (parse(found) is None) == (
        not found.startswith(DL + "/") or not found[len(DL) + 1 :].split("/")[0].isdigit()
    )


def test_the_key_is_the_first_eight_bytes_of_the_hash_signed():
    assert key("a") == int.from_bytes(hashlib.sha256(b"a").digest()[:8], "big") - 2**64
    assert hashlib.sha256(b"a").hexdigest().startswith("ca978112ca1bbdca")
    assert -(2**63) <= key(lot("9506000134352", "L2405-117")) < 2**63


def test_builders_give_canonical_forms():
    assert product("9506000134352") == f"{DL}/01/09506000134352"
    assert lot("09506000134352", "L2405-117") == f"{DL}/01/09506000134352/10/L2405-117"
    assert lot("09506000134352", "A/B 1".replace(" ", "")) == f"{DL}/01/09506000134352/10/A%2FB1"
    assert item("09506000134352", "7") == f"{DL}/01/09506000134352/21/7"
    assert sscc("376104250021234569") == f"{DL}/00/376104250021234569"
    assert location("6291041500213") == location("6291041500213", "0") == f"{DL}/414/6291041500213"
    assert location("6291041500213", "dock4") == f"{DL}/414/6291041500213/254/dock4"
    assert party("6291041500213") == f"{DL}/417/6291041500213"
    with pytest.raises(IdentifierError):
        lot("09506000134352", "with blank")
    with pytest.raises(IdentifierError):
        item("09506000134352", "")


def test_a_canonical_form_comes_apart():
    assert parse(lot("9506000134352", "A/B")) == Gs1("01", "09506000134352", (("10", "A/B"),))
    assert parse("urn:uuid:1") is None


def test_levels_are_told_apart():
    assert is_instance(item("9506000134352", "1"))
    assert not is_class(item("9506000134352", "1"))
    assert is_class(lot("9506000134352", "1"))
    assert not is_instance(lot("9506000134352", "1"))
    assert is_class(product("9506000134352"))
    assert is_instance(sscc("376104250021234569"))
    assert is_class(canonical("urn:epc:idpat:grai:4012345.66666.*"))
    assert is_instance(canonical("urn:epc:id:grai:4012345.66666.1"))
    assert not is_class(canonical("urn:epc:id:gid:95100000.12345.400"))
    assert not is_instance(canonical("urn:epc:idpat:gid:95100000.12345.*"))
    assert is_class("https://example.com/tomatoes")
    assert is_instance("https://example.com/tomatoes")
