"""What the checker says of genuine transactions."""

import pytest

from tests.unit.verifier_network import PGLN, Case, Network, canonical
from traceapp.verifier import NotVerified, Reason, check_anchor, check_bundle, check_evidence, parse_trust


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.make()


def test_a_genuine_anchor_says_what_was_committed_and_who_attests_it(network):
    case = Case(network)
    anchor = check_anchor(case.bundle()["anchor"], parse_trust(canonical(network.trust())))
    assert anchor.batch_id == case.batch_id
    assert anchor.root.hex() == case.batch()["root"]
    assert (anchor.kind, anchor.size, anchor.organisation) == ("epcis", 7, PGLN["AlbaMSP"])
    assert (anchor.msp_id, anchor.attesting) == ("AlbaMSP", ("AlbaMSP", "CedroMSP"))
    assert anchor.recorded_at == "2026-05-14T09:12:00.123Z"
    assert anchor.tx_id == case.tx_id


def test_a_genuine_bundle_is_verified(network):
    report = check_bundle(Case(network, hide=("/event/bizStep",)).file(), parse_trust(canonical(network.trust())))
    assert report.verified, report.detail
    assert report.hidden == 1
    assert report.record["event"]["eventID"]
