"""Patterns that queries give, against canonical identifiers."""

import pytest

from traceapp.epcis.identifiers import IdentifierError, canonical
from traceapp.epcis.patterns import read

ITEM = canonical("urn:epc:id:sgtin:4012345.098765.12")


@pytest.mark.parametrize(
    ("pattern", "fits", "not_"),
    [
        ("urn:epc:idpat:sgtin:4012345.098765.*", "urn:epc:id:sgtin:4012345.098765.a%2Fb", "urn:epc:id:sgtin:4012345.098766.1"),
        ("urn:epc:idpat:sgtin:4012345.*.*", "urn:epc:id:sgtin:4012345.198765.1", "urn:epc:id:sgtin:4012346.098765.1"),
        ("urn:epc:idpat:sgtin:*.*.*", "urn:epc:id:sgtin:0614141.107346.1", "urn:epc:id:sscc:0614141.1234567890"),
        ("urn:epc:idpat:sgtin:4012345.098765.*", "urn:epc:idpat:sgtin:4012345.098765.*", "urn:epc:class:lgtin:4012345.098765.1"),
        ("urn:epc:class:lgtin:4012345.098765.*", "urn:epc:class:lgtin:4012345.098765.L1", "urn:epc:idpat:sgtin:4012345.098765.*"),
        ("urn:epc:class:lgtin:4012345.*.*", "urn:epc:class:lgtin:4012345.198765.L1", "urn:epc:id:sgtin:4012345.198765.1"),
        ("urn:epc:idpat:upui:1234567.098765.*", "urn:epc:id:upui:1234567.098765.x", "urn:epc:id:sgtin:1234567.098765.x"),
        ("urn:epc:idpat:sscc:0614141.*", "urn:epc:id:sscc:0614141.1234567890", "urn:epc:id:sscc:0614142.1234567890"),
        ("urn:epc:idpat:sgln:0614141.12345.*", "urn:epc:id:sgln:0614141.12345.400", "urn:epc:id:sgln:0614141.12346.400"),
        ("urn:epc:idpat:sgln:0614141.12345.*", "urn:epc:id:sgln:0614141.12345.0", "urn:epc:id:pgln:0614141.12345"),
        ("urn:epc:idpat:grai:4012345.55555.*", "urn:epc:id:grai:4012345.55555.9", "urn:epc:id:grai:4012345.55556.9"),
        ("urn:epc:idpat:grai:4012345.*.*", "urn:epc:id:grai:4012345.55555.9", "urn:epc:idpat:grai:4012345.55555.*"),
        ("urn:epc:idpat:gdti:0614141.12345.*", "urn:epc:id:gdti:0614141.12345.400", "urn:epc:id:gdti:0614141.12346.400"),
        ("urn:epc:idpat:giai:4000001.*", "urn:epc:id:giai:4000001.111", "urn:epc:id:giai:4000002.111"),
        ("urn:epc:idpat:cpi:0614141.123ABC.*", "urn:epc:id:cpi:0614141.123ABC.9", "urn:epc:id:cpi:0614141.123ABCD.9"),
        ("urn:epc:idpat:itip:4012345.012345.01.02.*", "urn:epc:id:itip:4012345.012345.01.02.9", "urn:epc:id:itip:4012345.012345.02.02.9"),
        ("urn:epc:idpat:itip:4012345.012345.*.*.*", "urn:epc:id:itip:4012345.012345.01.02.9", "urn:epc:id:itip:4012345.012346.01.02.9"),
        ("urn:epc:idpat:itip:4012345.012345.01.*.*", "urn:epc:id:itip:4012345.012345.01.02.9", "urn:epc:id:itip:4012345.012345.02.02.9"),
        ("urn:epc:idpat:gid:95100000.12345.*", "urn:epc:id:gid:95100000.12345.400", "urn:epc:id:gid:95100000.12346.400"),
        ("urn:epc:idpat:gid:95100000.*.*", "urn:epc:id:gid:95100000.12345.400", "urn:epc:id:gid:951000001.1.4"),
        ("urn:epc:idpat:gsrn:0614141.*", "urn:epc:id:gsrn:0614141.0000010253", "urn:epc:id:gsrnp:0614141.0000010253"),
    ],
)  # fmt: skip
def test_a_pattern_fits_its_own_and_no_others(pattern, fits, not_):
    found = read(pattern)
    assert found is not None
    assert found.matches(canonical(fits))
    assert not found.matches(canonical(not_))


def test_a_digital_link_matches_as_its_urn_does():
    found = read("urn:epc:idpat:sgtin:4012345.098765.*")
    assert found is not None
    assert found.matches(canonical("https://shop.example/01/04012345987652/10/L1/21/12"))
    assert found.class_id == "https://id.gs1.org/01/04012345987652"


@pytest.mark.parametrize("name", ["urn:epc:id:sgtin:4012345.098765.12", ITEM, "urn:x:*", "https://example.com/*", ""])
def test_what_is_no_pattern_is_none(name):
    assert read(name) is None


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:idpat:sgtin:4012345.*.5",
        "urn:epc:idpat:sgtin:*.098765.*",
        "urn:epc:idpat:sgtin:4012345.09*.*",
        "urn:epc:idpat:sgtin:4012345.*",
        "urn:epc:idpat:sgtin:40123.*.*",
        "urn:epc:idpat:sgtin:4012345.0987.*",
        "urn:epc:idpat:sgtin:4012345.098765.7",
        "urn:epc:idpat:nothing:1.*",
        "urn:epc:idpat:",
        "urn:epc:class:sgtin:4012345.*.*",
        "urn:epc:idpat:sgtin:4012345.%zz.*",
    ],
)
def test_a_malformed_pattern_is_refused(urn):
    with pytest.raises(IdentifierError):
        read(urn)
