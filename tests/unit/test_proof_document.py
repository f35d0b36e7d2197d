"""The worked bytes of docs/proof-bundle.md are those of the vector that it names."""

import base64
import hashlib
import json
import re

from fabric_protos.common import common_pb2

from tests.proof_vectors.folder import FOLDER
from tests.unit.verifier_blocks import header_bytes
from tests.unit.verifier_network import digest, leaf_of
from traceapp.verifier import protos
from traceapp.verifier.errors import Reason
from traceapp.verifier.protos import read

TEXT = (FOLDER.parent / "proof-bundle.md").read_text()
WORDS = " ".join(TEXT.split())
BARE = re.sub(r"\s+", "", TEXT)
BUNDLE = json.loads((FOLDER / "good" / "partly-hidden.json").read_bytes())


def test_digests_leaf_and_root_are_as_written():
    record, inclusion = BUNDLE["record"], BUNDLE["inclusion"]
    first = record["disclosures"][0]
    assert f"{first}\n{digest(first).hex()}\n" in TEXT
    assert "\n".join(record["hidden"]) in TEXT
    digests = [*map(digest, record["disclosures"]), *map(bytes.fromhex, record["hidden"])]
    assert f"with `{min(digests).hex()[:8]}…`" in TEXT
    assert f"with `{max(digests).hex()[:8]}…`" in TEXT
    hash_, index = leaf_of(digests), inclusion["index"]
    assert hash_.hex() in TEXT
    for beside in map(bytes.fromhex, inclusion["path"]):
        pair = (beside, hash_) if index & 1 else (hash_, beside)
        hash_, index = hashlib.sha256(b"\x01" + pair[0] + pair[1]).digest(), index >> 1
        assert f"node({pair[0].hex()[:8]}…, {pair[1].hex()[:8]}…) = {hash_.hex()}" in TEXT


def test_the_question_is_as_written():
    proposal = read(protos.PROPOSAL, base64.b64decode(BUNDLE["anchor"]["attestation"]["proposal"]))
    header = read(protos.HEADER, proposal.blob("header"))
    channel, author, payload = header.blob("channel_header"), header.blob("signature_header"), proposal.blob("payload")
    assert f"Its channel header, {len(channel)} bytes" in TEXT
    assert f"Its proposal payload, {len(payload)} bytes" in TEXT
    assert hashlib.sha256(channel + author + payload).hexdigest() in TEXT
    shown = [channel[:2], channel[2:10], channel[10:17], channel[-10:], payload[:2], payload[2:4], payload[-99:-97]]
    for piece in shown:
        assert piece.hex() in BARE
    for piece in (b"GetTransactionByID", b"trace", b"qscc"):
        assert piece.hex() in TEXT
    assert BUNDLE["anchor"]["txId"] in TEXT


def test_the_value_on_the_ledger_is_as_written():
    payload = read(protos.RESPONSE_PAYLOAD, base64.b64decode(BUNDLE["anchor"]["attestation"]["payload"]))
    value = re.search(rb'\{"docType":"batch".*?\}', payload.blob("extension"))[0].decode()
    assert re.sub(r"\s+", "", value) in BARE


def anchored(name: str) -> dict:
    return json.loads((FOLDER / "good" / name).read_bytes())["anchor"]


def test_the_block_is_as_written():
    raw = base64.b64decode(anchored("block.json")["block"])
    block = common_pb2.Block.FromString(raw)
    header = header_bytes(block.header)
    metadata = common_pb2.Metadata.FromString(block.metadata.metadata[0])
    sizes = [len(one) for one in block.data.data]
    assert (
        f"the block has {len(raw):,} bytes and three envelopes, of {sizes[0]}, {sizes[1]:,} and {sizes[2]} bytes"
        in WORDS
    )
    assert f"as it is hashed and signed, {len(header)} bytes" in WORDS
    assert f"SHA-256 of the {sum(sizes):,} bytes of envelopes" in WORDS
    for piece in (header[:2], header[2:5], header[5:23], header[39:57]):
        assert piece.hex() in BARE
    assert hashlib.sha256(b"".join(block.data.data)).digest() == block.header.data_hash
    assert f"value is `{metadata.value.hex()}`" in WORDS
    assert f"the {len(metadata.signatures[0].signature_header)} bytes of `signature_header`" in WORDS
    named = common_pb2.Block.FromString(base64.b64decode(anchored("block-by-consenters.json")["block"]))
    first = common_pb2.Metadata.FromString(named.metadata.metadata[0]).signatures[0].identifier_header
    assert f"the {len(first)} bytes `08 01 12 18 {first[4:8].hex()}…`" in WORDS


def test_the_devices_message_is_as_written():
    bundle = json.loads((FOLDER / "good" / "device-key.json").read_bytes())
    (message,) = (json.loads(one)[2] for one in bundle["record"]["disclosures"] if '"/message"' in one)
    header, payload, signature = (base64.urlsafe_b64decode(one + "==") for one in message.split("."))
    assert header.decode() in WORDS
    assert payload.decode().split("}")[0] in WORDS
    assert f"`{signature.hex()[:16]}…{signature.hex()[-12:]}` is over `{message[:20]}…`" in WORDS
    signed = base64.b64decode(bundle["device"]["anchor"]["attestation"]["payload"])
    document = re.search(rb'\{"docType":"device".*?"status":"active"\}', signed)[0].decode()
    assert document in BARE


def test_every_reason_and_every_message_stands_in_it():
    for reason in Reason:
        assert f"`{reason.value}`" in TEXT
    for spec in (one for one in vars(protos).values() if isinstance(one, protos.Spec)):
        (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| {spec.name.rsplit('.', 1)[1]} |"))
        written = re.findall(r"(\w+) (\d) (?:\(\w+\) )?(\w+\*?)", row)
        assert [(name, int(number)) for name, number, _ in written] == [
            (name, number) for name, (number, _) in spec.declared.items()
        ]
