"""Malformed and incomplete bundles: steps 1 and 2."""

import base64
import json

import pytest

from tests.unit.test_verifier_attestation import refusal
from tests.unit.verifier_network import PGLN, Case, Network, canonical, digest, salt
from traceapp.verifier import check_anchor, check_bundle, parse_trust
from traceapp.verifier.errors import NotVerified

MALFORMED = ("malformed", 1)


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.make()


@pytest.fixture(scope="module")
def trust(network):
    return parse_trust(canonical(network.trust()))


@pytest.fixture(scope="module")
def good(network):
    return canonical(Case(network).bundle())


def answer(data: bytes, trust) -> tuple[str, int]:
    report = check_bundle(data, trust)
    assert not report.verified
    return report.reason, report.step


def test_a_byte_order_mark_or_white_space_is_refused(good, trust):
    assert check_bundle(good, trust).verified
    for changed in (b"\xef\xbb\xbf" + good, good + b"\n", b" " + good, good.replace(b":", b": ", 1), good[:-1]):
        assert answer(changed, trust) == MALFORMED


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b"{}", b'"text"', b"\xff\xfe", b"NaN", b"{", b"{}{}", b"\x00", b'{"format":1}']
)
def test_what_is_no_bundle_is_refused(trust, data):
    assert answer(data, trust) == MALFORMED


def test_a_member_named_twice_is_refused(good, trust):
    assert answer(good.replace(b'"format":', b'"format":"x","format":'), trust) == MALFORMED


def test_numbers_are_written_in_their_one_form(good, trust):
    for other in (b"3.0", b"3e0", b"03", b"NaN", b"-0", b"3.5", b'"3"', b"true", b"null", b"9" * 5000):
        assert answer(good.replace(b'"index":3', b'"index":' + other), trust) == MALFORMED


def test_members_out_of_order_are_refused(good, trust):
    value = json.loads(good)
    turned = json.dumps(dict(reversed(value.items())), separators=(",", ":"), ensure_ascii=False).encode()
    assert answer(turned, trust) == MALFORMED


def put(path: str, value):
    """Edits one member of the bundle; the last part of the path may be new."""

    def change(made):
        *parents, last = path.split(".")
        for name in parents:
            made = made[int(name) if isinstance(made, list) else name]
        made[int(last) if isinstance(made, list) else last] = value

    return {"bundle": change}


def drop(path: str):
    def change(made):
        *parents, last = path.split(".")
        for name in parents:
            made = made[name]
        del made[last]

    return {"bundle": change}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("more", 1),
        ("record.more", 1),
        ("inclusion.more", 1),
        ("anchor.more", 1),
        ("anchor.attestation.more", 1),
        ("anchor.attestation.endorsements.0.more", 1),
        ("trust", {}),
        ("format", "traceapp-proof/2"),
        ("record", []),
        ("record.disclosures", {}),
        ("record.disclosures.0", 1),
        ("record.hidden", None),
        ("record.hidden", ["ab"]),
        ("record.hidden", ["AB" * 32]),
        ("record.hidden", [7]),
        ("inclusion.index", 7),
        ("inclusion.index", -1),
        ("inclusion.index", True),
        ("inclusion.size", 0),
        ("inclusion.size", 2**31),
        ("inclusion.size", 1),
        ("inclusion.path", []),
        ("inclusion.path", ["00" * 32] * 4),
        ("inclusion.path", ["00" * 32] * 10_000),
        ("inclusion.path", ["00" * 31] * 3),
        ("inclusion.path", "00"),
        ("anchor.txId", "xy"),
        ("anchor.txId", "AB" * 32),
        ("anchor.key", 1),
        ("anchor.channel", None),
        ("anchor.block", "not base64!"),
        ("anchor.attestation.proposal", "AA="),
        ("anchor.attestation.proposal", "AB=="),
        ("anchor.attestation.proposal", "AA==\n"),
        ("anchor.attestation.proposal", "_-__"),
        ("anchor.attestation.payload", 7),
        ("anchor.attestation.payload", "\u00e9"),
        ("anchor.attestation.endorsements", {}),
        ("anchor.attestation.endorsements.0.signature", [1]),
        ("device", {}),
    ],
    ids=str,
)
def test_a_bundle_is_refused_with(network, trust, path, value):
    assert refusal(Case(network, edit=put(path, value)), trust) == MALFORMED


@pytest.mark.parametrize(
    "path",
    [
        "format", "record", "inclusion", "anchor", "record.hidden", "record.disclosures", "inclusion.size", "inclusion.path",
        "anchor.key", "anchor.txId", "anchor.attestation", "anchor.attestation.payload", "anchor.attestation.endorsements",
    ],
)  # fmt: skip
def test_a_bundle_is_refused_without(network, trust, path):
    assert refusal(Case(network, edit=drop(path)), trust) == MALFORMED


