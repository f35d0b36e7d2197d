"""The strict reader of protobuf messages, held against the generated classes."""

import pytest
from fabric_protos.common import common_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.msp import identities_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2, proposal_response_pb2, transaction_pb2
from google.protobuf import timestamp_pb2
from google.protobuf.descriptor import FieldDescriptor
from hypothesis import given
from hypothesis import strategies as st

from traceapp.verifier import protos
from traceapp.verifier.protos import ProtoError, Spec, read

FILES = [
    common_pb2, rwset_pb2, kv_rwset_pb2, identities_pb2, chaincode_pb2, proposal_pb2, proposal_response_pb2,
    transaction_pb2, timestamp_pb2,
]  # fmt: skip
KINDS = {
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_ENUM: "enum",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_MESSAGE: "message",
}
SPECS = [value for value in vars(protos).values() if isinstance(value, Spec)]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_message_has_exactly_the_fields_of_its_definition(spec):
    (descriptor,) = [
        m for file in FILES for m in file.DESCRIPTOR.message_types_by_name.values() if m.full_name == spec.name
    ]
    defined = {
        f.name: (f.number, KINDS[f.type] + ("*" if f.label == FieldDescriptor.LABEL_REPEATED else ""))
        for f in descriptor.fields
    }
    assert spec.declared == defined


@given(
    number=st.integers(-(2**31), 2**31 - 1),
    text=st.text(max_size=200),
    blob=st.binary(max_size=300),
    epoch=st.integers(0, 2**64 - 1),
)
def test_what_the_generated_classes_write_is_read(number, text, blob, epoch):
    made = common_pb2.ChannelHeader(type=number, channel_id=text, extension=blob, epoch=epoch)
    found = read(protos.CHANNEL_HEADER, made.SerializeToString())
    assert (found.number("type"), found.text("channel_id"), found.blob("extension")) == (number, text, blob)
    assert found.number("epoch") == epoch


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x0a\x01a\x0a\x01b", "given twice"),
        (b"\x0a\x01a\x0a\x01a", "given twice"),
        (b"\x1a\x01a", "unknown field 3"),
        (b"\x08\x01", "unknown field 1 of wire type 0"),
        (b"\x0b\x0c", "wire type 3"),
        (b"\x0d\x00\x00\x00\x00", "wire type 5"),
        (b"\x0a\x05abc", "shorter"),
        (b"\x0a", "ends inside"),
        (b"\x0a\x81", "ends inside"),
        (b"\x0a\x81\x00a", "shortest form"),
        (b"\x8a\x00\x01a", "shortest form"),
        (b"\x0a" + b"\xff" * 10 + b"\x01", "ends inside|shortest"),
        (b"\x00", "unknown field 0"),
        (b"\x0a\x01a\x00", "unknown field 0"),
    ],
)
def test_a_message_that_readers_could_take_differently_is_refused(data, why):
    with pytest.raises(ProtoError, match=why):
        read(protos.ENVELOPE, data)


def test_a_number_beyond_its_type_is_refused():
    # truncated to 32 bits, 2^32 would read as VALID
    with pytest.raises(ProtoError, match="does not fit"):
        read(protos.PROCESSED, b"\x10\x80\x80\x80\x80\x10")
    with pytest.raises(ProtoError, match="truth"):
        read(protos.KV_WRITE, b"\x10\x02")


def test_text_that_is_not_utf8_is_refused():
    with pytest.raises(ProtoError, match="UTF-8"):
        read(protos.CHAINCODE_ID, b"\x12\x02\xff\xfe")


@given(st.binary(max_size=60))
def test_random_bytes_are_read_as_the_generated_class_does_or_refused(data):
    try:
        found = read(protos.KV_WRITE, data)
    except ProtoError:
        return
    same = kv_rwset_pb2.KVWrite.FromString(data)
    assert (found.text("key"), found.blob("value"), bool(found.number("is_delete"))) == (
        same.key,
        same.value,
        same.is_delete,
    )
