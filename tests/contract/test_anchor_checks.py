"""What a ledger attests is what the proof checker accepts, by that ledger's own trust and by no other."""

import base64
import hashlib

import pytest

from tests.contract.deployment import Deployment, record, request
from traceapp.commitments import tree
from traceapp.commitments.canonical import canonical
from traceapp.commitments.disclosures import digest, disclose, leaf
from traceapp.ledger.embedded.adapter import EmbeddedLedger
from traceapp.verifier import Anchor, NotVerified, Trust, check_bundle, check_evidence, parse_trust

EVENT = {
    "type": "ObjectEvent",
    "eventID": "urn:uuid:7a5f6f0c-5a53-4d0e-9a49-0c4d1c1d2a11",
    "eventTime": "2026-05-14T09:00:00.000Z",
    "eventTimeZoneOffset": "+00:00",
    "action": "OBSERVE",
    "bizStep": "receiving",
    "epcList": [f"https://id.gs1.org/01/09506000134352/21/{n}" for n in range(4)],
    "errorDeclaration": None,
}


@pytest.fixture(scope="module")
def trust(place: Deployment) -> Trust:
    return parse_trust(canonical(place.ledger.trust()))


@pytest.fixture(scope="module")
def elsewhere(place: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """The trust of a second ledger with organisations of the same names."""
    names = [(one["mspId"], one["name"], "") for one in place.ledger.trust()["organisations"]]
    other = EmbeddedLedger.create(tmp_path_factory.mktemp("elsewhere") / "ledger.sqlite3", names)
    return parse_trust(canonical(other.trust()))


def check(place: Deployment, trust: Trust, tx_id: str, batch_id: str, asked: str = "") -> Anchor:
    held = place.ledger.attest(place.reader, tx_id)
    return check_evidence(
        key=f"batch/{batch_id}",
        tx_id=asked or tx_id,
        proposal=held.proposal,
        payload=held.payload,
        endorsements=held.endorsements,
        trust=trust,
    )


def bundle(place: Deployment, hide: int = 0) -> dict:
    """A genuine bundle: three records in a batch on the ledger, the second one proven, its last parts hidden."""
    body = {"kind": "epcis", "recordedBy": place.organisation, "recordTime": "2026-05-14T09:11:00.000Z", "event": EVENT}
    parts = disclose(body, lambda: hashlib.sha256(b"salt").digest()[:16])
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(3)]
    leaves[1] = leaf(digest(part) for part in parts)
    wanted = request(root=tree.root(leaves).hex(), size=3)
    held = place.ledger.attest(place.reader, record(place, wanted).tx_id)
    hidden = [part for part in parts if b"/event/epcList/" in part][:hide]
    return {
        "format": "traceapp-proof/1",
        "record": {
            "disclosures": [part.decode() for part in parts if part not in hidden],
            "hidden": [digest(part).hex() for part in hidden],
        },
        "inclusion": {"index": 1, "size": 3, "path": [one.hex() for one in tree.path(leaves, 1)]},
        "anchor": {
            "channel": place.ledger.channel,
            "chaincode": place.ledger.chaincode,
            "key": f"batch/{wanted['id']}",
            "txId": held.tx_id,
            "attestation": {
                "proposal": base64.b64encode(held.proposal).decode(),
                "payload": base64.b64encode(held.payload).decode(),
                "endorsements": [
                    {"endorser": base64.b64encode(a).decode(), "signature": base64.b64encode(b).decode()}
                    for a, b in held.endorsements
                ],
            },
        },
    }


def test_an_anchor_says_what_was_asked_to_be_recorded(place: Deployment, trust: Trust) -> None:
    wanted = request(kind="forecast", size=9)
    status = record(place, wanted)
    anchor = check(place, trust, status.tx_id, str(wanted["id"]))
    assert (anchor.batch_id, anchor.kind, anchor.size) == (wanted["id"], "forecast", 9)
    assert (anchor.root.hex(), anchor.start, anchor.end) == (wanted["root"], wanted["from"], wanted["to"])
    assert (anchor.organisation, anchor.msp_id) == (place.organisation, place.recorder.msp_id)
    assert len(anchor.attesting) == len(set(anchor.attesting)) >= trust.attestations
    assert anchor.demo == place.ledger.demo


def test_another_networks_trust_does_not_accept_it(place: Deployment, elsewhere: Trust) -> None:
    wanted = request()
    status = record(place, wanted)
    with pytest.raises(NotVerified) as refused:
        check(place, elsewhere, status.tx_id, str(wanted["id"]))
    assert (refused.value.reason, refused.value.step) == ("untrusted-signer", 4)


def test_an_attestation_is_of_its_own_transaction_and_key(place: Deployment, trust: Trust) -> None:
    first, second = request(), request()
    tx_id, other = record(place, first).tx_id, record(place, second).tx_id
    with pytest.raises(NotVerified) as refused:
        check(place, trust, tx_id, str(first["id"]), asked=other)
    assert refused.value.reason == "attestation-mismatch"
    with pytest.raises(NotVerified) as refused:
        check(place, trust, tx_id, str(second["id"]))
    assert refused.value.reason == "root-mismatch"


def test_a_bundle_over_the_ledger_is_verified_offline(place: Deployment, trust: Trust, elsewhere: Trust) -> None:
    made = canonical(bundle(place, hide=2))
    report = check_bundle(made, trust)
    assert report.verified, report.detail
    assert report.hidden == 2
    assert report.record is not None
    assert report.recorded_by == place.organisation
    assert check_bundle(made, elsewhere).reason == "untrusted-signer"


def test_one_changed_letter_of_a_record_is_seen(place: Deployment, trust: Trust) -> None:
    made = canonical(bundle(place))
    changed = made.replace(b"receiving", b"Receiving")
    assert changed != made
    assert check_bundle(changed, trust).reason == "root-mismatch"


def test_the_same_ledgers_trust_with_another_channel_or_rule_does_not_accept_it(place: Deployment) -> None:
    content = place.ledger.trust()
    later = [{**one, "from": "2999-01-01T00:00:00.000Z"} for one in content["endorsement"]]
    made = canonical(bundle(place))
    for changes, reason in [
        ({"channel": "other"}, "attestation-mismatch"),
        ({"chaincode": "other"}, "transaction-mismatch"),
        ({"endorsement": later}, "policy-not-met"),
    ]:
        assert check_bundle(made, parse_trust(canonical({**content, **changes}))).reason == reason
