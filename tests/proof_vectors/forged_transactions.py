"""Forged transactions behind genuine attestations: steps 7 to 9."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2

from tests.proof_vectors.making import Vector
from tests.unit.verifier_network import PGLN, TX_TIME, Case, Network, high_s


def forged_transactions(network: Network) -> Iterator[Vector]:
    peers = network.peers

    def forged(name: str, about: str, step: int, reason: str, edit: Any = None, **parts: Any) -> Vector:
        return Vector(name, about, (reason, step), Case(network, edit=edit or {}, **parts).file())

    def broken(name: str, about: str, **edit: Any) -> Vector:
        return forged(name, about, 7, "transaction-mismatch", {key.replace("__", "."): do for key, do in edit.items()})

    def written(name: str, about: str, **edit: Any) -> Vector:
        return forged(name, about, 9, "root-mismatch", {key.replace("__", "."): do for key, do in edit.items()})

    def two_payloads(message: Any) -> bytes:
        rival = common_pb2.Envelope.FromString(Case(network, size=5).envelope())
        return bytes(message.SerializeToString() + rival.SerializeToString())

    yield broken(
        "id-of-another",
        "Its id is not that of its nonce and creator.",
        tx__signature_header=lambda m: setattr(m, "nonce", b"other"),
    )
    yield broken(
        "header-of-another-contract",
        "Its header names another contract.",
        tx__extension=lambda m: setattr(m.chaincode_id, "name", "other"),
    )
    yield broken(
        "answer-of-another-contract",
        "Another contract answered.",
        tx__action=lambda m: setattr(m.chaincode_id, "name", "other"),
    )
    yield broken("two-actions", "It has two actions.", tx__transaction=lambda m: m.actions.append(m.actions[0]))
    yield broken("two-payloads", "Two payloads: first wins in one reader, last in another.", tx__envelope=two_payloads)
    yield broken("unsigned", "Its client did not sign.", tx__signature=lambda _: b"")
    yield broken("clients-high-s", "The mirror image of its client's signature.", tx__signature=high_s)
    yield broken(
        "another-proposal",
        "What was endorsed answers another proposal.",
        tx__response=lambda m: setattr(m, "proposal_hash", bytes(32)),
    )
    yield broken(
        "anchor-of-another-contract",
        "The anchor names another contract.",
        bundle=lambda b: b["anchor"].update(chaincode="other"),
    )
    yield forged("peer-as-client", "A peer sent it.", 7, "transaction-mismatch", client=peers["AlbaMSP"])
    expired = network.authorities["AlbaMSP"].issue("client", end=TX_TIME - timedelta(days=1))
    yield forged(
        "clients-certificate-expired",
        "Its client's certificate was expired.",
        7,
        "transaction-mismatch",
        client=expired,
    )
    yield forged(
        "one-endorses", "Endorsed by one organisation of two.", 8, "policy-not-met", endorsers=[peers["AlbaMSP"]]
    )
    yield forged("endorser-twice", "One endorser, three times.", 8, "policy-not-met", endorsers=[peers["AlbaMSP"]] * 3)
    endorsers = [peers["AlbaMSP"], network.clients["BoraMSP"]]
    yield forged("client-endorses", "A client's endorsement is no peer's.", 8, "policy-not-met", endorsers=endorsers)
    yield written(
        "write-twice",
        "Two writes at the key.",
        tx__kv=lambda m: m.writes.append(kv_rwset_pb2.KVWrite(key=m.writes[0].key, value=b"{}")),
    )
    yield written("deleted", "The key is deleted.", tx__kv=lambda m: setattr(m.writes[0], "is_delete", True))
    yield written(
        "another-namespace",
        "Written under another contract's name.",
        tx__results=lambda m: setattr(m.ns_rwset[1], "namespace", "other"),
    )
    yield written("another-key", "Written at another key.", tx__kv=lambda m: setattr(m.writes[0], "key", "batch/other"))
    yield written("value-spaced", "The value is not canonical.", tx__value=lambda v: v.replace(b":", b": ", 1))
    for member, value in {
        "docType": "device", "id": "another", "kind": "sensor", "root": "00" * 32, "size": 8,
        "organisation": PGLN["BoraMSP"], "mspId": "BoraMSP", "recordedAt": "2026-05-14T09:12:00.124Z",
    }.items():  # fmt: skip
        about = f"The batch on the ledger has another {member}."
        yield written(f"batch-of-another-{member}", about, tx__batch=lambda b, m=member, v=value: {**b, m: v})
    yield written(
        "another-batchs-anchor",
        "The anchor of another batch.",
        bundle=lambda b: b.update(anchor=Case(network, size=9).bundle()["anchor"]),
    )
    yield written(
        "key-of-a-device", "The key of another kind of document.", bundle=lambda b: b["anchor"].update(key="device/1")
    )
