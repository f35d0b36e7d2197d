"""A small genuine network made from `cryptography` and the protos alone, independent of the embedded ledger.

A `Case` is one record on its way to a bundle. A test forges by `case.edit[stage] = function`: the function gets the
protobuf message (or bytes, or dict) of that stage before it is serialised or signed, and changes or replaces it, so
that everything built on it afterwards is consistent with the forgery.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID
from fabric_protos.common import common_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.msp import identities_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2, proposal_response_pb2, transaction_pb2
from google.protobuf.timestamp_pb2 import Timestamp

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
START = datetime(2026, 1, 1, tzinfo=UTC)
TX_TIME = datetime(2026, 5, 14, 9, 12, 0, 123456, tzinfo=UTC)
ASKED_AT = datetime(2026, 5, 14, 9, 12, 5, tzinfo=UTC)
NAMES = {"AlbaMSP": "Huerta Alba", "BoraMSP": "Bora Logistics", "CedroMSP": "Cedro Markets"}
PGLN = {"AlbaMSP": "9506000100012", "BoraMSP": "9506000100029", "CedroMSP": "9506000100036"}

EVENT = {
    "type": "ObjectEvent",
    "eventID": "urn:uuid:0b0e7a3e-7f4f-4c56-9f4c-2f3d8a0c1d11",
    "eventTime": "2026-05-14T09:00:00.000Z",
    "eventTimeZoneOffset": "+02:00",
    "action": "OBSERVE",
    "bizStep": "shipping",
    "epcList": ["https://id.gs1.org/01/09506000134352/21/1", "https://id.gs1.org/01/09506000134352/21/2"],
    "errorDeclaration": None,
}


def low_s(signature: bytes) -> bytes:
    r, s = utils.decode_dss_signature(signature)
    return utils.encode_dss_signature(r, min(s, ORDER - s))


def high_s(signature: bytes) -> bytes:
    r, s = utils.decode_dss_signature(signature)
    return utils.encode_dss_signature(r, max(s, ORDER - s))


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def stamp(moment: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(moment)
    return made


def rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass
class Identity:
    """A member: key, certificate, the serialised identity that others see."""

    msp_id: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def serialized(self) -> bytes:
        return identities_pb2.SerializedIdentity(mspid=self.msp_id, id_bytes=pem(self.certificate)).SerializeToString()

    def sign(self, message: bytes) -> bytes:
        made = self.key.sign(message, ec.ECDSA(hashes.SHA256()))
        return low_s(made) if isinstance(self.key.curve, ec.SECP256R1) else made


@dataclass
class Authority:
    """A certificate authority of an organisation."""

    msp_id: str
    key: Any
    certificate: x509.Certificate

    @classmethod
    def make(cls, msp_id: str, *, under: "Authority | None" = None, key: Any = None, path_length: int | None = None):
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"ca{'2' if under else ''}.{msp_id}")])
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
        )  # fmt: skip
        builder = (
            _builder(subject, under.certificate.subject if under else subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(x509.KeyUsage(**{**usage, "key_cert_sign": True}), critical=True)
        )
        return cls(msp_id, key, builder.sign((under or cls).key if under else key, hashes.SHA256()))

    def issue(self, *units: str, start: datetime = START, end: datetime | None = None, curve=None, key=None,
              ca: bool = False, msp_id: str | None = None, extensions=(), attributes: dict | None = None) -> Identity:  # fmt: skip
        key = key or ec.generate_private_key(curve or ec.SECP256R1())
        names = [x509.NameAttribute(NameOID.COMMON_NAME, f"{'-'.join(units)}.{self.msp_id}")]
        names += [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]
        builder = _builder(x509.Name(names), self.certificate.subject, key.public_key(), start, end)
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if attributes is not None:
            oid = x509.ObjectIdentifier("1.2.3.4.5.6.7.8.1")
            value = x509.UnrecognizedExtension(oid, json.dumps({"attrs": attributes}).encode())
            builder = builder.add_extension(value, critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return Identity(msp_id or self.msp_id, key, builder.sign(self.key, hashes.SHA256()))


def _builder(subject, issuer, public_key, start=START, end=None) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end or start + timedelta(days=3650))
    )


@dataclass
class Network:
    """Three organisations with an authority, a peer and a client each."""

    authorities: dict[str, Authority]
    peers: dict[str, Identity]
    clients: dict[str, Identity]

    @classmethod
    def make(cls) -> "Network":
        authorities = {msp_id: Authority.make(msp_id) for msp_id in NAMES}
        return cls(
            authorities=authorities,
            peers={msp_id: ca.issue("peer") for msp_id, ca in authorities.items()},
            clients={msp_id: ca.issue("client") for msp_id, ca in authorities.items()},
        )

    def trust(self, **changes: Any) -> dict[str, Any]:
        peers = [{"signedBy": msp_id, "role": "peer"} for msp_id in NAMES]
        return {
            "format": "traceapp-trust/1",
            "network": "Test network",
            "demo": True,
            "version": 3,
            "genesis": "ab" * 32,
            "channel": "trace",
            "chaincode": "traceability",
            "attestations": 2,
            "endorsement": [{"from": rfc3339(START), "rule": {"outOf": [2, peers]}}],
            "organisations": [
                {
                    "mspId": msp_id,
                    "name": NAMES[msp_id],
                    "rootCertificates": [pem(ca.certificate).decode()],
                    "intermediateCertificates": [],
                    "nodeOUs": {"peer": "peer", "client": "client", "admin": "admin"},
                }
                for msp_id, ca in self.authorities.items()
            ],
            "ordererOrganisations": [],
            "revoked": [],
            **changes,
        }


def split(record: dict[str, Any]) -> list[str]:
    """Disclosures with fixed salts, one a member of the event and of the record, one an element of its epcList."""
    parts: list[tuple[str, Any]] = []
    for name, value in record.items():
        if name not in ("event", "statement"):
            parts.append((f"/{name}", value))
            continue
        for member, inner in value.items():
            if member == "epcList":
                parts += [(f"/{name}/{member}/{n}", one) for n, one in enumerate(inner)]
            else:
                parts.append((f"/{name}/{member}", inner))
    return [canonical([salt(n), pointer, value]).decode() for n, (pointer, value) in enumerate(parts)]


def salt(number: int) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(b"%d" % number).digest()[:16]).decode().rstrip("=")


def digest(disclosure: str) -> bytes:
    return hashlib.sha256(b"\x02" + disclosure.encode()).digest()


def leaf_of(digests) -> bytes:
    return hashlib.sha256(b"\x00" + b"".join(sorted(set(digests)))).digest()


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def path(leaves: list[bytes], index: int) -> list[bytes]:
    """RFC 9162 section 2.1.3.1, as it is written there."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return [*path(leaves[:k], index), tree(leaves[k:])]
    return [*path(leaves[k:], index - k), tree(leaves[:k])]


