"""Forged and broken envelopes that got past the orderer: each stays in its block with its code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.embedded_world import World
from traceapp.ledger.embedded import chain, validate
from traceapp.ledger.identities import P256_ORDER, LocalSigner, serialized_identity
from traceapp.ledger.messages import sign_envelope
from traceapp.ledger.port import Endorsed
from traceapp.ledger.protos import common, encode, kvrwset, proposal, proposal_response, rwset, transaction

Change = Callable[["Parts"], None]


class Parts:
    """A transaction taken apart, to be changed and put together again."""

    def __init__(self, world: World, endorsed: Endorsed) -> None:
        self.world = world
        self.payload = common.Payload.FromString(endorsed.payload)
        self.channel = common.ChannelHeader.FromString(self.payload.header.channel_header)
        self.signed = common.SignatureHeader.FromString(self.payload.header.signature_header)
        self.body = transaction.Transaction.FromString(self.payload.data)
        self.carried = transaction.ChaincodeActionPayload.FromString(self.body.actions[0].payload)
        self.answer = proposal_response.ProposalResponsePayload.FromString(
            self.carried.action.proposal_response_payload
        )
        self.action = proposal.ChaincodeAction.FromString(self.answer.extension)
        self.signer = world.signer

    def envelope(self) -> bytes:
        self.payload.header.channel_header = encode(self.channel)
        self.payload.header.signature_header = encode(self.signed)
        self.body.actions[0].payload = encode(self.carried)
        self.payload.data = encode(self.body)
        return sign_envelope(Endorsed("", encode(self.payload), b""), self.signer)

    def answer_again(self) -> None:
        """All peers sign the answer as changed, as if they had given it."""
        self.answer.extension = encode(self.action)
        answer = encode(self.answer)
        self.carried.action.proposal_response_payload = answer
        with self.world.ledger._store.read() as db:
            peers = self.world.ledger._load(db).peers
        del self.carried.action.endorsements[:]
        for node in (one.node for one in peers):
            identity = serialized_identity(node.msp_id, node.certificate)
            self.carried.action.endorsements.add(endorser=identity, signature=node.sign(answer + identity))

    def write_elsewhere(self, namespace: str) -> None:
        noted = kvrwset.KVRWSet(writes=[kvrwset.KVWrite(key="a", value=b"1")])
        one = rwset.NsReadWriteSet(namespace=namespace, rwset=encode(noted))
        self.action.results = encode(rwset.TxReadWriteSet(ns_rwset=[one]))
        self.answer_again()


def _high_s(parts: Parts) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    for endorsement in parts.carried.action.endorsements:
        r, s = decode_dss_signature(endorsement.signature)
        endorsement.signature = encode_dss_signature(r, P256_ORDER - s)


def _clients_endorse(parts: Parts) -> None:
    answer = parts.carried.action.proposal_response_payload
    del parts.carried.action.endorsements[:]
    for msp_id, _, pgln in parts.world.members:
        client = LocalSigner(msp_id, *parts.world.ledger.client_identity(msp_id, org=pgln, role="recorder"))
        identity = serialized_identity(msp_id, client.certificate)
        parts.carried.action.endorsements.add(endorser=identity, signature=client.sign(answer + identity))


def _changed_answer(parts: Parts) -> None:
    parts.action.response.payload = b"something else"
    parts.answer.extension = encode(parts.action)
    parts.carried.action.proposal_response_payload = encode(parts.answer)


def _two_actions(parts: Parts) -> None:
    parts.body.actions.add(header=parts.body.actions[0].header, payload=b"")


def _set(path: str, value: object) -> Change:
    def change(parts: Parts) -> None:
        *way, last = path.split(".")
        target: Any = parts
        for step in way:
            target = getattr(target, step)
        setattr(target, last, value)

    return change


def _then_answer(change: Change) -> Change:
    def both(parts: Parts) -> None:
        change(parts)
        parts.answer_again()

    return both


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda parts: None, "VALID"),
        (_set("channel.type", 1), "UNKNOWN_TX_TYPE"),
        (_set("channel.channel_id", "other"), "TARGET_CHAIN_NOT_FOUND"),
        (_set("channel.timestamp.seconds", 10**15), "BAD_COMMON_HEADER"),
        (_set("channel.tx_id", "00" * 32), "BAD_PROPOSAL_TXID"),
        (_set("channel.epoch", 1), "INVALID_ENDORSER_TRANSACTION"),  # the header the endorsers saw was another
        (_set("signed.creator", b"nobody"), "BAD_CREATOR_SIGNATURE"),
        (_set("carried.chaincode_proposal_payload", b"\x0a\x00"), "INVALID_ENDORSER_TRANSACTION"),
        (_two_actions, "INVALID_ENDORSER_TRANSACTION"),
        (_then_answer(_set("answer.proposal_hash", bytes(32))), "INVALID_ENDORSER_TRANSACTION"),
        (_then_answer(_set("action.chaincode_id.name", "qscc")), "INVALID_CHAINCODE"),
        (_then_answer(_set("action.response.status", 500)), "BAD_RESPONSE_PAYLOAD"),
        (_then_answer(_set("action.results", b"\xff")), "BAD_RWSET"),
        (lambda parts: parts.write_elsewhere("lscc"), "ILLEGAL_WRITESET"),
        (lambda parts: parts.write_elsewhere("traceability"), "VALID"),
        (_high_s, "ENDORSEMENT_POLICY_FAILURE"),
        (_clients_endorse, "ENDORSEMENT_POLICY_FAILURE"),
        (_changed_answer, "ENDORSEMENT_POLICY_FAILURE"),
    ],
)
def test_what_is_wrong_with_a_transaction_names_its_code(tmp_path: Path, change: Change, code: str) -> None:
    world = World(tmp_path / "ledger", shelf=True)
    parts = Parts(world, world.endorse("put", "a", "1"))
    change(parts)
    assert _force(world, parts.envelope()) == [code]
    assert (world.get("a") == b"1") == (code == "VALID")


def test_a_signature_by_another_key_is_a_bad_creator_signature(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger", shelf=True)
    parts = Parts(world, world.endorse("put", "a", "1"))
    parts.signer = LocalSigner("Org1MSP", *world.ledger.client_identity("Org1MSP", org="x", role="x"))
    assert _force(world, parts.envelope()) == ["BAD_CREATOR_SIGNATURE"]


def test_rubbish_in_the_queue_does_not_stop_the_chain(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger", shelf=True)
    assert _force(world, b"\xff\xff", b"", encode(common.Envelope(payload=b"\xff"))) == [
        "BAD_PAYLOAD",
        "NIL_ENVELOPE",
        "BAD_PAYLOAD",
    ]
    assert world.commit(world.endorse("put", "a", "1")).valid


def test_a_forged_copy_of_an_id_does_not_take_it(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger", shelf=True)
    honest = world.endorse("put", "a", "1")
    parts = Parts(world, world.endorse("put", "a", "2"))
    parts.channel.tx_id = honest.tx_id
    assert _force(world, parts.envelope()) == ["BAD_PROPOSAL_TXID"]
    event = next(world.ledger.block_events(1, timeout=0))
    assert event.transactions[0].tx_id != honest.tx_id
    assert world.commit(honest).valid


def test_a_duplicate_stays_in_its_block_and_the_first_code_stands(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger", shelf=True)
    endorsed = world.endorse("put", "a", "1")
    envelope = sign_envelope(endorsed, world.signer)
    assert _force(world, envelope, envelope) == ["VALID", "DUPLICATE_TXID"]
    assert _force(world, envelope) == ["DUPLICATE_TXID"]
    assert world.status(endorsed.tx_id).valid
    assert world.status(endorsed.tx_id).block == 1


def test_an_invalid_transaction_cannot_become_valid_by_being_sent_again(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger", shelf=True)
    late = world.endorse("copy", "a", "b")
    world.commit(world.endorse("put", "a", "1"))
    assert world.commit(late).code == transaction.MVCC_READ_CONFLICT
    world.commit(world.endorse("delete", "a"))
    assert _force(world, sign_envelope(late, world.signer)) == ["DUPLICATE_TXID"]
    assert world.status(late.tx_id).code == transaction.MVCC_READ_CONFLICT


def test_judging_does_not_need_the_queue(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger", shelf=True)
    endorsed = world.endorse("put", "a", "1")
    with world.ledger._store.read() as db:
        judged = validate.judge(sign_envelope(endorsed, world.signer), world.ledger._load(db))
    assert (judged.code, judged.tx_id) == (validate.OK, endorsed.tx_id)


def _force(world: World, *envelopes: bytes) -> list[str]:
    """Put envelopes in order behind the orderer's back and commit them as one block."""
    height = world.ledger.height()
    with world.ledger._store.write() as db:
        for envelope in envelopes:
            chain.enqueue(db, envelope, 0.0)
    event = next(world.ledger.block_events(height, timeout=5))
    return [transaction.TxValidationCode.Name(tx.code) for tx in event.transactions]
