"""Forged questions and answers: steps 3 to 6."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from fabric_protos.common import common_pb2
from fabric_protos.msp import identities_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2, proposal_response_pb2

from tests.unit.verifier_network import (
    ASKED_AT,
    START,
    Authority,
    Case,
    Identity,
    Network,
    canonical,
    doubled,
    high_s,
    pem,
    rfc3339,
)
from traceapp.verifier import check_bundle, parse_trust


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.make()


@pytest.fixture(scope="module")
def trust(network):
    return parse_trust(canonical(network.trust()))


def refusal(case: Case, trust) -> tuple[str, int]:
    report = check_bundle(case.file(), trust)
    assert not report.verified
    assert report.exit_code == 1
    assert report.attesting == ()
    return report.reason, report.step


def named(name: str):
    def change(message):
        message.chaincode_id.name = name

    return change


def invocation(change):
    """Edits the spec inside the question's invocation."""

    def apply(message):
        change(message.chaincode_spec)

    return apply


def arguments(*args: bytes):
    def change(spec):
        del spec.input.args[:]
        spec.input.args.extend(args)

    return invocation(change)


def with_transient(message):
    message.TransientMap["seed"] = b"1"


FORGED_QUESTIONS = {
    "its header names another contract": {"ask.extension": named("traceability")},
    "its header names nothing": {"ask.extension": lambda _: b""},
    "its call names another contract": {
        "ask.invocation": invocation(lambda s: s.chaincode_id.__setattr__("name", "x"))
    },
    "it calls another function": {"ask.invocation": arguments(b"GetBlockByTxID", b"trace", b"00")},
    "it asks for another transaction": {"ask.invocation": arguments(b"GetTransactionByID", b"trace", b"00" * 32)},
    "it asks about another channel": {"ask.invocation": arguments(b"GetTransactionByID", b"other", b"00" * 32)},
    "it has a fourth argument": {"ask.invocation": invocation(lambda s: s.input.args.append(b"more"))},
    "it is on another channel": {"ask.channel_header": lambda m: m.__setattr__("channel_id", "other")},
    "it is no transaction": {"ask.channel_header": lambda m: m.__setattr__("type", common_pb2.CONFIG)},
    "it has no time": {"ask.channel_header": lambda m: m.ClearField("timestamp")},
    "its time is out of range": {"ask.channel_header": lambda m: m.timestamp.__setattr__("nanos", 10**9)},
    "it has a transient field": {"ask.payload": with_transient},
    "it is empty": {"ask.proposal": lambda _: proposal_pb2.Proposal()},
}


@pytest.mark.parametrize("edit", FORGED_QUESTIONS.values(), ids=FORGED_QUESTIONS.keys())
def test_a_question_for_something_else_is_refused_as(network, trust, edit):
    assert refusal(Case(network, edit=edit), trust) == ("attestation-mismatch", 3)


def status(number: int):
    return lambda action: action.response.__setattr__("status", number)


FORGED_ANSWERS = {
    "another contract poses as qscc": {"ask.action": named("posing")},
    "status 500": {"ask.action": status(500)},
    "status 0": {"ask.action": lambda action: action.response.ClearField("status")},
    "no transaction in it": {"ask.processed": lambda _: b""},
    "another question's hash": {"ask.response": lambda m: m.__setattr__("proposal_hash", b"\0" * 32)},
    "no action": {"ask.response": lambda m: m.ClearField("extension")},
    "a code that is VALID only when cut to 32 bits": {"ask.processed": lambda c: c + b"\x10\x80\x80\x80\x80\x10"},
    "two transactions": {"ask.processed": doubled},
    "an unknown field": {"ask.processed": lambda c: c + b"\x1a\x00"},
}


@pytest.mark.parametrize("edit", FORGED_ANSWERS.values(), ids=FORGED_ANSWERS.keys())
def test_an_answer_to_something_else_is_refused_for(network, trust, edit):
    assert refusal(Case(network, edit=edit), trust) == ("attestation-mismatch", 3)


@pytest.mark.parametrize(
    "stage",
    [
        "ask.extension", "ask.channel_header", "ask.signature_header", "ask.header", "ask.invocation", "ask.payload",
        "ask.proposal", "ask.action", "ask.response",
    ],
)  # fmt: skip
def test_a_field_met_twice_in_what_the_peers_were_asked_and_signed_is_refused(network, trust, stage):
    assert refusal(Case(network, edit={stage: doubled}), trust) == ("attestation-mismatch", 3)


