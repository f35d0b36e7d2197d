"""What the checker says of genuine transactions."""

import pytest

from tests.unit.verifier_network import PGLN, Case, Network, canonical, salt
from traceapp.verifier import check_anchor, check_bundle, check_evidence, parse_trust
from traceapp.verifier.anchor import read_anchor


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.make()


@pytest.fixture(scope="module")
def trust(network):
    return parse_trust(canonical(network.trust()))


def test_a_genuine_anchor_says_what_was_committed_and_who_attests_it(network, trust):
    case = Case(network)
    anchor = check_anchor(case.bundle()["anchor"], trust)
    assert anchor.batch_id == case.batch_id
    assert anchor.root.hex() == case.batch()["root"]
    assert (anchor.kind, anchor.size, anchor.organisation) == ("epcis", 7, PGLN["AlbaMSP"])
    assert (anchor.msp_id, anchor.attesting) == ("AlbaMSP", ("AlbaMSP", "CedroMSP"))
    assert anchor.recorded_at == "2026-05-14T09:12:00.123Z"
    assert anchor.tx_id == case.tx_id


def test_evidence_kept_as_bytes_is_checked_as_an_anchor_is(network, trust):
    made = Case(network).bundle()["anchor"]
    kept = read_anchor(made, "anchor")
    found = check_evidence(
        key=kept.key,
        tx_id=kept.tx_id,
        proposal=kept.proposal,
        payload=kept.payload,
        endorsements=kept.endorsements,
        trust=trust,
    )
    assert found == check_anchor(made, trust)


def test_a_genuine_bundle_is_verified_and_says_how_much_is_hidden(network, trust):
    report = check_bundle(Case(network, hide=("/event/bizStep", "/event/epcList/0")).file(), trust)
    assert report.verified, report.detail
    assert report.exit_code == 0
    assert report.hidden == 2
    assert "bizStep" not in report.record["event"]
    assert report.record["event"]["epcList"] == ["https://id.gs1.org/01/09506000134352/21/2"]
    assert report.attesting == (("AlbaMSP", "Huerta Alba"), ("CedroMSP", "Cedro Markets"))
    assert (report.network, report.trust_version, report.demo) == ("Test network", 3, True)
    assert report.recorded_by == PGLN["AlbaMSP"]
    assert report.as_json()["trustFingerprint"] == trust.fingerprint


@pytest.mark.parametrize(("size", "index"), [(1, 0), (2, 1), (5, 4), (8, 0), (13, 12), (100, 77)])
def test_a_record_is_verified_at_every_place_in_a_tree(network, trust, size, index):
    assert check_bundle(Case(network, size=size, index=index).file(), trust).verified


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "sensor", "message": "eyJhbGciOiJFZERTQSJ9.e30.c2ln"},
        {"kind": "forecast", "statement": {"dataset": "ab", "rows": 12}},
        {"kind": "model", "statement": {"0": "not an index of a list", "name": "m"}},
    ],
)
def test_records_of_other_kinds_are_verified(network, trust, record):
    whole = {"recordedBy": PGLN["AlbaMSP"], "recordTime": "2026-05-14T09:11:00.000Z", **record}
    case = Case(network, record=whole)
    if record["kind"] == "model":  # as one disclosure: a member named by digits would read as an element
        case.edit["disclosures"] = lambda _: _whole(whole)
    report = check_bundle(case.file(), trust)
    assert report.verified, report.detail
    assert report.not_checked == (("device key not checked",) if record["kind"] == "sensor" else ())


def test_a_transformation_needs_no_action(network, trust):
    case = Case(network)
    case.record["event"] = {k: v for k, v in case.record["event"].items() if k != "action"}
    case.record["event"]["type"] = "TransformationEvent"
    assert check_bundle(case.file(), trust).verified


def test_a_key_kept_by_an_operator_is_called_custodial(network, trust):
    kept = network.authorities["AlbaMSP"].issue("client", attributes={"custodial": "true", "role": "supplier"})
    own = network.authorities["AlbaMSP"].issue("client", attributes={"role": "supplier"})
    assert check_bundle(Case(network, client=kept).file(), trust).custodial is True
    assert check_bundle(Case(network, client=own).file(), trust).custodial is False


def test_an_administrators_transaction_counts_as_a_clients(network, trust):
    admin = network.authorities["AlbaMSP"].issue("admin", "procurement")
    assert check_bundle(Case(network, client=admin).file(), trust).verified


def _whole(record):
    return [canonical([salt(n), f"/{name}", value]).decode() for n, (name, value) in enumerate(record.items())]
