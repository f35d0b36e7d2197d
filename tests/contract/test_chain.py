"""Blocks, their chain, and what peers sign about a transaction, on every ledger."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.contract.deployment import Deployment, endorse, record, request, send
from traceapp.commitments.canonical import canonical
from traceapp.ledger.errors import EvaluateError
from traceapp.ledger.port import BlockEvent, Ledger
from traceapp.ledger.protos import common, identities, transaction
from traceapp.verifier import NotVerified, check_evidence, parse_trust


def asn1_header(block: BlockEvent) -> bytes:
    """The hashes' lengths are known, and no chain here has 32768 blocks: so DER is a fixed pattern."""
    number = block.number.to_bytes(2 if block.number > 127 else 1, "big")
    inside = b"\x02" + bytes([len(number)]) + number
    inside += b"\x04" + bytes([len(block.previous_hash)]) + block.previous_hash + b"\x04\x20" + block.data_hash
    return b"\x30" + bytes([len(inside)]) + inside


def test_blocks_are_chained_by_the_hash_of_their_headers_from_the_genesis_block(place: Deployment) -> None:
    record(place, request())
    blocks = list(place.ledger.block_events(0, timeout=0.2))
    assert [block.number for block in blocks] == list(range(place.ledger.height()))
    assert blocks[0].header_hash == place.ledger.genesis_hash()
    for before, block in zip([None, *blocks], blocks, strict=False):
        assert block.previous_hash == (before.header_hash if before else b"")
        raw = common.Block.FromString(block.raw)
        assert block.data_hash == hashlib.sha256(b"".join(raw.data.data)).digest() == raw.header.data_hash
        assert block.header_hash == hashlib.sha256(asn1_header(block)).digest()


def test_the_orderer_signs_every_block(place: Deployment) -> None:
    record(place, request())
    for block in place.ledger.block_events(1, timeout=0.2):
        metadata = common.Block.FromString(block.raw).metadata.metadata
        signed = common.Metadata.FromString(metadata[common.SIGNATURES])
        assert signed.signatures
        for one in signed.signatures:
            creator = common.SignatureHeader.FromString(one.signature_header).creator
            identity = identities.SerializedIdentity.FromString(creator)
            key = x509.load_pem_x509_certificate(identity.id_bytes).public_key()
            assert isinstance(key, ec.EllipticCurvePublicKey)
            message = signed.value + one.signature_header + asn1_header(block)
            key.verify(one.signature, message, ec.ECDSA(hashes.SHA256()))


def test_a_block_event_tells_each_transactions_id_and_code(place: Deployment) -> None:
    endorsed = endorse(place, request())
    status = send(place, endorsed)
    block = next(place.ledger.block_events(status.block, timeout=5))
    assert [tx.code for tx in block.transactions if tx.tx_id == endorsed.tx_id] == [transaction.VALID]


def test_events_end_when_no_block_comes(place: Deployment) -> None:
    assert list(place.ledger.block_events(place.ledger.height(), timeout=0.05)) == []


def test_a_second_opening_sees_the_same_chain(place: Deployment) -> None:
    status = record(place, request())
    again: Ledger = place.reopen()
    assert again.genesis_hash() == place.ledger.genesis_hash()
    assert again.height() >= status.block + 1
    assert again.commit_status(status.tx_id, timeout=0) == status


def test_attestations_satisfy_the_proof_checker(place: Deployment) -> None:
    wanted = request()
    status = record(place, wanted)
    held = place.ledger.attest(place.reader, status.tx_id)
    trust = parse_trust(canonical(place.ledger.trust()))
    anchor = check_evidence(
        key=f"batch/{wanted['id']}",
        tx_id=status.tx_id,
        proposal=held.proposal,
        payload=held.payload,
        endorsements=held.endorsements,
        trust=trust,
    )
    assert (anchor.root.hex(), anchor.size, anchor.organisation) == (wanted["root"], 512, place.organisation)
    assert len({identities.SerializedIdentity.FromString(e).mspid for e, _ in held.endorsements}) >= 2


def test_peers_attest_that_a_transaction_was_invalid_too(place: Deployment) -> None:
    wanted = request()
    first, second = endorse(place, wanted), endorse(place, wanted)
    send(place, first)
    send(place, second)
    held = place.ledger.attest(place.reader, second.tx_id)
    with pytest.raises(NotVerified) as error:
        check_evidence(
            key=f"batch/{wanted['id']}",
            tx_id=second.tx_id,
            proposal=held.proposal,
            payload=held.payload,
            endorsements=held.endorsements,
            trust=parse_trust(canonical(place.ledger.trust())),
        )
    assert error.value.reason == "invalid-transaction"


def test_nobody_attests_a_transaction_that_is_not_there(place: Deployment) -> None:
    with pytest.raises(EvaluateError) as refused:
        place.ledger.attest(place.reader, "0" * 64)
    assert refused.value.reason == "unknown_transaction"
