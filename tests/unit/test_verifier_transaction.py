"""Forged transactions behind genuine attestations: steps 7 to 9."""

from datetime import timedelta

import pytest
from fabric_protos.common import common_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.msp import identities_pb2
from fabric_protos.peer import transaction_pb2

from tests.unit.test_verifier_attestation import impostors, named, refusal
from tests.unit.verifier_network import (
    PGLN,
    START,
    TX_TIME,
    Authority,
    Case,
    Network,
    canonical,
    doubled,
    high_s,
    part,
    rfc3339,
)
from traceapp.verifier import check_bundle, parse_trust


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.make()


@pytest.fixture(scope="module")
def trust(network):
    return parse_trust(canonical(network.trust()))


def two_actions(message):
    message.actions.append(message.actions[0])


def no_action(message):
    del message.actions[:]


FORGED = {
    "it is on another channel": {"tx.channel_header": lambda m: m.__setattr__("channel_id", "other")},
    "it is of another type": {"tx.channel_header": lambda m: m.__setattr__("type", common_pb2.CONFIG_UPDATE)},
    "it has no time": {"tx.channel_header": lambda m: m.ClearField("timestamp")},
    "its id is not derived from its nonce": {"tx.signature_header": lambda m: m.__setattr__("nonce", b"other")},
    "its header names another id": {"tx.channel_header": lambda m: m.__setattr__("tx_id", "00" * 32)},
    "its header names another contract": {"tx.extension": named("other")},
    "another contract answered": {"tx.action": named("other")},
    "its action's header is another": {"tx.transaction": lambda m: m.actions[0].__setattr__("header", b"")},
    "it has two actions": {"tx.transaction": two_actions},
    "it has no action": {"tx.transaction": no_action},
    "what was endorsed answers another proposal": {"tx.response": lambda m: m.__setattr__("proposal_hash", b"0" * 32)},
    "its client did not sign": {"tx.signature": lambda _: b""},
    "its client's signature is high-S": {"tx.signature": high_s},
    "its client's signature is not strict DER": {"tx.signature": lambda s: s + b"\x00"},
    "its client signed something else": {"tx.signature": lambda s: s[:-1] + bytes([s[-1] ^ 1])},
    "its payload is not a message": {"tx.payload": lambda _: b"\x07"},
}


@pytest.mark.parametrize("edit", FORGED.values(), ids=FORGED.keys())
def test_a_transaction_is_refused_because(network, trust, edit):
    assert refusal(Case(network, edit=edit), trust) == ("transaction-mismatch", 7)


@pytest.mark.parametrize(
    "stage",
    [
        "tx.extension", "tx.channel_header", "tx.signature_header", "tx.payload", "tx.envelope", "tx.action_payload",
        "tx.endorsed_action", "tx.response", "tx.action",
    ],
)  # fmt: skip
def test_a_field_met_twice_in_a_transaction_is_refused(network, trust, stage):
    assert refusal(Case(network, edit={stage: doubled}), trust) == ("transaction-mismatch", 7)


def test_a_second_payload_behind_the_first_shows_no_second_root(network, trust):
    """With last wins in one reader and first wins in another, one signed transaction showed two roots."""
    other = Case(network, size=5)

    def two(message):
        return message.SerializeToString() + common_pb2.Envelope.FromString(other.envelope()).SerializeToString()

    assert refusal(Case(network, edit={"tx.envelope": two}), trust) == ("transaction-mismatch", 7)


def test_the_anchor_names_the_contract(network, trust):
    case = Case(network, edit={"bundle": lambda made: made["anchor"].update(chaincode="other")})
    assert refusal(case, trust) == ("transaction-mismatch", 7)
    assert refusal(Case(network), parse_trust(canonical(network.trust(chaincode="other")))) == (
        "transaction-mismatch",
        7,
    )


def strangers(network: Network):
    return {name: one for name, one in impostors(network).items() if name not in ("a client", "an administrator")}


@pytest.mark.parametrize("name", [*strangers(Network.make()), "a peer"])
def test_a_transaction_is_refused_from_a_client_that_is(network, trust, name):
    client = {**strangers(network), "a peer": network.peers["AlbaMSP"]}[name]
    assert refusal(Case(network, client=client), trust)[0] == "transaction-mismatch"


def test_a_client_is_refused_after_its_revocation_only(network):
    serial = f"{network.clients['AlbaMSP'].certificate.serial_number:x}"

    def revoked(since):
        entry = {"mspId": "AlbaMSP", "serial": serial, "since": rfc3339(since)}
        return parse_trust(canonical(network.trust(revoked=[entry])))

    assert refusal(Case(network), revoked(TX_TIME - timedelta(seconds=1))) == ("transaction-mismatch", 7)
    assert check_bundle(Case(network).file(), revoked(TX_TIME + timedelta(seconds=1))).verified


# step 8