@pytest.mark.parametrize("member", ["channel", "txId"])
def test_the_anchor_names_the_channel_and_transaction_that_were_asked_for(network, trust, member):
    value = {"channel": "other", "txId": "00" * 32}[member]
    case = Case(network, edit={"bundle": lambda made: made["anchor"].update({member: value})})
    assert refusal(case, trust) == ("attestation-mismatch", 3)


def test_a_channel_that_only_the_bundle_agrees_on_is_refused(network):
    other = parse_trust(canonical(network.trust(channel="other")))
    assert refusal(Case(network), other) == ("attestation-mismatch", 3)


# step 4


def attested_by(network: Network, first) -> Case:
    return Case(network, attesters=[first, network.peers["CedroMSP"]])


def impostors(network: Network):
    alba = network.authorities["AlbaMSP"]
    stranger = Authority.make("AlbaMSP")
    day = timedelta(days=1)
    return {
        "a peer of an unknown organisation": Authority.make("DunaMSP").issue("peer"),
        "a peer of an authority of the same name": stranger.issue("peer"),
        "a peer of another organisation's authority": network.authorities["BoraMSP"].issue("peer", msp_id="AlbaMSP"),
        "a client": network.clients["AlbaMSP"],
        "an administrator": alba.issue("admin"),
        "a peer that is a client too": alba.issue("peer", "client"),
        "somebody without a role": alba.issue("procurement"),
        "an authority": alba.issue("peer", ca=True),
        "a key on another curve": alba.issue("peer", curve=ec.SECP384R1()),
        "an expired certificate": alba.issue("peer", end=ASKED_AT - day),
        "a certificate of later": alba.issue("peer", start=ASKED_AT + day),
        "a critical extension nobody knows": alba.issue(
            "peer", extensions=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"x"), True)]
        ),
    }


IMPOSTORS = list(impostors(Network.make()))


@pytest.mark.parametrize("name", IMPOSTORS)
def test_an_attestation_is_refused_from(network, trust, name):
    assert refusal(attested_by(network, impostors(network)[name]), trust) == ("untrusted-signer", 4)


def test_an_attestation_by_the_authority_itself_is_refused(network, trust):
    ca = network.authorities["AlbaMSP"]
    assert refusal(attested_by(network, Identity("AlbaMSP", ca.key, ca.certificate)), trust) == ("untrusted-signer", 4)


def test_an_attestation_with_a_key_of_another_kind_is_refused(network, trust):
    made = network.authorities["AlbaMSP"].issue("peer", key=ed25519.Ed25519PrivateKey.generate())
    made.sign = made.key.sign
    assert refusal(attested_by(network, made), trust) == ("untrusted-signer", 4)


def test_validity_ends_with_the_last_second_of_the_certificate(network, trust):
    alba = network.authorities["AlbaMSP"]
    assert check_bundle(attested_by(network, alba.issue("peer", end=ASKED_AT)).file(), trust).verified
    late = attested_by(network, alba.issue("peer", end=ASKED_AT))
    late.asked_at = ASKED_AT + timedelta(microseconds=1)
    assert refusal(late, trust) == ("untrusted-signer", 4)
    early = attested_by(network, alba.issue("peer", start=ASKED_AT))
    early.asked_at = ASKED_AT - timedelta(microseconds=1)
    early.tx_time = START
    assert refusal(early, trust) == ("untrusted-signer", 4)


@pytest.mark.parametrize("since", [START, ASKED_AT + timedelta(days=300)])
def test_a_revoked_peer_attests_nothing_not_even_before(network, since):
    serial = f"{network.peers['AlbaMSP'].certificate.serial_number:x}"
    revoked = [{"mspId": "AlbaMSP", "serial": serial, "since": rfc3339(since)}]
    assert refusal(Case(network), parse_trust(canonical(network.trust(revoked=revoked)))) == ("untrusted-signer", 4)


def test_a_revocation_is_of_one_organisations_certificate_only(network):
    serial = f"{network.peers['AlbaMSP'].certificate.serial_number:x}"
    revoked = [{"mspId": "BoraMSP", "serial": serial, "since": rfc3339(START)}]
    assert check_bundle(Case(network).file(), parse_trust(canonical(network.trust(revoked=revoked)))).verified


