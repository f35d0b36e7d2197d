"""Bundles with a block, good and forged: step 10."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from fabric_protos.common import common_pb2

from tests.proof_vectors.making import OK, Vector
from tests.unit.verifier_blocks import PREVIOUS, Block, Ordering
from tests.unit.verifier_network import TX_TIME, Case, Network, canonical, doubled, high_s

RAFT, BFT = "trust-with-orderers", "trust-with-consenters"


def blocks(network: Network, ordering: Ordering) -> Iterator[Vector]:
    def vector(name: str, about: str, expected: tuple[str, int], trust: str, block: Block) -> Vector:
        return Vector(name, about, expected, canonical(block.put(Case(network).bundle())), trust)

    def good(name: str, about: str, trust: str, *signers: int, **parts: Any) -> Vector:
        return vector(name, about, OK, trust, Block(ordering, signers, **parts))

    def forged(name: str, about: str, trust: str, *signers: int, **parts: Any) -> Vector:
        return vector(name, about, ("block-mismatch", 10), trust, Block(ordering, signers, **parts))

    def edited(name: str, about: str, **edit: Any) -> Vector:
        return forged(name, about, RAFT, 0, edit=edit)

    yield good("block", "A block that one orderer signed.", RAFT, 0)
    yield good("block-of-two-signers", "A block that two orderers signed.", RAFT, 0, 1)
    yield good("block-by-consenters", "Three of four consenters, named by their numbers.", BFT, 0, 1, 3, by_number=True)
    yield good("block-by-certificates", "Three of four consenters, named by their certificates.", BFT, 1, 2, 3)
    yield forged("block-below-quorum", "Two of four consenters.", BFT, 0, 1, by_number=True)
    yield forged("block-consenter-thrice", "One consenter of four, three times.", BFT, 2, 2, 2, by_number=True)
    yield forged(
        "block-by-number-in-raft", "A number, where the trust file lists no consenters.", RAFT, 0, by_number=True
    )
    yield forged("block-unsigned", "A block that nobody signed.", RAFT)
    yield from _signed_wrongly(network, ordering, edited)
    yield from _filled_wrongly(network, edited)
    yield forged("block-and-no-orderers", "The trust file knows nobody who orders.", "trust", 0)
    yield Vector(
        "block-of-nothing",
        "Three bytes for a block.",
        ("block-mismatch", 10),
        Case(network, edit={"bundle": lambda made: made["anchor"].update(block="AAAA")}).file(),
        RAFT,
    )


def _signed_wrongly(network: Network, ordering: Ordering, edited: Any) -> Iterator[Vector]:
    def signer(identity: Any) -> Any:
        """Everything of the first signature by somebody else."""
        block = Block(Ordering(ordering.authority, [identity]))

        def edit(metadata: Any) -> None:
            header = common_pb2.BlockHeader(number=block.number, previous_hash=PREVIOUS, data_hash=hashed[0])
            metadata.signatures[0].CopyFrom(block.signature(0, metadata.value, header))

        hashed: list[bytes] = []
        return {"data_hash": hashed.append, "metadata": edit}

    def second(change: Any) -> Any:
        """A second signature, that is not good: all of them have to be."""

        def edit(signatures: list[Any]) -> list[Any]:
            copy = common_pb2.MetadataSignature.FromString(signatures[0].SerializeToString())
            copy.signature = change(copy.signature)
            return [*signatures, copy]

        return edit

    authority, day = ordering.authority, timedelta(days=1)
    yield edited("block-by-a-peer", "A peer of an organisation signed it.", **signer(network.peers["AlbaMSP"]))
    yield edited("block-by-a-client", "A client of those who order signed it.", **signer(authority.issue("client")))
    late = authority.issue("orderer", end=TX_TIME - day)
    yield edited("block-by-an-expired-orderer", "The orderer's certificate was expired.", **signer(late))
    yield edited("block-high-s", "A second signature, in its mirror image.", signatures=second(high_s))
    yield edited(
        "block-bad-second-signature",
        "A second signature with one bit changed.",
        signatures=second(lambda s: s[:-1] + bytes([s[-1] ^ 1])),
    )
    yield edited(
        "block-of-two-names",
        "A signature that names its signer twice.",
        signatures=lambda all_: setattr(all_[0], "identifier_header", b"\x08\x01"),
    )


def _filled_wrongly(network: Network, edited: Any) -> Iterator[Vector]:
    other = Case(network, size=9).envelope()
    yield edited("block-without-it", "It holds others' transactions only.", data=lambda d: [d[0], other, d[2]])
    yield edited("block-with-it-twice", "It holds the transaction twice.", data=lambda d: [d[1], *d])
    yield edited("block-data-hash", "Its header has another hash of its data.", data_hash=lambda _: bytes(32))
    yield edited(
        "block-header-changed",
        "Its header was changed after it was signed.",
        block=lambda b: setattr(b.header, "number", 13),
    )
    yield edited("block-two-headers", "It has two headers.", block=doubled)
    yield edited(
        "block-more-data", "A transaction was added after it was signed.", block=lambda b: b.data.data.append(b"x")
    )
