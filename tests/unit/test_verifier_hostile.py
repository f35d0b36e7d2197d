"""Huge, random and mutated files: an answer with a reason, soon, and never a stack trace."""

import ast
import base64
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fabric_protos.peer import proposal_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import traceapp.verifier
from tests.unit.verifier_network import Case, Network, b64, canonical, part, salt
from traceapp.verifier import Reason, check_bundle, parse_trust
from traceapp.verifier.bundle import BRACKETS, LIMIT

NETWORK = Network.make()
TRUST = parse_trust(canonical(NETWORK.trust()))
CASE = Case(NETWORK, hide=("/event/bizStep",))
GOOD = CASE.file()
REASONS = {reason.value for reason in Reason} - {"unreadable"}


def refused(data: bytes) -> None:
    report = check_bundle(data, TRUST)
    assert not report.verified
    assert report.reason in REASONS
    assert report.detail


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(position=st.integers(0, len(GOOD) - 1), byte=st.integers(1, 255))
def test_no_byte_of_a_bundle_can_be_changed(position, byte):
    refused(GOOD[:position] + bytes([GOOD[position] ^ byte]) + GOOD[position + 1 :])


@settings(max_examples=300, deadline=None)
@given(start=st.integers(0, len(GOOD) - 1), size=st.integers(1, 200), put=st.binary(max_size=50))
def test_no_part_of_a_bundle_can_be_cut_or_replaced(start, size, put):
    changed = GOOD[:start] + put + GOOD[start + size :]
    if changed != GOOD:
        refused(changed)


def _blobs() -> list[list[str | int]]:
    found = [["proposal"], ["payload"]]
    for n in range(2):
        found += [["endorsements", n, "endorser"], ["endorsements", n, "signature"]]
    return found