def disclosed(*extra, instead=None):
    """The genuine disclosures with others behind them, or with some replaced (by pointer)."""

    def change(genuine):
        kept = [one for one in genuine if json.loads(one)[1] not in (instead or ())]
        return kept + [
            one if isinstance(one, str) else canonical([salt(900 + n), *one]).decode() for n, one in enumerate(extra)
        ]

    return {"disclosures": change}


@pytest.mark.parametrize(
    "extra",
    [
        ("/kind", "sensor"),
        ("/kind", "epcis"),
        ("/event", {}),
        ("/event/type", "ObjectEvent"),
        ("/event/type/deeper", 1),
        ("/event/epcList", []),
        ("/event/epcList/0", "again"),
        ("/event/epcList/00", "x"),
        ("/event/epcList/01", "x"),
        ("/event/epcList/-1", "x"),
        ("/event/epcList/-", "x"),
        ("/event/epcList/1e0", "x"),
        ("/event/epcList/name", "x"),
        ("", {}),
        ("/", 1),
        ("kind", 1),
        ("/event/a~2b", 1),
        ("/event/a~", 1),
        ("/0", 1),
        (7, 1),
        ("/other", 1),
        ("/statement", {}),
        ("/message", "x"),
        ("/" + "/".join("x" * 100), 1),
    ],
    ids=str,
)
def test_a_disclosure_is_refused_at(network, trust, extra):
    """Consistently committed: the leaf and the root on the ledger hold it, and still it is refused."""
    assert refusal(Case(network, edit=disclosed(extra)), trust) == MALFORMED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        f'["{salt(1)}","/event/x"]',
        f'["{salt(1)}","/event/x",1,2]',
        f'["{salt(1)}", "/event/x",1]',
        f'["{salt(1)}","/event/x",1.0]',
        f'["{salt(1)}","/event/x",NaN]',
        f'["{salt(1)}","/event/x",{{"b":1,"a":2}}]',
        f'["{salt(1)}","/event/x",{{"a":1,"a":2}}]',
        f'["{salt(1)}","/event/x","\\u0061"]',
        f'["{salt(1)[:-1]}","/event/x",1]',
        f'["{salt(1)}A","/event/x",1]',
        f'["{salt(1)}==","/event/x",1]',
        f'["{salt(1)[:-1]}B","/event/x",1]',
        f'["{salt(1)[:-2]}+w","/event/x",1]',
        '[null,"/event/x",1]',
        f'["{salt(1)}","/event/x",' + "[" * 70 + "]" * 70 + "]",
    ],
)
def test_a_text_that_is_no_disclosure_is_refused(network, trust, text):
    assert (
        refusal(Case(network, edit={"bundle": lambda made: made["record"]["disclosures"].append(text)}), trust)
        == MALFORMED
    )


def test_depth_counts_in_the_bundle_too(network, trust):
    deep: list = []
    for _ in range(70):
        deep = [deep]
    assert refusal(Case(network, edit=put("inclusion.path", deep)), trust) == MALFORMED


@pytest.mark.parametrize(
    "pointer",
    [
        "/kind", "/recordedBy", "/recordTime", "/event/type", "/event/eventID", "/event/eventTime", "/event/action",
        "/event/errorDeclaration",
    ],
)  # fmt: skip
def test_what_must_be_disclosed_cannot_be_hidden(network, trust, pointer):
    assert refusal(Case(network, hide=(pointer,)), trust) == ("incomplete", 1)


def test_an_error_declaration_cannot_be_hidden_by_a_finer_split(network, trust):
    case = Case(network)
    case.record["event"]["errorDeclaration"] = {
        "declarationTime": "2026-05-15T00:00:00.000Z",
        "reason": "did_not_occur",
    }
    report = check_bundle(case.file(), trust)
    assert report.verified
    assert report.record["event"]["errorDeclaration"]["reason"] == "did_not_occur"
    case.hide = ("/event/errorDeclaration",)
    assert refusal(case, trust) == ("incomplete", 1)


def test_a_record_without_its_event_is_incomplete(network, trust):
    hide = tuple(json.loads(one)[1] for one in Case(network).disclosures() if json.loads(one)[1].startswith("/event"))
    assert refusal(Case(network, hide=hide), trust) == ("incomplete", 1)


