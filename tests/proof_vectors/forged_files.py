"""Bundles that are malformed or incomplete, or whose record is not the ledger's: steps 1 and 2."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.proof_vectors.making import Vector
from tests.unit.verifier_network import Case, Network, digest, salt


def forged_files(network: Network) -> Iterator[Vector]:
    good = Case(network).file()

    def raw(name: str, about: str, data: bytes, reason: str = "malformed", step: int = 1) -> Vector:
        assert data != good
        return Vector(name, about, (reason, step), data)

    def edited(name: str, about: str, change: Callable[[Any], Any], reason: str = "malformed", step: int = 1) -> Vector:
        return raw(name, about, Case(network, edit={"bundle": change}).file(), reason, step)

    def committed(name: str, about: str, *texts: str) -> Vector:
        """The ledger holds the root of it, and still it is refused."""
        return raw(name, about, Case(network, edit={"disclosures": lambda genuine: [*genuine, *texts]}).file())

    yield raw("empty", "Not a byte.", b"")
    yield raw("not-utf-8", "A byte that is not UTF-8.", good.replace(b"shipping", b"shippin\xff"))
    yield raw("byte-order-mark", "A byte order mark before it.", b"\xef\xbb\xbf" + good)
    yield raw("line-end", "A line end behind it.", good + b"\n")
    yield raw(
        "member-twice", "A member named twice.", good.replace(b'"format":', b'"format":"traceapp-proof/1","format":')
    )
    yield raw("number-3.0", "3.0 for 3.", good.replace(b'"index":3', b'"index":3.0'))
    yield raw(
        "unsorted",
        "Members in another order.",
        json.dumps(dict(reversed(json.loads(good).items())), separators=(",", ":")).encode(),
    )
    yield edited("unknown-member", "A member that the format does not have.", lambda b: b.update(trust={}))
    yield edited("another-version", "A version that is not this one.", lambda b: b.update(format="traceapp-proof/2"))
    yield edited("index-of-another-tree", "No leaf 7 in a tree of 7.", lambda b: b["inclusion"].update(index=7))
    yield edited("path-too-short", "A path without its last hash.", lambda b: b["inclusion"]["path"].__delitem__(-1))
    yield edited("path-too-long", "A path with a hash too many.", lambda b: b["inclusion"]["path"].append("00" * 32))
    yield edited(
        "upper-case-hex",
        "Hex in capitals.",
        lambda b: b["inclusion"].update(path=[one.upper() for one in b["inclusion"]["path"]]),
    )
    yield edited(
        "loose-base64",
        "Base64 whose last character has loose bits.",
        lambda b: b["anchor"]["attestation"].update(proposal="AB=="),
    )
    yield edited(
        "shown-twice", "A part shown twice.", lambda b: b["record"].update(disclosures=b["record"]["disclosures"] * 2)
    )
    yield edited(
        "shown-and-hidden",
        "A part shown and hidden.",
        lambda b: b["record"]["hidden"].append(digest(b["record"]["disclosures"][0]).hex()),
    )
    yield edited(
        "device-with-an-event",
        "A device in the bundle of an event.",
        lambda b: b.update(device={"anchor": b["anchor"]}),
    )
    yield committed("pointer-begins-another", "A pointer that begins others.", f'["{salt(901)}","/event",{{}}]')
    yield committed("pointer-equals-another", "Two values at one pointer.", f'["{salt(902)}","/event/action","DELETE"]')
    yield committed("pointer-index-00", "An index that is not written 0.", f'["{salt(903)}","/event/epcList/00","x"]')
    yield committed("pointer-escape", "A wrong escape in a pointer.", f'["{salt(904)}","/event/a~2b",1]')
    yield committed("lone-surrogate", "Half a character.", f'["{salt(905)}","/event/x","\\ud800"]')
    yield committed("nested-65", "Deeper than 64.", f'["{salt(906)}","/event/x",{"[" * 64}{"]" * 64}]')
    yield committed(
        "integer-beyond-2-53", "A whole number that readers round.", f'["{salt(907)}","/event/x",9007199254740993]'
    )
    yield committed("spaced-disclosure", "A disclosure with a space.", f'["{salt(908)}", "/event/x",1]')
    yield committed("short-salt", "A salt of 15 bytes.", f'["{salt(909)[:20]}","/event/x",1]')
    for name in ("kind", "recordedBy", "recordTime"):
        yield raw(f"hidden-{name}", f"/{name} is hidden.", Case(network, hide=(f"/{name}",)).file(), "incomplete")
    for name in ("type", "eventID", "eventTime", "action", "errorDeclaration"):
        data = Case(network, hide=(f"/event/{name}",)).file()
        yield raw(f"hidden-{name}", f"/event/{name} is hidden.", data, "incomplete")
    yield raw(
        "letter-changed", "A letter of a field is another.", good.replace(b"shipping", b"Shipping"), "root-mismatch", 9
    )
    yield edited(
        "field-left-out",
        "A field is neither shown nor hidden.",
        lambda b: b["record"]["disclosures"].__delitem__(-2),
        "root-mismatch",
        9,
    )
    yield edited(
        "neighbours-changed",
        "Two hashes of the path are swapped.",
        lambda b: b["inclusion"]["path"].reverse(),
        "root-mismatch",
        9,
    )