@settings(max_examples=700, deadline=None)
@given(data=st.data())
def test_no_byte_of_what_was_signed_can_be_changed(data):
    """Mutates behind the encoding, where a changed byte is still a well-formed bundle."""
    value = json.loads(GOOD)
    *parents, last = data.draw(st.sampled_from(_blobs()))
    place = value["anchor"]["attestation"]
    for name in parents:
        place = place[name]
    blob = bytearray(base64.b64decode(place[last]))
    position = data.draw(st.integers(0, len(blob) - 1))
    choice = data.draw(st.sampled_from(["flip", "drop", "insert", "cut"]))
    if choice == "flip":
        blob[position] ^= data.draw(st.integers(1, 255))
    elif choice == "drop":
        del blob[position]
    elif choice == "insert":
        blob.insert(position, data.draw(st.integers(0, 255)))
    else:
        del blob[position:]
    if b64(bytes(blob)) != place[last]:
        place[last] = b64(bytes(blob))
        refused(canonical(value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_member_of_a_bundle_can_be_of_another_shape(data):
    value = json.loads(GOOD)
    place, name = value, data.draw(st.sampled_from(sorted(value)))
    while isinstance(place[name], (dict, list)) and place[name] and data.draw(st.booleans()):
        place = place[name]
        name = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
    replacement = data.draw(JSON)
    if replacement == place[name] and type(replacement) is type(place[name]):
        return
    place[name] = replacement
    refused(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_answered(data):
    refused(data)


def with_blob(name: str, data: bytes) -> bytes:
    value = json.loads(GOOD)
    value["anchor"]["attestation"][name] = b64(data)
    return canonical(value)


def with_list(path: str, items: list) -> bytes:
    value = json.loads(GOOD)
    *parents, last = path.split(".")
    place = value
    for name in parents:
        place = place[name]
    place[last] = items
    return canonical(value)


def with_disclosure(value: str) -> bytes:
    return with_list("record.disclosures", [f'["{salt(1)}","/event/x",{value}]'])


ROOM = LIMIT - len(GOOD) - 100


def disclosures(count: int) -> list[str]:
    return [canonical([salt(n), f"/event/x{n}", n]).decode() for n in range(count)]


def repeated(count: int) -> list[dict]:
    return json.loads(GOOD)["anchor"]["attestation"]["endorsements"] * count


HOSTILE = {
    "larger than a bundle": lambda: b" " * (LIMIT + 1),
    "open brackets": lambda: b"[" * LIMIT,
    "open objects": lambda: b'{"a":' * (LIMIT // 5),
    "an endless number": lambda: b"1" * LIMIT,
    "an endless number inside": lambda: GOOD.replace(b'"index":3', b'"index":' + b"9" * ROOM),
    "a huge exponent": lambda: GOOD.replace(b'"index":3', b'"index":1e999999999'),
    "many numbers": lambda: b"[" + b"1," * (LIMIT // 2 - 1) + b"1]",
    "many numbers with fractions": lambda: b"[" + b"1.5," * (LIMIT // 4 - 1) + b"1]",
    "many empty lists": lambda: b"[" + b"[]," * (LIMIT // 3 - 1) + b"1]",
    "many empty objects": lambda: b"[" + b"{}," * (LIMIT // 3 - 1) + b"1]",
    "many objects": lambda: b"[" + b'{"":0},' * (LIMIT // 7 - 1) + b"1]",
    "many members of one name": lambda: b"{" + b'"a":1,' * (LIMIT // 6 - 2) + b'"a":1}',
    "many members": lambda: canonical({f"{n:06d}": 0 for n in range(90_000)}),
    "one long text": lambda: b'"' + b"x" * (LIMIT - 2) + b'"',
    "many escapes": lambda: b'"' + b"\\u0000" * (LIMIT // 6 - 2) + b'"',
    "surrogates": lambda: b'"' + b"\\ud800" * (LIMIT // 6 - 2) + b'"',
    "unclosed text": lambda: b'["' + b'\\"' * (LIMIT // 2 - 4),
    "many pairs of brackets": lambda: b"[" * 60 + b"[[[]]]," * (LIMIT // 7 - 20) + b"[]" + b"]" * 60,
    "many hidden digests": lambda: with_list("record.hidden", [f"{n:064x}" for n in range(ROOM // 68)]),
    "many disclosures": lambda: with_list("record.disclosures", disclosures(ROOM // 64)),
    "many empty disclosures": lambda: with_list("record.disclosures", [""] * (ROOM // 3)),
    "a disclosure of empty lists": lambda: with_disclosure("[" + "[]," * (ROOM // 3 - 20) + "1]"),
    "a disclosure of nested lists": lambda: with_disclosure("[" * 55 + "[[[]]]," * (ROOM // 7 - 30) + "1" + "]" * 55),
    "as many lists as are read on": lambda: with_disclosure("[" + "[]," * (BRACKETS - 30) + "1," * (ROOM // 4) + "1]"),
    "a disclosure of numbers": lambda: with_disclosure("[" + "1.5," * (ROOM // 4 - 20) + "1]"),
    "a disclosure of open brackets": lambda: with_disclosure("[" * ROOM),
    "a disclosure of objects": lambda: with_disclosure("[" + '{"a":1},' * (ROOM // 12 - 20) + "1]"),
    "a disclosure of escapes": lambda: with_disclosure('"' + "\\u0001" * (ROOM // 8) + '"'),
    "a disclosure not closed": lambda: with_disclosure('["' + '\\"' * (ROOM // 5)),
    "a disclosure of a long pointer": lambda: with_list(
        "record.disclosures", [f'["{salt(1)}","{"/a" * (ROOM // 2 - 50)}",1]']
    ),
    "many disclosures of long pointers": lambda: with_list(
        "record.disclosures", [f'["{salt(n)}","{"/a" * 60}/x{n}",1]' for n in range(ROOM // 170)]
    ),
    "a long path": lambda: with_list("inclusion.path", ["00" * 32] * (ROOM // 68)),
    "many endorsements of the genuine": lambda: with_list("anchor.attestation.endorsements", repeated(ROOM // 2600)),
    "many empty endorsements": lambda: with_list(
        "anchor.attestation.endorsements", [{"endorser": "", "signature": ""}] * (ROOM // 34)
    ),
    "a proposal of empty fields": lambda: with_blob("proposal", b"\x0a\x00" * (ROOM // 3)),
    "a payload of zeros": lambda: with_blob("payload", bytes(ROOM * 3 // 4)),
    "a payload of long numbers": lambda: with_blob("payload", b"\x80" * (ROOM * 3 // 4)),
    "a question of many arguments": lambda: with_blob("proposal", _arguments(ROOM // 3)),
    "an identity of a huge certificate": lambda: with_list(
        "anchor.attestation.endorsements", [{"endorser": b64(_identity(ROOM // 2)), "signature": ""}]
    ),
}


def _arguments(count: int) -> bytes:
    genuine = proposal_pb2.Proposal.FromString(CASE.proposal())
    named = part(1, part(2, part(2, b"qscc")) + part(3, b"\x0a\x00" * count))
    return part(1, genuine.header) + part(2, part(1, named))


def _identity(size: int) -> bytes:
    pem = b"-----BEGIN CERTIFICATE-----\n" + b"A" * (size // 4 * 4) + b"\n-----END CERTIFICATE-----\n"
    return part(1, b"AlbaMSP") + part(2, pem)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_answered_soon(make):
    # Within a second on a quiet machine. A busy one gets more: what is guarded against takes minutes.
    data = make()
    assert len(data) <= LIMIT + 1
    started = time.process_time()
    refused(data)
    assert time.process_time() - started < 10


def test_the_checker_loads_neither_django_nor_a_ledger():
    code = (
        "import sys, traceapp.verifier;"
        "print([m for m in sys.modules if m.split('.')[0] in"
        " ('django', 'celery', 'secrets', 'grpc', 'sqlite3', 'google', 'fabric_protos', 'chaincode')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_checker_reads_no_clock_and_draws_nothing():
    used, imported = set(), set()
    room = Path(traceapp.verifier.__file__).parent
    # the command reads files and writes to the terminal
    outside = {room / "command.py", room / "files.py", room / "__main__.py"}
    for file in set(room.glob("*.py")) - outside:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module))
    assert not used & {"now", "utcnow", "today", "urandom", "open", "read_text", "read_bytes"}
    assert not imported & {"time", "random", "secrets", "os", "socket", "pathlib"}