def test_a_transformation_has_no_action_but_any_other_type_has(network, trust):
    case = Case(network)
    case.record["event"] = {**case.record["event"], "type": "OtherEvent"}
    del case.record["event"]["action"]
    assert refusal(case, trust) == ("incomplete", 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("kind", "payment"), ("kind", 1), ("recordedBy", None), ("recordTime", 1), ("event", "x"), ("event", [])],
)
def test_a_record_of_another_shape_is_refused(network, trust, name, value):
    case = Case(network, edit=disclosed((f"/{name}", value), instead=_of(name)))
    assert refusal(case, trust)[0] in ("malformed", "incomplete")


def _of(name: str) -> list[str]:
    event = [f"/event/{member}" for member in Case(Network.make()).record["event"]] + [
        "/event/epcList/0",
        "/event/epcList/1",
    ]
    return event if name == "event" else [f"/{name}"]


def test_a_part_cannot_be_shown_and_hidden_at_once(network, trust):
    def clash(made):
        made["record"]["hidden"].append(digest(made["record"]["disclosures"][0]).hex())

    assert refusal(Case(network, edit={"bundle": clash}), trust) == MALFORMED


def test_a_part_cannot_be_hidden_twice_or_shown_twice(network, trust):
    def hidden_twice(made):
        made["record"]["hidden"] *= 2

    def shown_twice(made):
        made["record"]["disclosures"] *= 2

    assert refusal(Case(network, hide=("/event/bizStep",), edit={"bundle": hidden_twice}), trust) == MALFORMED
    assert refusal(Case(network, edit={"bundle": shown_twice}), trust) == MALFORMED


# step 2 shows in step 9


def test_a_record_changed_in_one_letter_leads_to_another_root(network, trust, good):
    changed = good.replace(b"shipping", b"Shipping")
    assert changed != good
    assert answer(changed, trust) == ("root-mismatch", 9)


def test_a_field_left_out_or_added_leads_to_another_root(network, trust):
    case = Case(network, edit={"bundle": lambda made: made["record"]["disclosures"].__delitem__(-1)})
    case.record["event"]["readPoint"] = {"id": "x"}
    assert refusal(case, trust) == ("root-mismatch", 9)
    extra = canonical([salt(77), "/event/lot", "x"]).decode()
    added = {"bundle": lambda made: made["record"]["disclosures"].append(extra)}
    assert refusal(Case(network, edit=added), trust) == ("root-mismatch", 9)
    hidden = {"bundle": lambda made: made["record"]["hidden"].append("ab" * 32)}
    assert refusal(Case(network, edit=hidden), trust) == ("root-mismatch", 9)


def test_another_place_in_the_tree_leads_to_another_root(network, trust):
    assert refusal(Case(network, edit=put("inclusion.index", 2)), trust) == ("root-mismatch", 9)
    assert refusal(Case(network, edit=put("inclusion.size", 8)), trust) == ("root-mismatch", 9)
    assert refusal(Case(network, edit=put("inclusion.path.0", "00" * 32)), trust) == ("root-mismatch", 9)


def test_another_batchs_anchor_does_not_prove_a_record(network, trust):
    other = Case(network, size=9).bundle()["anchor"]
    assert refusal(Case(network, edit=put("anchor", other)), trust) == ("root-mismatch", 9)


def test_a_record_of_one_kind_in_a_batch_of_another_is_refused(network, trust):
    case = Case(network, edit={"tx.batch": lambda batch: {**batch, "kind": "forecast"}})
    assert refusal(case, trust) == ("root-mismatch", 9)


def test_a_record_that_names_another_organisation_is_refused(network, trust):
    case = Case(network)
    case.record["recordedBy"] = PGLN["BoraMSP"]
    assert refusal(case, trust) == ("root-mismatch", 9)


def test_a_refused_bundle_still_says_what_it_showed_and_by_which_trust(network, trust):
    report = check_bundle(Case(network, code=11).file(), trust)
    assert report.record["kind"] == "epcis"
    assert report.recorded_by == PGLN["AlbaMSP"]
    assert report.recorded_at is None
    assert report.custodial is None
    assert report.trust_fingerprint == trust.fingerprint
    assert report.words == "Not verified. The ledger recorded this transaction as invalid."
    assert json.dumps(report.as_json())


@pytest.mark.parametrize("anchor", [{}, {"channel": "trace"}, {"attestation": base64}])
def test_a_malformed_anchor_is_refused_with_its_reason(trust, anchor):
    with pytest.raises(NotVerified) as caught:
        check_anchor(anchor, trust)
    assert caught.value.reason == "malformed"


def test_a_device_comes_with_sensor_records_only(network, trust):
    genuine = Case(network).bundle()["anchor"]
    device = put("device", {"anchor": genuine})
    assert refusal(Case(network, edit=device), trust) == MALFORMED
