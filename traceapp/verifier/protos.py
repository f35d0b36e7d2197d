"""Strict reading of the protobuf messages a proof rests on.

Ordinary readers disagree: one keeps the last of two values, another the first, so one signed transaction could show
two roots. Here a non-repeated field met twice, a field the message does not have, a wrong wire type, a number
not in its shortest form and text that is not UTF-8 are all refused, and every byte is accounted for.
"""

from dataclasses import dataclass, field
from typing import Final

_VARINT: Final = 0
_DELIMITED: Final = 2
_INT32_END: Final = 1 << 31
_UINT32_END: Final = 1 << 32
_INT64_END: Final = 1 << 63
_UINT64_END: Final = 1 << 64

_WIRE: Final = dict.fromkeys(("int32", "int64", "uint32", "uint64", "bool", "enum"), _VARINT)


class ProtoError(ValueError):
    """The bytes are not exactly one message of the expected type."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: str
    repeated: bool


class Spec:
    """One message type: its name and its fields, by protobuf tag (number and wire type together)."""

    def __init__(self, name: str, /, **fields: tuple[int, str]) -> None:
        """`fields`: name=(number, kind); kind is a scalar type, `message`, and `*` behind it where repeated."""
        self.name = name
        self.declared = fields
        self.by_tag: dict[int, _Field] = {}
        for field_name, (number, kind) in fields.items():
            scalar = kind.removesuffix("*")
            tag = number << 3 | _WIRE.get(scalar, _DELIMITED)
            self.by_tag[tag] = _Field(field_name, scalar, kind.endswith("*"))


@dataclass(slots=True)
class Fields:
    """The values of one message. Embedded messages are given as their bytes; absent fields as their default."""

    message: str
    numbers: dict[str, int] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    lists: dict[str, list[bytes]] = field(default_factory=dict)

    def number(self, name: str) -> int:
        return self.numbers.get(name, 0)

    def blob(self, name: str) -> bytes:
        return self.blobs.get(name, b"")

    def text(self, name: str) -> str:
        return self.blob(name).decode()

    def many(self, name: str) -> list[bytes]:
        return self.lists.get(name, [])


def read(spec: Spec, data: bytes) -> Fields:
    """Read exactly one message; raises ProtoError naming the message and what is wrong."""
    found = Fields(spec.name)
    position = 0
    while position < len(data):
        tag, position = _varint(spec, data, position)
        entry = spec.by_tag.get(tag)
        if entry is None:
            raise ProtoError(f"{spec.name}: unknown field {tag >> 3} of wire type {tag & 7}")
        number, position = _varint(spec, data, position)
        if tag & 7 == _VARINT:
            _once(found.numbers, spec, entry.name)
            found.numbers[entry.name] = _scalar(spec, entry, number)
            continue
        end = position + number
        if end > len(data):
            raise ProtoError(f"{spec.name}.{entry.name}: shorter than it says")
        _keep(found, spec, entry, data[position:end])
        position = end
    return found


def _keep(found: Fields, spec: Spec, entry: _Field, value: bytes) -> None:
    if entry.kind == "string":
        try:
            value.decode()
        except UnicodeDecodeError as error:
            raise ProtoError(f"{spec.name}.{entry.name}: not UTF-8") from error
    if entry.repeated:
        found.lists.setdefault(entry.name, []).append(value)
    else:
        _once(found.blobs, spec, entry.name)
        found.blobs[entry.name] = value


def _once(seen: dict[str, int] | dict[str, bytes], spec: Spec, name: str) -> None:
    if name in seen:
        raise ProtoError(f"{spec.name}.{name}: given twice")


def _varint(spec: Spec, data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if (byte == 0 and shift) or value >= _UINT64_END:
                raise ProtoError(f"{spec.name}: a number not in its shortest form")
            return value, position
        shift += 7
    raise ProtoError(f"{spec.name}: ends inside a number")


def _scalar(spec: Spec, entry: _Field, value: int) -> int:
    signed = value - _UINT64_END if value >= _INT64_END else value
    if entry.kind == "uint64":
        return value
    if entry.kind == "uint32" and value >= _UINT32_END:
        raise ProtoError(f"{spec.name}.{entry.name}: does not fit")
    if entry.kind == "bool" and value > 1:
        raise ProtoError(f"{spec.name}.{entry.name}: not a truth value")
    if entry.kind in ("int32", "enum") and not -_INT32_END <= signed < _INT32_END:
        raise ProtoError(f"{spec.name}.{entry.name}: does not fit")
    return signed


# common
ENVELOPE = Spec("common.Envelope", payload=(1, "bytes"), signature=(2, "bytes"))
PAYLOAD = Spec("common.Payload", header=(1, "message"), data=(2, "bytes"))
HEADER = Spec("common.Header", channel_header=(1, "bytes"), signature_header=(2, "bytes"))
CHANNEL_HEADER = Spec(
    "common.ChannelHeader",
    type=(1, "int32"),
    version=(2, "int32"),
    timestamp=(3, "message"),
    channel_id=(4, "string"),
    tx_id=(5, "string"),
    epoch=(6, "uint64"),
    extension=(7, "bytes"),
    tls_cert_hash=(8, "bytes"),
)
SIGNATURE_HEADER = Spec("common.SignatureHeader", creator=(1, "bytes"), nonce=(2, "bytes"))
TIMESTAMP = Spec("google.protobuf.Timestamp", seconds=(1, "int64"), nanos=(2, "int32"))
IDENTITY = Spec("msp.SerializedIdentity", mspid=(1, "string"), id_bytes=(2, "bytes"))

# proposals
PROPOSAL = Spec("protos.Proposal", header=(1, "bytes"), payload=(2, "bytes"), extension=(3, "bytes"))
HEADER_EXTENSION = Spec("protos.ChaincodeHeaderExtension", chaincode_id=(2, "message"))
PROPOSAL_PAYLOAD = Spec("protos.ChaincodeProposalPayload", input=(1, "bytes"), TransientMap=(2, "message*"))
INVOCATION = Spec("protos.ChaincodeInvocationSpec", chaincode_spec=(1, "message"))
CHAINCODE_SPEC = Spec(
    "protos.ChaincodeSpec",
    type=(1, "enum"),
    chaincode_id=(2, "message"),
    input=(3, "message"),
    timeout=(4, "int32"),
)
CHAINCODE_ID = Spec("protos.ChaincodeID", path=(1, "string"), name=(2, "string"), version=(3, "string"))
CHAINCODE_INPUT = Spec("protos.ChaincodeInput", args=(1, "bytes*"), decorations=(2, "message*"), is_init=(3, "bool"))

# responses and transactions
RESPONSE_PAYLOAD = Spec("protos.ProposalResponsePayload", proposal_hash=(1, "bytes"), extension=(2, "bytes"))
CHAINCODE_ACTION = Spec(
    "protos.ChaincodeAction",
    results=(1, "bytes"),
    events=(2, "bytes"),
    response=(3, "message"),
    chaincode_id=(4, "message"),
)
RESPONSE = Spec("protos.Response", status=(1, "int32"), message=(2, "string"), payload=(3, "bytes"))
PROCESSED = Spec("protos.ProcessedTransaction", transactionEnvelope=(1, "message"), validationCode=(2, "int32"))
TRANSACTION = Spec("protos.Transaction", actions=(1, "message*"))
TRANSACTION_ACTION = Spec("protos.TransactionAction", header=(1, "bytes"), payload=(2, "bytes"))
ACTION_PAYLOAD = Spec("protos.ChaincodeActionPayload", chaincode_proposal_payload=(1, "bytes"), action=(2, "message"))
ENDORSED_ACTION = Spec(
    "protos.ChaincodeEndorsedAction", proposal_response_payload=(1, "bytes"), endorsements=(2, "message*")
)
ENDORSEMENT = Spec("protos.Endorsement", endorser=(1, "bytes"), signature=(2, "bytes"))

# read-write sets
RWSET = Spec("rwset.TxReadWriteSet", data_model=(1, "enum"), ns_rwset=(2, "message*"))
NS_RWSET = Spec(
    "rwset.NsReadWriteSet",
    namespace=(1, "string"),
    rwset=(2, "bytes"),
    collection_hashed_rwset=(3, "message*"),
)
KV_RWSET = Spec(
    "kvrwset.KVRWSet",
    reads=(1, "message*"),
    range_queries_info=(2, "message*"),
    writes=(3, "message*"),
    metadata_writes=(4, "message*"),
)
KV_WRITE = Spec("kvrwset.KVWrite", key=(1, "string"), is_delete=(2, "bool"), value=(3, "bytes"))

# blocks
BLOCK = Spec("common.Block", header=(1, "message"), data=(2, "message"), metadata=(3, "message"))
BLOCK_HEADER = Spec("common.BlockHeader", number=(1, "uint64"), previous_hash=(2, "bytes"), data_hash=(3, "bytes"))
BLOCK_DATA = Spec("common.BlockData", data=(1, "bytes*"))
BLOCK_METADATA = Spec("common.BlockMetadata", metadata=(1, "bytes*"))
METADATA = Spec("common.Metadata", value=(1, "bytes"), signatures=(2, "message*"))
METADATA_SIGNATURE = Spec(
    "common.MetadataSignature", signature_header=(1, "bytes"), signature=(2, "bytes"), identifier_header=(3, "bytes")
)
IDENTIFIER_HEADER = Spec("common.IdentifierHeader", identifier=(1, "uint32"), nonce=(2, "bytes"))
