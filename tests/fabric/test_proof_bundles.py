"""Bundles made on a Fabric network pass the same verifiers, and only with that network's trust."""

import json

from tests.proof_vectors.folder import FOLDER
from tests.proof_vectors.page_verifier import ask, needs_node
from traceapp.accounts.visibility import Relation, Visibility
from traceapp.ledger import proof, trust
from traceapp.verifier import check_bundle, parse_trust
from traceapp.verifier.command import main

DEMO_TRUST = (FOLDER / "trust.json").read_bytes()
DEMO_BUNDLE = (FOLDER / "good" / "whole.json").read_bytes()


def bundle_on(world) -> bytes:
    record = world.record(visibility=Visibility.PUBLIC)
    world.records(20)
    world.anchor()
    return proof.make(record, Relation.PUBLIC)


def test_the_command_verifies_a_bundle_from_fabric(world, tmp_path, capsys):
    (tmp_path / "bundle.json").write_bytes(bundle_on(world))
    (tmp_path / "trust.json").write_bytes(trust.export())
    (tmp_path / "other.json").write_bytes(DEMO_TRUST)
    bundle = str(tmp_path / "bundle.json")
    assert main([bundle, "--trust", str(tmp_path / "trust.json"), "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert len(report["attesting"]) >= 2
    assert main([bundle, "--trust", str(tmp_path / "other.json")]) == 1
    assert len((tmp_path / "bundle.json").read_bytes()) < 24 * 1024


@needs_node
def test_the_pages_verifier_gives_the_same_answers_about_bundles_from_fabric(world):
    bundle, here = bundle_on(world), trust.export()
    pairs = [
        (bundle, here),
        (bundle, DEMO_TRUST),
        (DEMO_BUNDLE, here),
        (bundle.replace(b"shipping", b"Shipping"), here),
    ]
    expected = [check_bundle(one, parse_trust(with_)) for one, with_ in pairs]
    assert [one.reason for one in expected] == [None, "untrusted-signer", expected[2].reason, "root-mismatch"]
    assert not expected[2].verified
    for ours, theirs in zip(expected, ask(pairs), strict=True):
        wanted = json.loads(json.dumps({**ours.as_json(), "detail": None}))
        assert {name: theirs.get(name) for name in wanted} | {"detail": None} == wanted, theirs