def endorsed_by(network, *signers) -> Case:
    return Case(network, endorsers=list(signers))


def test_one_organisations_endorsement_does_not_meet_the_rule(network, trust):
    assert refusal(endorsed_by(network, network.peers["AlbaMSP"]), trust) == ("policy-not-met", 8)


def test_one_endorser_counts_once(network, trust):
    peer = network.peers["AlbaMSP"]
    assert refusal(endorsed_by(network, peer, peer, peer), trust) == ("policy-not-met", 8)


def test_one_certificate_written_in_two_ways_counts_once(network):
    peer = network.peers["AlbaMSP"]
    rule = {"outOf": [2, [{"signedBy": "AlbaMSP", "role": "peer"}] * 2]}
    trust = parse_trust(canonical(network.trust(endorsement=[{"from": rfc3339(START), "rule": rule}])))

    def rewritten(pairs):
        identity = identities_pb2.SerializedIdentity.FromString(peer.serialized)
        identity.id_bytes = identity.id_bytes.rstrip(b"\n")
        pairs[1].endorser = identity.SerializeToString()
        return pairs

    # signed over its own bytes, so that the second one does verify
    case = endorsed_by(network, peer, peer)
    case.edit["tx.endorsements"] = rewritten
    case.edit["tx.endorsed_action"] = lambda m: _resign(m, peer)
    assert refusal(case, trust) == ("policy-not-met", 8)
    assert check_bundle(endorsed_by(network, peer, network.authorities["AlbaMSP"].issue("peer")).file(), trust).verified


def _resign(message, peer):
    second = message.endorsements[1]
    second.signature = peer.sign(message.proposal_response_payload + second.endorser)


def test_endorsements_that_do_not_verify_do_not_count(network, trust):
    def break_second(pairs):
        pairs[1].signature = high_s(pairs[1].signature)
        return pairs

    assert refusal(Case(network, edit={"tx.endorsements": break_second}), trust) == ("policy-not-met", 8)
    alba, bora = network.peers["AlbaMSP"], network.peers["BoraMSP"]
    for name, impostor in impostors(network).items():
        assert refusal(endorsed_by(network, bora, impostor), trust) == ("policy-not-met", 8), name
        # nor do they harm
        assert check_bundle(endorsed_by(network, impostor, alba, bora).file(), trust).verified, name


def test_an_endorser_revoked_by_then_does_not_count(network):
    serial = f"{network.peers['BoraMSP'].certificate.serial_number:x}"
    entry = {"mspId": "BoraMSP", "serial": serial, "since": rfc3339(START)}
    trust = parse_trust(canonical(network.trust(revoked=[entry])))
    assert refusal(Case(network), trust) == ("policy-not-met", 8)


def rules(network: Network, *entries):
    return parse_trust(canonical(network.trust(endorsement=[{"from": rfc3339(a), "rule": r} for a, r in entries])))


def peer_of(msp_id: str) -> dict:
    return {"signedBy": msp_id, "role": "peer"}


def test_the_rule_of_the_transactions_time_applies(network):
    strict = {"outOf": [3, [peer_of("AlbaMSP"), peer_of("BoraMSP"), peer_of("CedroMSP")]]}
    lax = {"outOf": [1, [peer_of("AlbaMSP"), peer_of("BoraMSP")]]}
    before, after = TX_TIME - timedelta(days=1), TX_TIME + timedelta(days=1)
    assert check_bundle(Case(network).file(), rules(network, (START, strict), (before, lax))).verified
    assert refusal(Case(network), rules(network, (START, lax), (before, strict))) == ("policy-not-met", 8)
    assert check_bundle(Case(network).file(), rules(network, (START, lax), (after, strict))).verified
    assert check_bundle(Case(network).file(), rules(network, (after, strict), (START, lax))).verified
    assert refusal(Case(network), rules(network, (after, lax))) == ("policy-not-met", 8)


def test_rules_nest(network):
    both = {"outOf": [2, [peer_of("AlbaMSP"), peer_of("BoraMSP")]]}
    nested = {"outOf": [1, [peer_of("CedroMSP"), both]]}
    trust = rules(network, (START, nested))
    assert check_bundle(Case(network).file(), trust).verified
    assert refusal(endorsed_by(network, network.peers["BoraMSP"]), trust) == ("policy-not-met", 8)
    assert check_bundle(endorsed_by(network, network.peers["CedroMSP"]).file(), trust).verified


def test_an_endorser_is_used_up_by_the_part_that_it_meets(network):
    twice = {"outOf": [2, [peer_of("AlbaMSP"), {"outOf": [1, [peer_of("AlbaMSP")]]}]]}
    assert refusal(Case(network), rules(network, (START, twice))) == ("policy-not-met", 8)


