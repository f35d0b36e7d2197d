"""The connection file, what is wrong with one, the trust it gives, and why a certificate is denied."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from traceapp.commitments.canonical import canonical
from traceapp.ledger.errors import Unavailable
from traceapp.ledger.fabric import trust
from traceapp.ledger.fabric.adapter import FabricLedger
from traceapp.ledger.fabric.config import ConfigError, read
from traceapp.ledger.fabric.identity import why_denied
from traceapp.ledger.identities import issue_certificate, make_ca, new_key, public_key_pem
from traceapp.verifier import parse_trust

NOW = datetime(2026, 5, 14, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
def authorities(tmp_path):
    """Two organisations' and the orderers' authorities, their certificates in files."""
    made = {}
    for name in ("A", "B", "Orderer"):
        made[name] = make_ca(msp_id=f"{name}MSP", name=name, not_before=NOW - YEAR, not_after=NOW + YEAR)
        (tmp_path / f"{name}.pem").write_bytes(made[name][1])
    return made


def client(authority, *, ou="client", start=NOW - YEAR / 2, end=NOW + YEAR / 2):
    key = new_key()
    certificate = issue_certificate(
        ca_key=authority[0], ca_certificate=authority[1], public_key=public_key_pem(key), common_name="c", ou=ou,
        not_before=start, not_after=end,
    )  # fmt: skip
    return key, certificate


@pytest.fixture
def content(tmp_path, authorities):
    key, certificate = client(authorities["A"])
    (tmp_path / "reader.pem").write_bytes(certificate)
    (tmp_path / "reader.key").write_bytes(key)

    def organisation(name):
        peer = {"name": f"peer-{name}", "address": f"127.0.0.1:{ord(name)}", "tlsRootCertificates": [f"{name}.pem"]}
        return {
            "mspId": f"{name}MSP",
            "name": name,
            "pgln": "9506000134352",
            "rootCertificates": [f"{name}.pem"],
            "peers": [peer],
        }

    return {
        "format": "traceapp-fabric/1",
        "network": "Test",
        "demo": True,
        "channel": "trace",
        "chaincode": "traceability",
        "reader": {"mspId": "AMSP", "certificate": "reader.pem", "key": "reader.key"},
        "organisations": [organisation("A"), organisation("B")],
        "ordererOrganisations": [{"mspId": "OMSP", "name": "Orderers", "rootCertificates": ["Orderer.pem"]}],
    }


@pytest.fixture
def path(tmp_path, content):
    return written(tmp_path, content)


def written(folder, content):
    path = folder / "connection.json"
    path.write_text(json.dumps(content))
    return path


def test_a_connection_file_is_read_with_its_certificates_and_defaults(path, authorities):
    found = read(path)
    assert (found.network, found.demo, found.attestations, found.max_in_flight) == ("Test", True, 2, 500)
    assert [peer.name for peer in found.peers] == ["peer-A", "peer-B"]
    assert found.organisations[0].roots == (authorities["A"][1].decode(),)
    assert found.organisations[0].node_ous["client"] == "client"
    assert all(peer.gateway for peer in found.peers)
    assert b"PRIVATE" in found.reader.key
    assert "PRIVATE" not in repr(found)


def change(content, where, value):
    *parents, name = where
    for part in parents:
        content = content[part]
    if value is None:
        del content[name]
    else:
        content[name] = value


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        (["format"], "x", "format is not"),
        (["channel"], None, "the file has no channel"),
        (["channel"], "", "channel of the file is empty"),
        (["demo"], 1, "demo of the file is not true or false"),
        (["maxInFlight"], 0, "below 1"),
        (["attestations"], True, "not a whole number"),
        (["attestations"], 3, "only 2 organisations have a peer"),
        (["revoked"], [{"serial": "01"}], "mspId, serial and since"),
        (["revoked"], [{"mspId": "AMSP", "serial": "xyz", "since": "x"}], "xyz"),
        (["spare"], 1, "unknown member 'spare'"),
        (["reader"], None, "reader is not a JSON object"),
        (["reader", "key"], "nowhere.key", "nowhere.key cannot be read"),
        (["organisations"], [], "no organisation has a peer"),
        (["organisations", 0, "peers", 0, "address"], None, "peers[0] has no address"),
        (["organisations", 0, "peers", 0, "tlsRootCertificates"], [], "is empty"),
        (["organisations", 0, "peers", 0, "name"], "peer-B", "two peers share a name"),
        (["organisations", 1, "mspId"], "AMSP", "two organisations share a name"),
        (["organisations", 0, "peers"], {}, "peers of organisations[0] is not a list"),
    ],
)
def test_what_is_wrong_in_it_is_said_in_a_sentence(tmp_path, content, where, value, words):
    change(content, where, value)
    with pytest.raises(ConfigError, match=r"connection.json cannot be used") as error:
        read(written(tmp_path, content))
    assert words in str(error.value)


def test_a_missing_or_garbled_file_is_unavailable_at_the_first_call(tmp_path):
    ledger = FabricLedger(tmp_path / "none.json")
    with pytest.raises(Unavailable, match="is missing"):
        ledger.height()
    (tmp_path / "none.json").write_text("{")
    with pytest.raises(Unavailable, match="cannot be used"):
        ledger.height()


def test_a_reader_whose_key_is_no_key_is_said(path, tmp_path):
    (tmp_path / "reader.key").write_text("no key")
    with pytest.raises(Unavailable):
        FabricLedger(path).height()


def test_the_trust_is_what_the_proof_checker_reads_and_asks_for_a_majority(path):
    found = parse_trust(canonical(trust.content(read(path), b"\x01" * 32)))
    assert (found.network, found.demo, found.attestations, found.version) == ("Test", True, 2, 1)
    assert sorted(found.organisations) == ["AMSP", "BMSP"]
    assert trust.majority(read(path))["outOf"][0] == 2


def test_a_rule_given_in_the_file_is_the_trusts(tmp_path, content):
    content["endorsement"] = [{"from": "2026-01-01T00:00:00.000Z", "rule": {"signedBy": "AMSP", "role": "peer"}}]
    assert trust.content(read(written(tmp_path, content)), b"\x01" * 32)["endorsement"] == content["endorsement"]


def test_a_denied_certificate_is_explained(path, authorities):
    found = read(path)

    def why(msp_id, certificate):
        return why_denied(found, msp_id, certificate, NOW)

    a = authorities["A"]
    assert "CMSP is not an organisation of the channel trace" in why("CMSP", client(a)[1])
    assert "expired on 2026-04-14" in why("AMSP", client(a, end=NOW - timedelta(days=30))[1])
    assert "valid only from 2026-05-24" in why("AMSP", client(a, start=NOW + timedelta(days=10))[1])
    assert "not issued by" in why("BMSP", client(a)[1])
    assert "organisational unit must be 'client'" in why("AMSP", client(a, ou="peer")[1])
    assert "cannot be read" in why("AMSP", b"rubbish")
    assert "denied by the peers" in why("AMSP", client(a)[1])


def test_a_revoked_certificate_is_explained(tmp_path, content, authorities):
    certificate = client(authorities["A"])[1]
    serial = f"00{x509.load_pem_x509_certificate(certificate).serial_number:x}"
    content["revoked"] = [{"mspId": "AMSP", "serial": serial, "since": "2026-05-01T00:00:00.000Z"}]
    found = read(written(tmp_path, content))
    assert "is revoked" in why_denied(found, "AMSP", certificate, NOW)


def test_consenters_of_a_channel_ordered_by_bft_go_into_the_trust(tmp_path, content, authorities):
    assert "consenters" not in trust.content(read(written(tmp_path, content)), b"\x01" * 32)
    for number in (1, 2):
        (tmp_path / f"orderer-{number}.pem").write_bytes(client(authorities["Orderer"], ou="orderer")[1])
    content["consenters"] = [{"id": n, "mspId": "OMSP", "certificate": f"orderer-{n}.pem"} for n in (1, 2)]
    found = parse_trust(canonical(trust.content(read(written(tmp_path, content)), b"\x01" * 32)))
    assert [(number, one.msp_id) for number, one in found.consenters.items()] == [(1, "OMSP"), (2, "OMSP")]
