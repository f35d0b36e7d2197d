"""Proof bundles from every ledger: the same verifiers take them, by their own network's trust and no other's."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import embedded
from tests.contract.deployment import Deployment, record, request
from tests.proof_vectors.page_verifier import NODE, ask
from tests.unit.verifier_network import EVENT, b64, digest, leaf_of, path, split, tree
from traceapp.commitments.canonical import canonical
from traceapp.ledger.protos import common
from traceapp.verifier import check_bundle, parse_trust
from traceapp.verifier.command import main

SIZE, INDEX = 7, 4


def proof(place: Deployment) -> dict[str, Any]:
    """One record of seven on this ledger, and the block that its batch came in."""
    shown = split(
        {"kind": "epcis", "recordedBy": place.organisation, "recordTime": "2026-05-14T09:12:00.000Z", "event": EVENT}
    )
    leaves = [leaf_of([digest(f"another {n}")]) for n in range(SIZE)]
    leaves[INDEX] = leaf_of(map(digest, shown))
    wanted = request(root=tree(leaves).hex(), size=SIZE)
    status = record(place, wanted)
    attested = place.ledger.attest(place.recorder, status.tx_id)
    block = next(one for one in place.ledger.block_events(status.block, timeout=5) if one.number == status.block)
    pairs = [{"endorser": b64(who), "signature": b64(signature)} for who, signature in attested.endorsements]
    return {
        "format": "traceapp-proof/1",
        "record": {"disclosures": shown, "hidden": []},
        "inclusion": {"index": INDEX, "size": SIZE, "path": [one.hex() for one in path(leaves, INDEX)]},
        "anchor": {
            "channel": place.ledger.channel,
            "chaincode": place.ledger.chaincode,
            "key": f"batch/{wanted['id']}",
            "txId": status.tx_id,
            "attestation": {
                "proposal": b64(attested.proposal),
                "payload": b64(attested.payload),
                "endorsements": pairs,
            },
            "block": b64(block.raw),
        },
    }


def answers(bundle: bytes, trust: bytes, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Any, ...]:
    """What all verifiers say: verified, reason, step, block."""
    (folder / "bundle.json").write_bytes(bundle)
    (folder / "trust.json").write_bytes(trust)
    report = check_bundle(bundle, parse_trust(trust))
    said = report.verified, report.reason, report.step, report.block
    assert main([str(folder / "bundle.json"), "--trust", str(folder / "trust.json"), "--json"]) == report.exit_code
    (told,) = json.loads(capsys.readouterr().out)
    others = [told, *(ask([(bundle, trust)]) if NODE else [])]
    for one in others:
        assert tuple(one[name] for name in ("verified", "reason", "step", "block")) == said, (report.detail, one)
    return said


def test_a_bundle_of_this_ledger_passes_all_verifiers_its_block_included(place, tmp_path, capsys):
    bundle, trust = proof(place), canonical(place.ledger.trust())
    verified, reason, step, block = answers(canonical(bundle), trust, tmp_path, capsys)
    assert (verified, reason, step) == (True, None, None)
    assert block == common.Block.FromString(base64.b64decode(bundle["anchor"]["block"])).header.number
    del bundle["anchor"]["block"]
    assert answers(canonical(bundle), trust, tmp_path, capsys) == (True, None, None, None)


def test_another_block_of_this_ledger_is_not_taken_for_it(place, tmp_path, capsys):
    first, second = proof(place), proof(place)
    second["anchor"]["block"] = first["anchor"]["block"]
    told = answers(canonical(second), canonical(place.ledger.trust()), tmp_path, capsys)
    assert told == (False, "block-mismatch", 10, None)


def test_a_bundle_of_one_network_fails_by_the_trust_of_another(place, tmp_path, capsys, request):
    elsewhere = embedded(request, tmp_path)
    here, there = canonical(place.ledger.trust()), canonical(elsewhere.ledger.trust())
    for bundle, trust in [(proof(place), there), (proof(elsewhere), here)]:
        verified, reason, _, _ = answers(canonical(bundle), trust, tmp_path, capsys)
        assert (verified, reason) == (False, "untrusted-signer")
    assert answers(canonical(proof(elsewhere)), there, tmp_path, capsys)[0] is True
