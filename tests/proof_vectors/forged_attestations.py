"""Forged questions, answers and attestations: steps 3 to 6."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from tests.proof_vectors.making import Vector
from tests.unit.verifier_network import ASKED_AT, Authority, Case, Identity, Network, doubled, high_s


def forged_attestations(network: Network, middle: Authority) -> Iterator[Vector]:
    alba, peers = network.authorities["AlbaMSP"], network.peers
    day = timedelta(days=1)

    def forged(name: str, about: str, step: int, reason: str, trust: str = "trust", **parts: Any) -> Vector:
        return Vector(name, about, (reason, step), Case(network, **parts).file(), trust)

    def answer(name: str, about: str, **edit: Any) -> Vector:
        return forged(
            name, about, 3, "attestation-mismatch", edit={key.replace("__", "."): do for key, do in edit.items()}
        )

    def signed(name: str, about: str, first: Identity, trust: str = "trust") -> Vector:
        return forged(name, about, 4, "untrusted-signer", trust, attesters=[first, peers["CedroMSP"]])

    def signature(name: str, about: str, change: Callable[[bytes], bytes]) -> Vector:
        def edit(pairs: list[Any]) -> list[Any]:
            pairs[1].signature = change(pairs[1].signature)
            return pairs

        return forged(name, about, 4, "bad-signature", edit={"ask.endorsements": edit})

    def named(name: str) -> Callable[[Any], None]:
        return lambda message: setattr(message.chaincode_id, "name", name)

    def asked(*arguments: bytes) -> Callable[[Any], None]:
        def edit(message: Any) -> None:
            del message.chaincode_spec.input.args[:]
            message.chaincode_spec.input.args.extend(arguments)

        return edit

    yield answer(
        "question-of-another-contract",
        "The question's header names another contract.",
        ask__extension=named("traceability"),
    )
    yield answer(
        "call-of-another-contract",
        "The call inside names another contract.",
        ask__invocation=lambda m: named("x")(m.chaincode_spec),
    )
    yield answer("contract-poses-as-qscc", "Another contract gave the answer.", ask__action=named("posing"))
    yield answer(
        "another-function", "Another function was asked.", ask__invocation=asked(b"GetBlockByTxID", b"trace", b"00")
    )
    yield answer(
        "another-transaction",
        "Another transaction was asked for.",
        ask__invocation=asked(b"GetTransactionByID", b"trace", b"00" * 32),
    )
    yield answer(
        "another-channel",
        "The question was on another channel.",
        ask__channel_header=lambda m: setattr(m, "channel_id", "other"),
    )
    yield answer(
        "transient-field",
        "The question has a transient field.",
        ask__payload=lambda m: m.TransientMap.update(seed=b"1"),
    )
    yield answer(
        "another-questions-answer",
        "The answer is to another question.",
        ask__response=lambda m: setattr(m, "proposal_hash", bytes(32)),
    )
    yield answer("status-500", "The answer is a refusal.", ask__action=lambda m: setattr(m.response, "status", 500))
    yield answer("no-transaction", "The answer holds no transaction.", ask__processed=lambda _: b"")
    yield answer("field-twice-in-answer", "A field is met twice in the answer.", ask__processed=doubled)
    yield answer(
        "code-cut-to-32-bits",
        "A validation code that is 0 only when cut.",
        ask__processed=lambda c: c + b"\x10\x80\x80\x80\x80\x10",
    )
    yield Vector(
        "another-networks-trust",
        "A good bundle, another network's trust.",
        ("untrusted-signer", 4),
        Case(network).file(),
        "trust-of-another-network",
    )
    yield signed(
        "peer-of-nobody",
        "A peer of an organisation that the trust file does not know.",
        Authority.make("DunaMSP").issue("peer"),
    )
    yield signed(
        "peer-of-a-namesake", "A peer of an authority of the same name.", Authority.make("AlbaMSP").issue("peer")
    )
    yield signed(
        "peer-of-another",
        "Another organisation's peer in this one's name.",
        network.authorities["BoraMSP"].issue("peer", msp_id="AlbaMSP"),
    )
    yield signed("client-attests", "A client instead of a peer.", network.clients["AlbaMSP"])
    yield signed("peer-and-client", "A certificate with two roles.", alba.issue("peer", "client"))
    yield signed("authority-attests", "A certificate that may issue others.", alba.issue("peer", ca=True))
    yield signed("another-curve", "A key on P-384.", alba.issue("peer", curve=ec.SECP384R1()))
    yield signed("expired", "A certificate that was expired when asked.", alba.issue("peer", end=ASKED_AT - day))
    yield signed(
        "intermediate-unknown", "Below an intermediate that the trust file does not list.", middle.issue("peer")
    )
    yield forged(
        "revoked-later",
        "A peer revoked a day later attests nothing any more.",
        4,
        "untrusted-signer",
        "trust-with-revocation",
    )
    yield signature("high-s", "The signature's mirror image.", high_s)
    yield signature("loose-der", "A length not in its shortest form.", lambda s: b"\x30\x81" + s[1:])
    yield signature("bit-of-signature", "One bit of a signature.", lambda s: s[:-1] + bytes([s[-1] ^ 1]))
    yield forged(
        "invalid", "The peers signed that it is invalid (MVCC_READ_CONFLICT).", 5, "invalid-transaction", code=11
    )
    few = "not-enough-attestations"
    yield forged("one-attests", "One organisation.", 6, few, attesters=[peers["AlbaMSP"]])
    yield forged(
        "two-peers-of-one", "Two peers, one organisation.", 6, few, attesters=[peers["AlbaMSP"], alba.issue("peer")]
    )
    again = [peers["AlbaMSP"], peers["CedroMSP"], peers["CedroMSP"]]
    yield forged("attests-twice", "Enough organisations, one of them twice.", 6, few, attesters=again)
    yield forged("three-asked-for", "Two, where the trust file asks for three.", 6, few, "trust-with-three")
