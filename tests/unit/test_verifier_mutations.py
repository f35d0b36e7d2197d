"""Good bundles changed by chance, and forgeries by somebody who holds keys: none that says something else is accepted,
none raises, and all verifiers agree on each, reason and step included.

Ten thousand in all; MUTATIONS in the environment tries another number.
"""

import base64
import json
import os
from dataclasses import dataclass
from functools import cache
from random import Random

import pytest
from fabric_protos.common import common_pb2

from tests.proof_vectors.folder import FOLDER
from tests.proof_vectors.forging import Forger
from tests.proof_vectors.making import nothing_drawn
from tests.proof_vectors.mutations import GOOD, TRUST, mutated
from tests.proof_vectors.page_verifier import ask, needs_node
from tests.unit.verifier_network import digest
from traceapp.verifier import Report, Trust, TrustError, check_bundle, parse_trust

NUMBER = int(os.environ.get("MUTATIONS", "10000"))
PARTS = 10  # each a test of its own, so that they run at once
SAID = (
    "verified",
    "reason",
    "step",
    "hidden",
    "record",
    "recordedBy",
    "recordedAt",
    "batchId",
    "txId",
    "attesting",
    "custodial",
)
SAID += ("block", "device", "notChecked", "trustFingerprint", "words")


@dataclass(frozen=True)
class Tried:
    """One changed bundle; `of` is the good one it was, or nothing for a forgery."""

    of: str
    bundle: bytes
    trust: bytes
    report: Report | None  # none where the trust file was refused


@cache
def trust_of(data: bytes) -> Trust | None:
    try:
        return parse_trust(data)
    except TrustError:
        return None


def tried(of: str, bundle: bytes, trust: bytes) -> Tried:
    parsed = trust_of(trust)
    return Tried(of, bundle, trust, None if parsed is None else check_bundle(bundle, parsed))


def changed(random: Random, number: int) -> list[Tried]:
    def one() -> Tried:
        name, data = mutated(random)
        return tried(name, data, (FOLDER / TRUST[name]).read_bytes())

    return [one() for _ in range(number)]


def forged(random: Random, number: int) -> list[Tried]:
    with nothing_drawn():
        forger = Forger(random)
        return [tried("", *forger.any()) for _ in range(number)]


def meaning(data: bytes) -> tuple[object, ...]:
    """What a bundle commits to: all its digests, their place, and the transactions. Not what it chooses to show."""
    value = json.loads(data)
    record, anchor, device = value["record"], value["anchor"], value.get("device", {}).get("anchor")
    digests = frozenset({digest(one).hex() for one in record["disclosures"]} | set(record["hidden"]))
    return (
        digests,
        value["inclusion"],
        _transaction(anchor),
        _block(anchor.get("block")),
        device and _transaction(device),
    )


def _block(encoded: str | None) -> tuple[object, ...] | None:
    """What orderers sign of a block: how its message is laid out, and peers' notes in it, are nobody's word."""
    if encoded is None:
        return None
    block = common_pb2.Block.FromString(base64.b64decode(encoded))
    header = block.header
    return header.number, header.previous_hash, header.data_hash, tuple(block.data.data)


def _transaction(anchor: dict) -> tuple[str, str, str]:
    return anchor["key"], anchor["txId"], anchor["attestation"]["payload"]


MEANINGS = {name: meaning(data) for name, data in GOOD.items()}


@cache
def report_of(name: str) -> Report:
    return check_bundle(GOOD[name], trust_of((FOLDER / TRUST[name]).read_bytes()))


def assert_means_the_same(one: Tried) -> None:
    """An accepted mutation says what a good bundle says; it may show less of it, or bring less along."""
    told = meaning(one.bundle)
    genuine = [name for name, other in MEANINGS.items() if other[:3] == told[:3]]
    assert genuine, one.bundle
    for further in (3, 4):
        assert told[further] in {None, *(MEANINGS[name][further] for name in genuine)}
    shown = set(json.loads(one.bundle)["record"]["disclosures"])
    assert shown <= {text for name in genuine for text in json.loads(GOOD[name])["record"]["disclosures"]}
    assert one.report.hidden == len(told[0]) - len(shown)
    for name in genuine:
        for said in ("recorded_by", "record_time", "recorded_at", "tx_id", "batch_id", "custodial"):
            assert getattr(one.report, said) == getattr(report_of(name), said)
    assert set(one.report.attesting) <= {who for name in genuine for who in report_of(name).attesting}


def assert_shows_what_is_committed(one: Tried) -> None:
    """A forger may have the ledger hold anything. What is shown is then that, and nothing beside it."""
    shown = json.dumps(one.report.record, ensure_ascii=False)
    for text in json.loads(one.bundle)["record"]["disclosures"]:
        value = json.loads(text)[2]
        if isinstance(value, str):
            assert json.dumps(value, ensure_ascii=False) in shown


def assert_the_page_agrees(all_: list[Tried]) -> None:
    answers = ask((one.bundle, one.trust) for one in all_)
    for one, answer in zip(all_, answers, strict=True):
        if one.report is None:
            assert answer.get("thrown") == "TrustError", (answer, one.trust[:2000])
            continue
        plain = {**one.report.as_json(), "words": one.report.words}
        ours = json.loads(json.dumps([plain[name] for name in SAID]))
        theirs = [answer.get(name, "absent") for name in SAID]
        assert theirs == ours, (one.report.detail, answer, one.bundle[:2000])


@needs_node
@pytest.mark.parametrize("part", range(PARTS))
def test_no_change_of_a_good_bundle_is_accepted_as_something_else(part):
    all_ = changed(Random(20260514 + part), NUMBER * 7 // 10 // PARTS)
    accepted = [one for one in all_ if one.report.verified]
    assert len(accepted) < len(all_) / 2
    for one in accepted:
        assert_means_the_same(one)
    assert_the_page_agrees(all_)


@needs_node
@pytest.mark.parametrize("part", range(PARTS))
def test_forgeries_by_holders_of_keys_get_one_answer_from_all_verifiers(part):
    all_ = forged(Random(20270514 + part), NUMBER * 3 // 10 // PARTS)
    for one in all_:
        if one.report is not None and one.report.verified:
            assert_shows_what_is_committed(one)
    assert_the_page_agrees(all_)


def test_the_changes_reach_every_step():
    random = Random(1)
    reached = {one.report.step for one in changed(random, 600)}
    assert reached >= {None, 1, 3, 4, 6, 9, 10, 11}
    reached = {one.report.step for one in forged(random, 600) if one.report is not None}
    assert reached >= {None, 1, 3, 4, 7, 8, 9, 10, 11}
