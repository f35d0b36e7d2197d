"""`digital-link.js`, as published on npm, reads the links we build, and we read those it builds."""

from urllib.parse import quote, unquote

import pytest

from tests import npm
from traceapp.epcis.digital_link import link
from traceapp.epcis.gs1_keys import KEYS, check_digit
from traceapp.epcis.scanned import read

ORIGIN = "https://trace.example"
LINKS = [
    [("01", "09506000134352")],
    [("01", "09506000134352"), ("10", "L2405-117")],
    [("01", "09506000134352"), ("10", "A/7"), ("21", "x+y=z?")],
    [("01", "09506000134352"), ("22", "2A"), ("10", "L1"), ("21", "7")],
    [("00", "106141412345678908")],
    [("414", "9506000134369"), ("254", "dock4")],
    [("417", "9506000134369")],
    [("253", "9506000134369DOC1")],
    [("255", "950600013436912")],
    [("401", "9506000ABC")],
    [("402", "95060001343521236")],
    [("8003", "09506000134352X1")],
    [("8004", "9506000A1")],
    [("8006", "095060001343520102"), ("21", "7")],
    [("8010", "9506000A"), ("8011", "5")],
    [("8017", "950600013436912344"), ("8019", "3")],
    [("8018", "950600013436912344")],
]

READ = """
const { DigitalLink } = require('digital-link.js');
console.log(JSON.stringify(given.map((url) => {
  const one = DigitalLink(url);
  return [Object.entries(one.getIdentifier()), Object.entries(one.getKeyQualifiers()), Object.entries(one.getAttributes()), one.getValidationTrace().success];
})));
"""
BUILD = """
const { DigitalLink } = require('digital-link.js');
console.log(JSON.stringify(given.map(([identifier, keyQualifiers, attributes]) => DigitalLink({
  domain: 'https://trace.example', identifier: Object.fromEntries([identifier]),
  keyQualifiers: Object.fromEntries(keyQualifiers), keyQualifiersOrder: keyQualifiers.map(([key]) => key),
  attributes: Object.fromEntries(attributes),
}).toWebUriString())));
"""


@pytest.fixture(scope="module")
def folder():
    return npm.installed("digital-link.js@1.4.3")


def valid(elements):
    """The link of these elements, with whatever check digit is right."""
    (primary, value), *rest = elements
    checked = KEYS[primary].checked
    closed = value[: checked - 1] + check_digit(value[: checked - 1]) + value[checked:] if checked else value
    return link([(primary, closed), *rest])


def test_it_reads_what_we_build(folder):
    ours = [valid(elements) for elements in LINKS]
    theirs = npm.run(folder, READ, [ORIGIN + one.path for one in ours])
    for one, (identifier, qualifiers, _attributes, is_valid) in zip(ours, theirs, strict=True):
        # Values come back as they stand in the address, and its qualifiers in no order.
        assert [(code, unquote(value)) for code, value in identifier] == [(one.primary, one.value)], one.path
        assert sorted((code, unquote(value)) for code, value in qualifiers) == sorted(one.qualifiers), one.path
        assert is_valid, one.path


def test_it_reads_our_attributes(folder):
    url = f"{ORIGIN}{valid(LINKS[1]).path}?17=270131&3103=000195"
    ((_identifier, _qualifiers, attributes, is_valid),) = npm.run(folder, READ, [url])
    assert dict(attributes) == {"17": "270131", "3103": "000195"}
    assert is_valid


def test_we_read_what_it_builds(folder):
    ours = [valid(elements) for elements in LINKS]
    attributes = [["17", "270131"]]
    given = [
        [[one.primary, one.value], [(code, quote(value, safe="")) for code, value in one.qualifiers], attributes]
        for one in ours  # its callers escape values themselves
    ]
    built = npm.run(folder, BUILD, given)
    for one, url in zip(ours, built, strict=True):
        found = read(url)
        assert found.link == one, url
        assert found.attributes == (("17", "270131"),)
