"""What a trust file must be."""

import hashlib
import json
from datetime import timedelta

import pytest

from tests.unit.verifier_network import START, Authority, Network, canonical, pem, rfc3339
from traceapp.verifier import TrustError, parse_trust


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.make()


def text_of(authority: Authority) -> str:
    return pem(authority.certificate).decode()


def test_the_fingerprint_is_of_the_canonical_bytes_whatever_the_layout(network):
    value = network.trust()
    expected = hashlib.sha256(canonical(value)).hexdigest()
    assert parse_trust(canonical(value)).fingerprint == expected
    assert parse_trust(json.dumps(value, indent=2).encode()).fingerprint == expected
    assert parse_trust(canonical(network.trust(version=4))).fingerprint != expected


@pytest.mark.parametrize("member", ["ordererOrganisations", "revoked"])
def test_what_may_be_empty_may_be_left_out(network, member):
    value = network.trust()
    del value[member]
    assert parse_trust(canonical(value)).network == "Test network"


def test_orderers_have_a_role_of_their_own(network):
    orderer = {
        "mspId": "OrdererMSP",
        "name": "Ordering",
        "rootCertificates": [text_of(Authority.make("OrdererMSP"))],
        "nodeOUs": {"orderer": "orderer"},
    }
    trust = parse_trust(canonical(network.trust(ordererOrganisations=[orderer])))
    assert list(trust.orderer_organisations) == ["OrdererMSP"]
    assert "OrdererMSP" not in trust.organisations


@pytest.mark.parametrize("member", sorted(set(Network.make().trust()) - {"ordererOrganisations", "revoked"}))
def test_what_is_missing_is_named(network, member):
    value = network.trust()
    del value[member]
    with pytest.raises(TrustError, match=member):
        parse_trust(canonical(value))


PEER = {"signedBy": "AlbaMSP", "role": "peer"}
SINCE = rfc3339(START)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": "traceapp-trust/2"}, "format"),
        ({"more": 1}, "unknown member 'more'"),
        ({"attestations": 0}, "attestations"),
        ({"attestations": 4}, "attestations"),
        ({"attestations": True}, "not an integer"),
        ({"attestations": "2"}, "not an integer"),
        ({"genesis": "AB" * 32}, "genesis"),
        ({"genesis": "ab"}, "genesis"),
        ({"demo": 1}, "demo"),
        ({"network": None}, "network"),
        ({"channel": ""}, "channel"),
        ({"version": "3"}, "version"),
        ({"endorsement": []}, "needs a rule"),
        ({"endorsement": [{"from": SINCE, "rule": PEER}] * 2}, "one at most"),
        ({"endorsement": [{"from": "yesterday", "rule": PEER}]}, "from"),
        ({"endorsement": [{"from": SINCE, "rule": {"signedBy": "NobodyMSP", "role": "peer"}}]}, "NobodyMSP"),
        ({"endorsement": [{"from": SINCE, "rule": {"signedBy": "AlbaMSP", "role": "king"}}]}, "king"),
        ({"endorsement": [{"from": SINCE, "rule": {"signedBy": "AlbaMSP"}}]}, "role"),
        ({"endorsement": [{"from": SINCE, "rule": {"outOf": [0, [PEER]]}}]}, "0 of 1"),
        ({"endorsement": [{"from": SINCE, "rule": {"outOf": [2, [PEER]]}}]}, "2 of 1"),
        ({"endorsement": [{"from": SINCE, "rule": {"outOf": [1]}}]}, "outOf"),
        ({"endorsement": [{"from": SINCE, "rule": {"outOf": [1, [PEER]], "signedBy": "x"}}]}, "signedBy"),
        ({"endorsement": [{"from": SINCE, "rule": PEER, "until": SINCE}]}, "until"),
        ({"revoked": [{"mspId": "AlbaMSP", "serial": "XY", "since": SINCE}]}, "serial"),
        ({"revoked": [{"mspId": "AlbaMSP", "serial": "1f"}]}, "since"),
        ({"organisations": {}}, "organisations"),
        ({"organisations": []}, "attestations"),
    ],
    ids=str,
)
def test_a_trust_file_is_refused_with(network, changes, why):
    with pytest.raises(TrustError, match=why):
        parse_trust(canonical(network.trust(**changes)))


