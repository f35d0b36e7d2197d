"""Good bundles."""

from collections.abc import Iterator
from typing import Any

from tests.proof_vectors.making import OK, Vector
from tests.unit.verifier_network import EVENT, PGLN, Authority, Case, Network, salt


def good_ones(network: Network, middle: Authority) -> Iterator[Vector]:
    def good(name: str, about: str, trust: str = "trust", **parts: Any) -> Vector:
        return Vector(name, about, OK, Case(network, **parts).file(), trust)

    yield good("whole", "An event with all of its fields.")
    hide = ("/event/bizStep", "/event/epcList/0")
    yield good("partly-hidden", "Two parts are hidden, one of them the first element of a list: a gap.", hide=hide)
    yield good("alone", "A batch of one: the leaf is the root, the path is empty.", index=0, size=1)
    yield good("last-of-seven", "The last leaf of an odd tree moves up unchanged on the way.", index=6, size=7)
    yield good("of-a-thousand", "A path of ten.", index=999, size=1000)
    transformed = {k: v for k, v in EVENT.items() if k not in ("action", "epcList")}
    transformed |= {"type": "TransformationEvent", "inputEPCList": ["urn:a"], "outputEPCList": ["urn:b"]}
    yield good(
        "transformation", "A TransformationEvent has no action to show.", record=_record("epcis", event=transformed)
    )
    declared = {"declarationTime": "2026-05-15T00:00:00.000Z", "reason": "did_not_occur"}
    wrong = {**EVENT, "errorDeclaration": declared}
    yield good("declared-wrong", "An event that was declared wrong.", record=_record("epcis", event=wrong))
    yield good(
        "device-message",
        "A device's message; its own key is not checked.",
        record=_record("sensor", message="e30.e30.AA"),
    )
    yield good("forecast", "A forecast's statement.", record=_record("forecast", statement={"model": "m", "rows": 12}))
    yield good(
        "unusual-values",
        "Names and numbers where RFC 8785 and other sorted JSON differ.",
        edit={"disclosures": _unusual},
    )
    yield good(
        "three-attest", "All three organisations attest.", "trust-with-three", attesters=list(network.peers.values())
    )
    below = [middle.issue("peer"), network.peers["CedroMSP"]]
    yield good(
        "below-an-intermediate",
        "A peer's certificate under an intermediate one.",
        "trust-with-intermediate",
        attesters=below,
    )
    client = network.authorities["AlbaMSP"].issue("admin", attributes={"custodial": "true"})
    yield good("custodial", "The client is an admin whose key an operator keeps.", client=client)


def _record(kind: str, **body: Any) -> dict[str, Any]:
    return {"kind": kind, "recordedBy": PGLN["AlbaMSP"], "recordTime": "2026-05-14T09:11:00.000Z", **body}


def _unusual(genuine: list[str]) -> list[str]:
    values = (
        '{"a":[],"\u20ac":{},"\U0001f600":1,"\ufb33":2}',  # by UTF-16 code units the emoji comes before U+FB33
        "[0.1,1e-7,1000000000000000,9007199254740991,-1.5,0.000001,123456789012.5]",
        '"\\u0000\\u001f \u007f \\"\\\\ \u2028 /"',
    )
    texts = [f'["{salt(800 + n)}","/event/ex:{n}",{value}]' for n, value in enumerate(values)]
    return [
        *genuine,
        *texts,
        f'["{salt(810)}","/event/__proto__",{{"constructor":true}}]',
        f'["{salt(811)}","/event/a~1b~0c",null]',
    ]