@dataclass
class Case:
    """One record of a batch on its way to a bundle; every part can be changed, before or at its stage."""

    network: Network
    record: dict[str, Any] = field(default_factory=lambda: {
        "kind": "epcis", "recordedBy": PGLN["AlbaMSP"], "recordTime": "2026-05-14T09:11:00.000Z", "event": dict(EVENT)
    })  # fmt: skip
    hide: tuple[str, ...] = ()
    index: int = 3
    size: int = 7
    client: Identity | None = None
    endorsers: list[Identity] | None = None
    attesters: list[Identity] | None = None
    code: int = 0
    tx_time: datetime = TX_TIME
    asked_at: datetime = ASKED_AT
    edit: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    batch_id: str = "5d1f7a0c9b6e4d3f8a2b1c0d9e8f7a6b"
    tx_id: str = ""

    def __post_init__(self) -> None:
        self.client = self.client or self.network.clients["AlbaMSP"]
        self.endorsers = self.endorsers or [self.network.peers["AlbaMSP"], self.network.peers["BoraMSP"]]
        self.attesters = self.attesters or [self.network.peers["AlbaMSP"], self.network.peers["CedroMSP"]]

    def stage(self, name: str, value: Any) -> Any:
        """The value after the test's edit, serialised if it is a message."""
        if name in self.edit:
            changed = self.edit[name](value)
            value = value if changed is None else changed
        return value.SerializeToString() if hasattr(value, "SerializeToString") else value

    # the record
    def disclosures(self) -> list[str]:
        return self.stage("disclosures", split(self.record))

    def leaves(self) -> list[bytes]:
        leaves = [hashlib.sha256(b"other %d" % n).digest() for n in range(self.size)]
        leaves[self.index] = leaf_of(map(digest, self.disclosures()))
        return leaves

    # the transaction
    def envelope(self) -> bytes:
        nonce = b"n" * 24
        creator = self.stage("tx.creator", self.client.serialized)
        self.tx_id = hashlib.sha256(nonce + creator).hexdigest()
        channel_header = self._channel_header("tx", self.tx_time, self.tx_id, "traceability")
        author = common_pb2.SignatureHeader(creator=creator, nonce=nonce)
        signature_header = self.stage("tx.signature_header", author)
        called = proposal_pb2.ChaincodeProposalPayload(input=b"the request")
        called_bytes = self.stage("tx.proposal_payload", called)
        hashed = hashlib.sha256(channel_header + signature_header + called_bytes).digest()
        response = self._response("tx", hashed, self.results(), b"", "traceability")
        endorsed = transaction_pb2.ChaincodeEndorsedAction(
            proposal_response_payload=response, endorsements=self._endorsements("tx", self.endorsers, response)
        )
        action_payload = transaction_pb2.ChaincodeActionPayload(chaincode_proposal_payload=called_bytes)
        action_payload = action_payload.SerializeToString() + part(2, self.stage("tx.endorsed_action", endorsed))
        action = transaction_pb2.TransactionAction(
            header=signature_header, payload=self.stage("tx.action_payload", action_payload)
        )
        data = self.stage("tx.transaction", transaction_pb2.Transaction(actions=[action]))
        header = common_pb2.Header(channel_header=channel_header, signature_header=signature_header)
        payload = self.stage("tx.payload", common_pb2.Payload(header=header, data=data))
        signature = self.stage("tx.signature", self.client.sign(payload))
        return self.stage("tx.envelope", common_pb2.Envelope(payload=payload, signature=signature))

    def results(self) -> bytes:
        value = self.stage("tx.value", canonical(self.stage("tx.batch", self.batch())))
        write = kv_rwset_pb2.KVWrite(key=f"batch/{self.batch_id}", value=value)
        kv = self.stage("tx.kv", kv_rwset_pb2.KVRWSet(writes=[write]))
        lifecycle = kv_rwset_pb2.KVRWSet(reads=[kv_rwset_pb2.KVRead(key="namespaces/fields/traceability/Sequence")])
        sets = rwset_pb2.TxReadWriteSet(
            data_model=rwset_pb2.TxReadWriteSet.KV,
            ns_rwset=[
                rwset_pb2.NsReadWriteSet(namespace="_lifecycle", rwset=lifecycle.SerializeToString()),
                rwset_pb2.NsReadWriteSet(namespace="traceability", rwset=kv),
            ],
        )
        return self.stage("tx.results", sets)

    def batch(self) -> dict[str, Any]:
        return {
            "docType": "batch",
            "id": self.batch_id,
            "kind": self.record["kind"],
            "root": tree(self.leaves()).hex(),
            "size": self.size,
            "from": "2026-05-14T09:10:00.000Z",
            "to": "2026-05-14T09:11:30.000Z",
            "organisation": PGLN["AlbaMSP"],
            "mspId": self.client.msp_id,
            "recordedAt": rfc3339(self.tx_time),
        }

    # the attestation
    def proposal(self) -> bytes:
        asker = self.network.clients["BoraMSP"].serialized
        nonce = b"q" * 24
        author = common_pb2.SignatureHeader(creator=asker, nonce=nonce)
        signature_header = self.stage("ask.signature_header", author)
        tx_id = hashlib.sha256(nonce + asker).hexdigest()
        channel_header = self._channel_header("ask", self.asked_at, tx_id, "qscc")
        header = common_pb2.Header(channel_header=channel_header, signature_header=signature_header)
        spec = chaincode_pb2.ChaincodeSpec(
            type=chaincode_pb2.ChaincodeSpec.GOLANG,
            chaincode_id=chaincode_pb2.ChaincodeID(name="qscc"),
            input=chaincode_pb2.ChaincodeInput(args=[b"GetTransactionByID", b"trace", self.tx_id.encode()]),
        )
        invocation = self.stage("ask.invocation", chaincode_pb2.ChaincodeInvocationSpec(chaincode_spec=spec))
        payload = self.stage("ask.payload", proposal_pb2.ChaincodeProposalPayload(input=invocation))
        made = proposal_pb2.Proposal(header=self.stage("ask.header", header), payload=payload)
        return self.stage("ask.proposal", made)

    def answer(self, proposal: bytes, envelope: bytes) -> bytes:
        asked = proposal_pb2.Proposal.FromString(proposal)
        header = common_pb2.Header.FromString(asked.header)
        hashed = hashlib.sha256(header.channel_header + header.signature_header + asked.payload).digest()
        code = transaction_pb2.ProcessedTransaction(validationCode=self.code).SerializeToString()
        content = part(1, envelope) + code  # the envelope's bytes as they are, also forged ones
        return self._response("ask", hashed, b"", self.stage("ask.processed", content), "qscc")

    def bundle(self) -> dict[str, Any]:
        envelope = self.envelope()
        proposal = self.proposal()
        payload = self.answer(proposal, envelope)
        pairs = self._endorsements("ask", self.attesters, payload)
        shown = [one for one in self.disclosures() if json.loads(one)[1] not in self.hide]
        hidden = [digest(one).hex() for one in self.disclosures() if json.loads(one)[1] in self.hide]
        made = {
            "format": "traceapp-proof/1",
            "record": {"disclosures": shown, "hidden": hidden},
            "inclusion": {
                "index": self.index, "size": self.size, "path": [one.hex() for one in path(self.leaves(), self.index)]
            },
            "anchor": {
                "channel": "trace",
                "chaincode": "traceability",
                "key": f"batch/{self.batch_id}",
                "txId": self.tx_id,
                "attestation": {
                    "proposal": b64(proposal),
                    "payload": b64(payload),
                    "endorsements": [
                        {"endorser": b64(one.endorser), "signature": b64(one.signature)} for one in pairs
                    ],
                },
            },
        }  # fmt: skip
        return self.stage("bundle", made)

    def file(self) -> bytes:
        return canonical(self.bundle())

    # parts of both
    def _channel_header(self, prefix: str, moment: datetime, tx_id: str, chaincode: str) -> bytes:
        extension = proposal_pb2.ChaincodeHeaderExtension(chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode))
        header = common_pb2.ChannelHeader(
            type=common_pb2.ENDORSER_TRANSACTION,
            version=0,
            timestamp=stamp(moment),
            channel_id="trace",
            tx_id=tx_id,
            extension=self.stage(f"{prefix}.extension", extension),
        )
        return self.stage(f"{prefix}.channel_header", header)

    def _response(self, prefix: str, hashed: bytes, results: bytes, content: bytes, chaincode: str) -> bytes:
        action = proposal_pb2.ChaincodeAction(
            results=results,
            response=proposal_response_pb2.Response(status=200, payload=content),
            chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode, version="1"),
        )
        made = proposal_response_pb2.ProposalResponsePayload(
            proposal_hash=hashed, extension=self.stage(f"{prefix}.action", action)
        )
        return self.stage(f"{prefix}.response", made)

    def _endorsements(self, prefix: str, signers: list[Identity], payload: bytes):
        made = [
            proposal_response_pb2.Endorsement(
                endorser=one.serialized, signature=one.sign(payload + one.serialized)
            )
            for one in signers
        ]  # fmt: skip
        return self.edit.get(f"{prefix}.endorsements", lambda same: same)(made)


def part(number: int, content: bytes) -> bytes:
    """One length-delimited protobuf field."""
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def doubled(message: Any) -> bytes:
    """A message whose first field is met twice, with the same value, so that every lenient reader agrees."""
    data = message if isinstance(message, bytes) else message.SerializeToString()
    end = 1
    while data[end] & 0x80:
        end += 1
    if data[0] & 7 == 2:
        size = sum((byte & 0x7F) << 7 * n for n, byte in enumerate(data[1 : end + 1]))
        end += size
    return data + data[: end + 1]


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