def test_rules_that_nest_without_end_are_refused(network):
    rule = PEER
    for _ in range(30):
        rule = {"outOf": [1, [rule]]}
    with pytest.raises(TrustError, match="deep"):
        parse_trust(canonical(network.trust(endorsement=[{"from": SINCE, "rule": rule}])))


def organisation(network, **changes):
    value = network.trust()
    value["organisations"][1].update(changes)
    return canonical(value)


def test_an_organisation_is_refused_with(network):
    alba = network.authorities["AlbaMSP"]
    leaf = pem(network.peers["BoraMSP"].certificate).decode()
    middle = text_of(Authority.make("BoraMSP", under=Authority.make("BoraMSP")))
    for changes, why in [
        ({"rootCertificates": []}, "rootCertificates"),
        ({"rootCertificates": ["-----BEGIN"]}, "not one PEM"),
        ({"rootCertificates": [leaf]}, "authority"),
        ({"rootCertificates": [middle]}, "not signed by itself"),
        ({"intermediateCertificates": [middle]}, "does not lead to a root"),
        ({"intermediateCertificates": [text_of(alba)]}, "does not lead to a root"),
        ({"rootCertificates": [text_of(alba)]}, "share an authority's key"),
        ({"mspId": "AlbaMSP"}, "listed twice"),
        ({"nodeOUs": {"client": "client"}}, "peer"),
        ({"nodeOUs": {"peer": "x", "client": "x"}}, "of its own"),
        ({"nodeOUs": {"peer": "peer", "king": "king"}}, "king"),
        ({"nodeOUs": {"peer": ""}}, "empty"),
        ({"custodial": True}, "custodial"),
    ]:
        with pytest.raises(TrustError, match=why):
            parse_trust(organisation(network, **changes))


def test_two_organisations_may_not_share_a_key_under_two_certificates(network):
    again = Authority.make("BoraMSP", key=network.authorities["AlbaMSP"].key)
    with pytest.raises(TrustError, match="share"):
        parse_trust(organisation(network, rootCertificates=[text_of(again)]))
    orderer = {"mspId": "OrdererMSP", "name": "O", "rootCertificates": [text_of(again)], "nodeOUs": {"orderer": "o"}}
    with pytest.raises(TrustError, match="share"):
        parse_trust(canonical(network.trust(ordererOrganisations=[orderer])))


def test_a_path_length_is_kept_to(network):
    root = Authority.make("BoraMSP", path_length=0)
    middle = Authority.make("BoraMSP", under=root)
    parse_trust(organisation(network, rootCertificates=[text_of(root)]))
    with pytest.raises(TrustError, match="authorities"):
        parse_trust(organisation(network, rootCertificates=[text_of(root)], intermediateCertificates=[text_of(middle)]))


def test_intermediates_may_come_in_any_order(network):
    root = network.authorities["BoraMSP"]
    upper = Authority.make("Bora1", under=root)
    lower = Authority.make("Bora2", under=upper)
    listed = [text_of(lower), text_of(upper)]
    assert (
        len(parse_trust(organisation(network, intermediateCertificates=listed)).organisations["BoraMSP"].authorities)
        == 3
    )


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"{", b"\xff", b'{"a":1,"a":2}', b"[" * 100_000, b'"' + b"x" * 5_000_000]
)
def test_what_is_no_trust_file_is_refused_in_words(data):
    with pytest.raises(TrustError, match="trust file"):
        parse_trust(data)


def test_the_earliest_revocation_of_a_certificate_counts(network):
    entries = [
        {"mspId": "AlbaMSP", "serial": "00ff", "since": rfc3339(START + timedelta(days=9))},
        {"mspId": "AlbaMSP", "serial": "ff", "since": rfc3339(START)},
    ]
    trust = parse_trust(canonical(network.trust(revoked=entries)))
    assert len(trust.revoked) == 1
    assert trust.revoked["AlbaMSP", 255] == int(START.timestamp()) * 10**9
