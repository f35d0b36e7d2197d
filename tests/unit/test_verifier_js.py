"""What the page's verifier reads strictly, beyond the vectors: JSON, protobuf, DER, times; and trust files."""

import json
import subprocess

from tests.proof_vectors.folder import FOLDER
from tests.proof_vectors.page_verifier import NODE, ROOT, ask, needs_node
from tests.unit.verifier_network import Case, Network, canonical, pem
from traceapp.verifier import TrustError, check_bundle, parse_trust

pytestmark = needs_node
GOOD = (FOLDER / "good" / "whole.json").read_bytes()


def test_its_own_readers_pass_their_tests():
    command = [str(NODE), "--test", str(ROOT / "tests" / "unit" / "verify_readers.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def broken_trusts(network: Network) -> dict[str, bytes]:
    value = network.trust()
    first, second = value["organisations"][:2]
    shared = {**second, "rootCertificates": first["rootCertificates"]}
    peer = pem(network.peers["AlbaMSP"].certificate).decode()
    rule = value["endorsement"][0]["rule"]

    def changed(**members) -> bytes:
        return canonical({**value, **members})

    def organisation(**members) -> bytes:
        return changed(organisations=[{**first, **members}, *value["organisations"][1:]])

    def ruled(one) -> bytes:
        return changed(endorsement=[{"from": "2026-01-01T00:00:00.000Z", "rule": one}])

    return {
        "nothing": b"",
        "not an object": b"[]",
        "a member twice": canonical(value).replace(b'"demo":true', b'"demo":true,"demo":true'),
        "an unknown member": changed(more=1),
        "a missing member": canonical({k: v for k, v in value.items() if k != "genesis"}),
        "null for a list": changed(revoked=None),
        "no attestation needed": changed(attestations=0),
        "more than there are": changed(attestations=4),
        "a shared authority": changed(organisations=[first, shared, value["organisations"][2]]),
        "an organisation twice": changed(organisations=[first, first, second]),
        "no root": organisation(rootCertificates=[]),
        "a root that is no authority": organisation(rootCertificates=[peer]),
        "an intermediate that leads nowhere": organisation(intermediateCertificates=[peer]),
        "one unit for two roles": organisation(nodeOUs={"peer": "x", "client": "x"}),
        "no unit for peers": organisation(nodeOUs={"client": "client"}),
        "zero of a rule": ruled({"outOf": [0, rule["outOf"][1]]}),
        "a rule of strangers": ruled({"signedBy": "DunaMSP", "role": "peer"}),
        "no rule": changed(endorsement=[]),
        "two rules at once": changed(endorsement=value["endorsement"] * 2),
        "no time": changed(endorsement=[{"from": "2026-02-30T00:00:00.000Z", "rule": rule}]),
        "a wrong serial": changed(revoked=[{"mspId": "x", "serial": "G", "since": "2026-01-01T00:00:00.000Z"}]),
        "a version that is text": changed(version="3"),
    }


def _refused(trust: bytes) -> bool:
    try:
        parse_trust(trust)
    except TrustError:
        return True
    return False


def test_a_trust_file_that_the_command_refuses_is_refused():
    trusts = broken_trusts(Network.make())
    for name, data in trusts.items():
        assert _refused(data), name
    answers = ask((GOOD, one) for one in trusts.values())
    assert {name: answer.get("thrown") for name, answer in zip(trusts, answers, strict=True)} == dict.fromkeys(
        trusts, "TrustError"
    )


def test_the_fingerprint_is_of_the_canonical_form_whatever_the_layout():
    laid_out = (FOLDER / "trust.json").read_bytes()
    plain = canonical(json.loads(laid_out))
    assert laid_out != plain
    fingerprints = {answer["trustFingerprint"] for answer in ask([(GOOD, laid_out), (GOOD, plain)])}
    assert fingerprints == {parse_trust(plain).fingerprint}


def test_rules_nest_and_use_signers_up_as_in_the_command():
    network = Network.make()
    case = Case(network).file()

    def peer(msp_id: str) -> dict:
        return {"signedBy": msp_id, "role": "peer"}

    both = {"outOf": [2, [peer("AlbaMSP"), peer("BoraMSP")]]}
    rules = [
        {"outOf": [1, [peer("CedroMSP"), both]]},
        {"outOf": [2, [peer("AlbaMSP"), {"outOf": [1, [peer("AlbaMSP")]]}]]},
        {"outOf": [1, [{"signedBy": "AlbaMSP", "role": "admin"}]]},
        peer("BoraMSP"),
    ]
    start = network.trust()["endorsement"][0]["from"]
    trusts = [canonical(network.trust(endorsement=[{"from": start, "rule": rule}])) for rule in rules]
    answers = [answer["verified"] for answer in ask((case, trust) for trust in trusts)]
    assert (
        answers == [check_bundle(case, parse_trust(trust)).verified for trust in trusts] == [True, False, False, True]
    )
