"""The contract alone: what it writes, whom it lets, how it refuses."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.traceability import access
from chaincode.traceability.contract import HANDLERS, Traceability
from chaincode.traceability.errors import ContractError
from chaincode.traceability.state import Batch
from tests.unit.chaincode_stub import Stub

ID = "0123456789abcdef" * 2
REQUEST: dict[str, Any] = {
    "id": ID,
    "kind": "epcis",
    "root": "5e" * 32,
    "size": 512,
    "from": "2026-05-14T09:12:00.000Z",
    "to": "2026-05-14T09:12:00.250Z",
}
DOCUMENT = (
    b'{"docType":"batch","from":"2026-05-14T09:12:00.000Z","id":"0123456789abcdef0123456789abcdef","kind":"epcis",'
    b'"mspId":"HuertaAlbaMSP","organisation":"9506000134352","recordedAt":"2026-05-14T09:12:00.123Z",'
    b'"root":"5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e","size":512,"to":"2026-05-14T09:12:00.250Z"}'
)


def invoke(stub: Stub, function: str, *args: str) -> bytes:
    return Traceability().invoke(stub, function, list(args))


def refusal(stub: Stub, function: str, *args: str) -> ContractError:
    with pytest.raises(ContractError) as refused:
        invoke(stub, function, *args)
    assert not stub.written
    assert stub.event is None
    return refused.value


def test_record_batch_writes_one_document_and_raises_one_event() -> None:
    stub = Stub()
    assert invoke(stub, "record_batch", json.dumps(REQUEST)) == DOCUMENT
    assert stub.written == {f"batch/{ID}": DOCUMENT}
    assert stub.event is not None
    assert stub.event[0] == "batch_recorded"
    assert json.loads(stub.event[1])["root"] == REQUEST["root"]


def test_who_recorded_and_when_come_from_the_certificate_and_the_transaction_never_from_the_request() -> None:
    for forged in ({"organisation": "x"}, {"mspId": "x"}, {"recordedAt": "x"}, {"docType": "x"}):
        assert refusal(Stub(), "record_batch", json.dumps(REQUEST | forged)).code == "bad_request"


def test_a_batch_document_reads_back_as_it_was() -> None:
    batch = Batch.decode(DOCUMENT)
    assert batch.encode() == DOCUMENT
    for broken in (b'{"docType":"escrow"}', b"[]", DOCUMENT.replace(b"512", b'"512"')):
        with pytest.raises(ValueError, match="not"):
            Batch.decode(broken)


def test_the_same_request_again_is_already_recorded() -> None:
    stub = Stub({f"batch/{ID}": DOCUMENT})
    error = refusal(stub, "record_batch", json.dumps(REQUEST | {"to": "2026-05-14T10:00:00.000Z"}))
    assert str(error) == f"already_recorded: batch {ID} is recorded with root {REQUEST['root']}"


@pytest.mark.parametrize("change", [{"root": "00" * 32}, {"kind": "sensor"}, {"size": 513}])
def test_something_else_under_the_same_id_is_a_conflict(change: dict[str, Any]) -> None:
    stub = Stub({f"batch/{ID}": DOCUMENT})
    assert refusal(stub, "record_batch", json.dumps(REQUEST | change)).code == "conflict"


def test_the_same_commitment_by_another_organisation_is_a_conflict() -> None:
    stub = Stub({f"batch/{ID}": DOCUMENT}, org="9506000134369", role="recorder")
    assert refusal(stub, "record_batch", json.dumps(REQUEST)).code == "conflict"
    stub = Stub({f"batch/{ID}": DOCUMENT})
    stub.creator_msp_id = "OtherMSP"
    assert refusal(stub, "record_batch", json.dumps(REQUEST)).code == "conflict"


@pytest.mark.parametrize(
    "attributes",
    [
        {"org": "9506000134352"},
        {"org": "9506000134352", "role": "reader"},
        {"org": "9506000134352", "role": ""},
        {"role": "recorder"},
        {"org": "950600013435", "role": "recorder"},
        {"org": "95060001343\u0665\u0662", "role": "recorder"},
    ],
)
def test_only_a_recorder_of_a_named_organisation_records(attributes: dict[str, str]) -> None:
    assert refusal(Stub(**attributes), "record_batch", json.dumps(REQUEST)).code == "forbidden"


def test_every_function_stands_in_the_access_table_and_nothing_else_does() -> None:
    assert HANDLERS.keys() == access.TABLE.keys()


@pytest.mark.parametrize("name", ["", "invoke", "__init__", "batches", pytest.param("x" * 10_000, id="long")])
def test_a_function_that_is_not_in_the_table_does_not_exist(name: str) -> None:
    error = refusal(Stub(), name, "{}")
    assert error.code == "unknown_function"
    assert len(error.message) < 120


def test_queries_answer_in_canonical_json() -> None:
    stub = Stub({f"batch/{ID}": DOCUMENT}, anyone="at all")
    missing = "f" * 32
    assert invoke(stub, "get_batch", ID) == DOCUMENT
    assert refusal(stub, "get_batch", missing).code == "not_found"
    assert invoke(stub, "has_id", missing) == b"false"
    answer = invoke(stub, "get_batches", json.dumps([missing, ID, ID]))
    assert answer == b'{"%s":%s,"%s":null}' % (ID.encode(), DOCUMENT, missing.encode())
    assert invoke(stub, "get_batches", "[]") == b"{}"
    assert refusal(stub, "get_batches", json.dumps([ID] * 10_001)).code == "bad_request"


NAMES = [
    *REQUEST,
    "kid",
    "publicKey",
    "seq",
    "batches",
    "figures",
    "terms",
    "shipment",
    "seller",
    "at",
    "amount",
    "currency",
    "rows",
    "holder",
    "mspId",
    "organisation",
    "limit",
    "payment",
    "instruction",
]
GOOD = ["EUR", ID, "A1", "5e" * 32, "HuertaAlbaMSP", "9506000134352", f"transfer/{ID}/0", 1, ""]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(GOOD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=8,
)
# Of the members that it takes, so that more than the first check is met.
SHAPES = {
    "transfer": ("id", "currency", "amount", "rows", "to"),
    "consolidate": ("id", "currency", "rows"),
    "redeem": ("id", "currency", "amount", "rows", "instruction"),
    "get_rows": ("holder", "currency", "from", "limit"),
    "get_balance": ("mspId", "organisation"),
    "get_mint": ("mspId", "id"),
    "propose_mint": ("id", "currency", "amount", "to"),
    "approve_mint": ("id", "currency", "amount", "to"),
    "confirm_redemption": ("id", "payment"),
    "register_device": ("id", "kid", "giai", "publicKey", "details"),
    "rotate_device": ("id", "kid", "newKid", "publicKey"),
    "revoke_device": ("id", "kid", "reason", "from"),
    "get_devices": ("kids",),
    "record_leg": ("id", "kid", "goods", "shipment", "from", "to", "seq", "batches", "figures"),
    "challenge_leg": ("id", "leg", "reason", "evidence"),
    "register_shipment": ("id", "terms"),
    "accept_terms": ("id", "shipment", "terms"),
    "fund_escrow": ("id", "shipment", "rows"),
    "dispatch": ("id", "shipment", "at"),
    "accept_delivery": ("id", "shipment", "short", "damaged", "refused"),
    "contest": ("id", "shipment", "reason", "evidence"),
    "resolve": ("id", "shipment", "seller", "insured", "reason"),
    "get_shipments": ("ids",),
}


@given(st.data(), st.sampled_from(sorted(HANDLERS)))
def test_no_input_gets_anything_but_an_answer_or_a_contract_error(data: st.DataObject, function: str) -> None:
    role = next(iter(access.TABLE[function].roles), "")
    stub = Stub(org="9506000134352", role=role, person="anna")
    shaped = st.fixed_dictionaries(dict.fromkeys(SHAPES.get(function, REQUEST), JSON))
    args = data.draw(st.lists(st.text() | (JSON | shaped).map(json.dumps), max_size=2))
    with contextlib.suppress(ContractError):
        Traceability(settlement=stub.creator_msp_id).invoke(stub, function, args)


def test_the_contract_loads_no_django_no_network_no_clock_and_no_randomness() -> None:
    code = (
        "import sys; before = set(sys.modules); import chaincode.traceability.contract;"
        "print(*sorted(name.split('.')[0] for name in set(sys.modules) - before))"
    )
    root = Path(__file__).resolve().parents[2]
    loaded = subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True)
    assert not set(loaded.stdout.split()) & {"django", "traceapp", "time", "random", "secrets", "socket", "sqlite3"}


def test_the_table_of_rights_in_the_docs_is_the_contracts() -> None:
    root = Path(__file__).resolve().parents[2]
    said = [line.split("|") for line in (root / "docs/contract.md").read_text().splitlines() if line.startswith("| `")]
    rights = {
        name.strip(" `"): (role.strip(), besides.strip()) for _, name, role, besides, _ in said[: len(access.TABLE)]
    }
    assert rights == {
        name: (
            " or ".join(sorted(rule.roles)) or "any member",
            ", ".join(
                word for word, is_so in (("appointed organisation", rule.settlement), ("person", rule.person)) if is_so
            ),
        )
        for name, rule in access.TABLE.items()
    }