def test_a_role_in_a_rule_is_asked_for(network):
    admin = {"outOf": [1, [{"signedBy": "AlbaMSP", "role": "admin"}]]}
    trust = rules(network, (START, admin))
    assert refusal(Case(network), trust) == ("policy-not-met", 8)
    assert check_bundle(endorsed_by(network, network.authorities["AlbaMSP"].issue("admin")).file(), trust).verified


# step 9


def kv(change):
    return {"tx.kv": change}


def another_write(message):
    message.writes.append(kv_rwset_pb2.KVWrite(key=message.writes[0].key, value=b"{}"))


def other_namespace(message):
    message.ns_rwset[1].namespace = "other"


def namespace_twice(message):
    message.ns_rwset.append(message.ns_rwset[1])


FORGED_WRITES = {
    "it writes twice at the key": kv(another_write),
    "it deletes the key": kv(lambda m: m.writes[0].__setattr__("is_delete", True)),
    "it writes nothing": kv(lambda m: m.ClearField("writes")),
    "it writes at another key": kv(lambda m: m.writes[0].__setattr__("key", "batch/other")),
    "it writes under another namespace": {"tx.results": other_namespace},
    "it has the namespace twice": {"tx.results": namespace_twice},
    "its write set is of another model": {"tx.results": lambda m: m.SerializeToString() + b"\x08\x01"},
    "its write set is not a message": {"tx.results": lambda _: b"\x0a"},
    "a write has two values": kv(lambda m: part(3, doubled(m.writes[0]))),
    "its value is not JSON": {"tx.value": lambda _: b"root"},
    "its value is not canonical": {"tx.value": lambda v: v.replace(b":", b": ", 1)},
    "its value names a member twice": {"tx.value": lambda v: v.replace(b'{"docType"', b'{"docType":"batch","docType"')},
    "its value is a list": {"tx.value": lambda _: b"[]"},
}


@pytest.mark.parametrize("edit", FORGED_WRITES.values(), ids=FORGED_WRITES.keys())
def test_a_write_set_is_refused_because(network, trust, edit):
    assert refusal(Case(network, edit=edit), trust) == ("root-mismatch", 9)


@pytest.mark.parametrize(
    "change",
    [
        {"docType": "device"},
        {"id": "another"},
        {"kind": "sensor"},
        {"root": "00" * 32},
        {"root": "AB" * 32},
        {"root": 1},
        {"size": 8},
        {"size": True},
        {"size": "7"},
        {"organisation": PGLN["BoraMSP"]},
        {"mspId": "BoraMSP"},
        {"recordedAt": "2026-05-14T09:12:00.124Z"},
        {"recordedAt": "2026-05-14T09:12:00.123456Z"},
        {"from": None},
        {"more": 1},
    ],
    ids=str,
)
def test_a_batch_that_disagrees_is_refused_with(network, trust, change):
    case = Case(network, edit={"tx.batch": lambda batch: {**batch, **change}})
    assert refusal(case, trust) == ("root-mismatch", 9)


@pytest.mark.parametrize("member", ["docType", "root", "from", "to", "organisation"])
def test_a_batch_without_a_member_is_refused(network, trust, member):
    case = Case(network, edit={"tx.batch": lambda batch: {k: v for k, v in batch.items() if k != member}})
    assert refusal(case, trust) == ("root-mismatch", 9)


def test_a_key_of_another_document_is_refused(network, trust):
    case = Case(network, edit={"bundle": lambda made: made["anchor"].update(key="device/1")})
    assert refusal(case, trust) == ("root-mismatch", 9)


def test_writes_at_other_keys_are_no_concern(network, trust):
    def more(message):
        message.writes.append(kv_rwset_pb2.KVWrite(key="batch/other", value=b"anything"))

    assert check_bundle(Case(network, edit=kv(more)).file(), trust).verified


def test_another_organisation_cannot_record_in_ones_name(network, trust):
    case = Case(network, client=network.clients["BoraMSP"])
    assert check_bundle(
        case.file(), trust
    ).verified  # the batch says Alba, as its contract let it: the rule's peers vouch
    case.edit["tx.batch"] = lambda batch: {**batch, "organisation": PGLN["BoraMSP"]}
    assert refusal(case, trust) == ("root-mismatch", 9)


def test_the_generated_classes_agree_on_what_was_forged(network):
    """The factory's own envelope is one that Fabric's classes read."""
    envelope = common_pb2.Envelope.FromString(Case(network).envelope())
    payload = common_pb2.Payload.FromString(envelope.payload)
    assert len(transaction_pb2.Transaction.FromString(payload.data).actions) == 1
    assert rwset_pb2.TxReadWriteSet.FromString(Case(network).results()).ns_rwset[1].namespace == "traceability"


def test_a_transaction_below_an_untrusted_intermediate_is_refused(network, trust):
    middle = Authority.make("AlbaMSP", under=Authority.make("AlbaMSP"))
    assert refusal(Case(network, client=middle.issue("client")), trust) == ("transaction-mismatch", 7)
