"""Every verifier gives the same answer to every vector: the room's function, the command, and the page's script."""

import json

import pytest

from tests.proof_vectors.folder import FOLDER, files
from tests.proof_vectors.page_verifier import NODE, ask, needs_node
from traceapp.verifier import check_bundle, parse_trust
from traceapp.verifier.command import main

VECTORS = json.loads((FOLDER / "vectors.json").read_bytes())
REASONS = {
    "malformed", "incomplete", "attestation-mismatch", "untrusted-signer", "bad-signature", "invalid-transaction",
    "not-enough-attestations", "transaction-mismatch", "policy-not-met", "root-mismatch", "block-mismatch",
    "bad-device-signature",
}  # fmt: skip


def bytes_of(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@pytest.fixture(scope="module")
def trusts():
    return {name: parse_trust(bytes_of(name)) for name in {one["trust"] for one in VECTORS}}


def test_the_committed_files_are_those_that_the_script_makes():
    made = files()
    assert {str(one.relative_to(FOLDER)) for one in FOLDER.rglob("*.json")} == set(made)
    assert [name for name, data in made.items() if bytes_of(name) != data] == []


def test_the_vectors_show_every_reason():
    assert {one["reason"] for one in VECTORS} == REASONS | {None}
    assert sum(one["verified"] for one in VECTORS) >= 10


@pytest.mark.parametrize("vector", VECTORS, ids=[one["bundle"] for one in VECTORS])
def test_the_verifier_answers(trusts, vector):
    report = check_bundle(bytes_of(vector["bundle"]), trusts[vector["trust"]])
    assert (report.verified, report.reason, report.step) == (vector["verified"], vector["reason"], vector["step"]), (
        report.detail
    )


def test_the_command_answers_all_of_them_the_same(capsys):
    for trust in {one["trust"] for one in VECTORS}:
        ours = [one for one in VECTORS if one["trust"] == trust]
        main([*(str(FOLDER / one["bundle"]) for one in ours), "--trust", str(FOLDER / trust), "--json"])
        answers = json.loads(capsys.readouterr().out)
        assert [(a["verified"], a["reason"], a["step"]) for a in answers] == [
            (one["verified"], one["reason"], one["step"]) for one in ours
        ]


@needs_node
def test_the_pages_verifier_answers_all_of_them_the_same(trusts):
    answers = ask((bytes_of(one["bundle"]), bytes_of(one["trust"])) for one in VECTORS)
    for vector, answer in zip(VECTORS, answers, strict=True):
        expected = check_bundle(bytes_of(vector["bundle"]), trusts[vector["trust"]])
        ours = json.loads(json.dumps({**expected.as_json(), "detail": None, "words": expected.words}))
        theirs = {name: answer.get(name, "absent") for name in ours} | {"detail": None}
        assert theirs == ours, (vector["bundle"], answer)


@needs_node
def test_the_pages_verifier_tells_each_step_as_it_ends():
    good, invalid = ask((bytes_of(f"{name}.json"), bytes_of("trust.json")) for name in ("good/whole", "forged/invalid"))
    assert good["steps"] == [[step, True] for step in range(1, 10)]
    assert invalid["steps"] == [*([step, True] for step in range(1, 5)), [5, False]]
    assert good["milliseconds"] < 10_000  # with a margin for a busy machine; measured 5 to 50


TRUSTS = json.loads((FOLDER / "trusts.json").read_bytes())


def test_trust_files_are_taken_or_refused_as_they_should_be_by_all(capsys):
    good = bytes_of("good/whole.json")
    answers = ask((good, bytes_of(one["trust"])) for one in TRUSTS) if NODE else [None] * len(TRUSTS)
    for one, page in zip(TRUSTS, answers, strict=True):
        code = main([str(FOLDER / "good" / "whole.json"), "--trust", str(FOLDER / one["trust"])])
        told = capsys.readouterr()
        assert (code != 2) == one["usable"], (one, told)
        assert ("The trust file cannot be used." in told.err) != one["usable"]
        if page is None:
            continue
        assert (page.get("thrown") is None) == one["usable"], (one, page)
        if one["usable"]:
            expected = check_bundle(good, parse_trust(bytes_of(one["trust"])))
            assert (page["verified"], page["reason"], page["trustFingerprint"]) == (
                (expected.verified, expected.reason, expected.trust_fingerprint)
            )
        else:
            assert page["thrown"] == "TrustError", page
