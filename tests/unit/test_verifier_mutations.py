"""Bundles changed by chance: none that says something else is accepted, none raises, and both verifiers agree.

MUTATIONS=10000 in the environment tries as many; without it, as many as fit into a few seconds.
"""

import json
import os
from random import Random

import pytest

from tests.proof_vectors.folder import FOLDER
from tests.proof_vectors.mutations import GOOD, mutated
from tests.proof_vectors.page_verifier import ask, needs_node
from tests.unit.verifier_network import digest
from traceapp.verifier import Report, check_bundle, parse_trust

NUMBER = int(os.environ.get("MUTATIONS", "1500"))
TRUST = (FOLDER / "trust.json").read_bytes()


@pytest.fixture(scope="module")
def reports() -> list[tuple[str, bytes, Report]]:
    random, trust = Random(20260514), parse_trust(TRUST)
    changed = [mutated(random) for _ in range(NUMBER)]
    return [(name, data, check_bundle(data, trust)) for name, data in changed]


def meaning(data: bytes) -> tuple[frozenset[str], *tuple[object, ...]]:
    """What a bundle commits to: all its digests, their place, and the transaction. Not what it chooses to show."""
    value = json.loads(data)
    record, anchor = value["record"], value["anchor"]
    digests = frozenset({digest(one).hex() for one in record["disclosures"]} | set(record["hidden"]))
    return digests, value["inclusion"], anchor["key"], anchor["txId"], anchor["attestation"]["payload"]


def test_none_that_differs_in_meaning_is_accepted(reports):
    accepted = [(name, data, report) for name, data, report in reports if report.verified]
    assert len(accepted) < len(reports) / 2
    trust = parse_trust(TRUST)
    for _, data, report in accepted:
        # parts of one good bundle in another may make a third of them
        genuine = [one for one in GOOD.values() if meaning(one) == meaning(data)]
        assert genuine
        original = check_bundle(genuine[0], trust)
        shown = set(json.loads(data)["record"]["disclosures"])
        assert shown <= {text for one in genuine for text in json.loads(one)["record"]["disclosures"]}
        assert report.hidden == len(meaning(data)[0]) - len(shown)
        assert (report.recorded_by, report.recorded_at, report.tx_id, report.batch_id) == (
            (original.recorded_by, original.recorded_at, original.tx_id, original.batch_id)
        )
        assert set(report.attesting) <= set(original.attesting)


def test_the_changes_reach_every_step_but_those_behind_a_signature(reports):
    reached = {report.step for _, _, report in reports}
    assert reached >= {None, 1, 3, 4, 6, 9}


@needs_node
def test_the_pages_verifier_gives_the_same_answers(reports):
    answers = ask((data, TRUST) for _, data, _ in reports)
    for (_, data, report), answer in zip(reports, answers, strict=True):
        ours = (report.verified, report.reason, report.step, report.hidden)
        theirs = tuple(answer.get(one) for one in ("verified", "reason", "step", "hidden"))
        assert theirs == ours, (report.detail, answer, data[:2000])