@pytest.mark.parametrize(
    "change",
    [
        lambda certificate: certificate + b"\n" + certificate,
        lambda certificate: b"Bag Attributes\n" + certificate,
        lambda certificate: certificate.replace(b"CERTIFICATE", b"X509 CRL"),
        lambda certificate: certificate[:-40],
        lambda certificate: certificate.replace(b"MII", b"MIJ", 1),
        lambda _: b"",
    ],
)
def test_an_identity_that_is_not_one_certificate_is_refused(network, trust, change):
    genuine = network.peers["AlbaMSP"]
    changed = identities_pb2.SerializedIdentity(mspid="AlbaMSP", id_bytes=change(pem(genuine.certificate)))
    data = changed.SerializeToString()

    def replace(pairs):
        pairs[0].endorser = data
        return pairs

    assert refusal(Case(network, edit={"ask.endorsements": replace}), trust) == ("untrusted-signer", 4)


def test_an_identity_that_names_two_organisations_is_refused(network, trust):
    def replace(pairs):
        pairs[0].endorser = doubled(pairs[0].endorser)
        return pairs

    assert refusal(Case(network, edit={"ask.endorsements": replace}), trust) == ("untrusted-signer", 4)


def signature(change):
    def replace(pairs):
        pairs[1].signature = change(pairs[1].signature)
        return pairs

    return {"ask.endorsements": replace}


@pytest.mark.parametrize(
    "change",
    [
        high_s,
        lambda s: s + b"\x00",
        lambda s: b"\x30\x81" + s[1:],
        lambda s: s[:-1] + bytes([s[-1] ^ 1]),
        lambda s: b"",
    ],
    ids=["high-S", "trailing", "long length", "one bit", "none"],
)
def test_a_bad_attestation_signature_is_refused(network, trust, change):
    assert refusal(Case(network, edit=signature(change)), trust) == ("bad-signature", 4)


def test_an_attestation_signed_over_the_payload_alone_is_refused(network, trust):
    def replace(pairs):
        peer = network.peers["AlbaMSP"]
        response = proposal_response_pb2.Endorsement(endorser=peer.serialized, signature=peer.sign(b"payload"))
        return [response, pairs[1]]

    assert refusal(Case(network, edit={"ask.endorsements": replace}), trust) == ("bad-signature", 4)


def test_a_peer_below_an_intermediate_authority_is_accepted(network):
    middle = Authority.make("AlbaMSP", under=network.authorities["AlbaMSP"])
    value = network.trust()
    value["organisations"][0]["intermediateCertificates"] = [pem(middle.certificate).decode()]
    case = attested_by(network, middle.issue("peer"))
    assert check_bundle(case.file(), parse_trust(canonical(value))).verified
    assert refusal(case, parse_trust(canonical(network.trust()))) == ("untrusted-signer", 4)


# steps 5 and 6


@pytest.mark.parametrize("code", [1, 10, 11, 254, 255, -1])
def test_a_transaction_that_the_peers_call_invalid_is_refused(network, trust, code):
    assert refusal(Case(network, code=code), trust) == ("invalid-transaction", 5)


def test_one_organisation_is_not_enough(network, trust):
    assert refusal(Case(network, attesters=[network.peers["AlbaMSP"]]), trust) == ("not-enough-attestations", 6)
    nobody = Case(network, edit={"ask.endorsements": lambda _: []})
    assert refusal(nobody, trust) == ("not-enough-attestations", 6)


def test_two_peers_of_one_organisation_count_once(network, trust):
    second = network.authorities["AlbaMSP"].issue("peer")
    case = Case(network, attesters=[network.peers["AlbaMSP"], second])
    assert refusal(case, trust) == ("not-enough-attestations", 6)


def test_an_organisation_attests_once_at_most(network, trust):
    peers = network.peers
    case = Case(network, attesters=[peers["AlbaMSP"], peers["CedroMSP"], peers["CedroMSP"]])
    assert refusal(case, trust) == ("not-enough-attestations", 6)


def test_the_number_of_attestations_is_the_trust_files(network):
    one = parse_trust(canonical(network.trust(attestations=1)))
    assert check_bundle(Case(network, attesters=[network.peers["AlbaMSP"]]).file(), one).verified
    three = parse_trust(canonical(network.trust(attestations=3)))
    assert refusal(Case(network), three) == ("not-enough-attestations", 6)
    assert check_bundle(Case(network, attesters=list(network.peers.values())).file(), three).verified


def test_another_networks_trust_verifies_nothing(network):
    other = parse_trust(canonical(Network.make().trust()))
    assert refusal(Case(network), other) == ("untrusted-signer", 4)


def test_the_invocation_spec_may_name_its_language_as_it_likes(network, trust):
    java = invocation(lambda spec: spec.__setattr__("type", chaincode_pb2.ChaincodeSpec.JAVA))
    assert check_bundle(Case(network, edit={"ask.invocation": java}).file(), trust).verified
