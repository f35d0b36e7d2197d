"""Cases at the edges of the format, where careless readers differ: certificates, times, numbers, trees, the wire."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.proof_vectors.der_mutations import Node, parsed, pem_of, sealed
from tests.proof_vectors.making import OK, Odd, Vector
from tests.proof_vectors.wire_mutations import fields, varint
from tests.unit.verifier_network import ASKED_AT, TX_TIME, Authority, Case, Identity, Network, doubled, salt

LARGEST = 2**31 - 1


def reissued(authority: Authority, change: Callable[[Node], None], *units: str) -> Odd:
    """A member whose certificate's body was changed before the authority signed it."""
    issued = authority.issue(*(units or ("peer",)))
    (whole,) = parsed(issued.certificate.public_bytes(serialization.Encoding.DER))
    change(whole.children[0])
    return Odd(issued.msp_id, issued.key, issued.certificate, pem_of(sealed(whole, authority.key)))


def edges(network: Network, middle: Authority) -> Iterator[Vector]:
    yield from _certificates(network, middle)
    yield from _times(network)
    yield from _trees(network)
    yield from _numbers(network)
    yield from _wire(network)


def _certificates(network: Network, middle: Authority) -> Iterator[Vector]:
    alba = network.authorities["AlbaMSP"]

    def attested(name: str, about: str, first: Identity, expected: tuple[str, int] = ("untrusted-signer", 4)) -> Vector:
        return Vector(name, about, expected, Case(network, attesters=[first, network.peers["CedroMSP"]]).file())

    def odd(name: str, about: str, change: Callable[[Node], None]) -> Vector:
        return attested(f"certificate-{name}", about, reissued(alba, change))

    def extended(name: str, about: str, extension: Any, critical: bool, *expected: Any) -> Vector:
        return attested(f"certificate-{name}", about, alba.issue("peer", extensions=[(extension, critical)]), *expected)

    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5.6"), b"\x05\x00")
    names = x509.NameConstraints([x509.DNSName("example.org")], None)
    yield extended("critical-extension", "A critical extension that nobody understands.", unknown, True)
    yield extended("other-extension", "An unknown extension that is not critical.", unknown, False, OK)
    yield extended("name-constraints", "Critical name constraints.", names, True)
    yield extended("may-not-sign", "A key for agreement only.", _usage(key_agreement=True), True)
    yield extended("may-sign", "A key that may sign.", _usage(digital_signature=True), True, OK)
    yield odd("negative-serial", "A serial number below zero.", lambda body: _set(body.children[1], b"\x80"))
    yield odd(
        "padded-serial", "A serial number that is longer than it needs.", lambda b: _set(b.children[1], b"\0\x01")
    )
    yield odd(
        "long-length",
        "A length not in its shortest form: BER.",
        lambda body: setattr(body.children[1], "length", "long"),
    )
    yield odd(
        "endless-length", "A part without a length: BER.", lambda body: setattr(body.children[5], "length", "endless")
    )
    yield odd("leap-second", "It ends with second 60.", lambda body: _until(body, b"270630235960Z"))
    yield odd("beyond-9999", "It ends in the year 10000.", lambda body: _until(body, b"100000101000000Z", 0x18))
    yield odd("without-seconds", "A time without seconds.", lambda body: _until(body, b"2706302359Z"))
    yield odd("extension-twice", "An extension twice.", _constraints_twice)
    yield odd("critical-false", "False written where it is the default.", _critical_false)
    yield odd("short-point", "The key's point in its short form.", _short_point)
    yield odd("version-1", "Extensions in version 1.", lambda body: body.children.pop(0))
    yield attested("certificate-bare", "No extensions.", reissued(alba, lambda body: body.children.pop(7)), OK)
    yield attested("certificate-bare-version-1", "Version 1.", reissued(alba, _version_1), OK)
    yield odd("unit-of-old-kind", "The unit in T61 text.", _old_text)
    yield attested("certificate-unit-twice", "The unit of its role twice.", alba.issue("peer", "peer"), OK)
    below = [middle.issue("peer", msp_id="AlbaMSP"), network.peers["CedroMSP"]]
    data = Case(network, attesters=below).file()
    yield Vector(
        "below-a-last-intermediate",
        "A peer below an authority that allows none below it.",
        OK,
        data,
        "trust-with-intermediate",
    )


def _version_1(body: Node) -> None:
    del body.children[7], body.children[0]


def _set(node: Node, content: bytes) -> None:
    node.content = content


def _until(body: Node, text: bytes, tag: int = 0x17) -> None:
    last = body.children[4].children[1]
    last.tag, last.content = tag, text


def _extensions(body: Node) -> Node:
    return body.children[7].children[0]


def _constraints_twice(body: Node) -> None:
    _extensions(body).children.append(_extensions(body).children[0])


def _critical_false(body: Node) -> None:
    extension = next(one for one in _extensions(body).children if len(one.children) == 3)
    extension.children[1].content = b"\0"


def _short_point(body: Node) -> None:
    point = body.children[6].children[1]
    point.content = b"\0" + bytes([2 + point.content[-1] % 2]) + point.content[2:34]


def _old_text(body: Node) -> None:
    body.children[5].children[1].children[0].children[1].tag = 0x14


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{**dict.fromkeys(names, False), **allowed})


def _times(network: Network) -> Iterator[Vector]:
    alba, second = network.authorities["AlbaMSP"], timedelta(seconds=1)

    def asked(name: str, about: str, expected: tuple[str, int], **parts: Any) -> Vector:
        moment = parts.pop("at", ASKED_AT)
        first = alba.issue("peer", **parts)
        return Vector(
            name, about, expected, Case(network, attesters=[first, network.peers["CedroMSP"]], asked_at=moment).file()
        )

    late = ("untrusted-signer", 4)
    yield asked("time-first-second", "Asked in the first second of a certificate.", OK, start=ASKED_AT)
    yield asked("time-last-second", "Asked in the last second of a certificate.", OK, end=ASKED_AT)
    yield asked("time-a-second-early", "Asked a second before a certificate begins.", late, start=ASKED_AT + second)
    yield asked("time-a-second-late", "Asked a second after a certificate ended.", late, end=ASKED_AT - second)
    moment = ASKED_AT + timedelta(microseconds=1)
    yield asked(
        "time-a-microsecond-late", "Asked a microsecond after a certificate ended.", late, end=ASKED_AT, at=moment
    )

    def stamped(name: str, about: str, seconds: int, nanos: int = 0) -> Vector:
        def edit(message: Any) -> None:
            message.timestamp.seconds, message.timestamp.nanos = seconds, nanos

        return Vector(name, about, ("attestation-mismatch", 3), Case(network, edit={"ask.channel_header": edit}).file())

    end = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()) + 1
    yield stamped("time-beyond-9999", "Asked in the year 10000.", end)
    yield stamped("time-before-1970", "Asked before 1970.", -1)
    yield stamped("time-a-billion-nanoseconds", "A second's worth of nanoseconds.", 1778749925, 10**9)
    yield stamped("time-negative-nanoseconds", "Nanoseconds below zero.", 1778749925, -1)

    client = network.clients["BoraMSP"]
    sent = {"client": client, "edit": {"tx.batch": lambda b: {**b, "mspId": "BoraMSP"}}}
    revoked = ("transaction-mismatch", 7)
    data = Case(network, **sent, tx_time=TX_TIME).file()
    yield Vector(
        "time-revoked-since-then",
        "The client's certificate is revoked since that very moment.",
        revoked,
        data,
        "trust-with-revoked-client",
    )
    data = Case(network, **sent, tx_time=TX_TIME - timedelta(microseconds=1)).file()
    yield Vector(
        "time-revoked-since-after",
        "The client's certificate is revoked a microsecond later.",
        OK,
        data,
        "trust-with-revoked-client",
    )


def _trees(network: Network) -> Iterator[Vector]:
    def placed(name: str, about: str, index: int, size: int, height: int, *expected: Any) -> Vector:
        """At a place of a tree too large to make: its path is made up, its root follows."""
        hashes = [hashlib.sha256(b"beside %d" % level).digest() for level in range(height)]
        case = Case(network, edit={})

        def batch(value: dict[str, Any]) -> dict[str, Any]:
            root = folded(case.leaves()[case.index], index, size, hashes)
            return {**value, "size": size, "root": root.hex()}

        def bundle(made: dict[str, Any]) -> None:
            made["inclusion"] = {"index": index, "size": size, "path": [one.hex() for one in hashes]}

        case.edit.update({"tx.batch": batch, "bundle": bundle})
        return Vector(name, about, *(expected or [OK]), case.file())

    malformed = ("malformed", 1)
    yield placed("tree-of-the-largest-size", "The last leaf of the largest tree.", LARGEST - 1, LARGEST, 30)
    yield placed("tree-first-of-the-largest", "The first leaf of the largest tree.", 0, LARGEST, 31)
    yield placed("tree-beyond-the-largest", "A size of 2^31.", 0, LARGEST + 1, 31, malformed)
    yield placed("tree-last-of-a-power-and-one", "The last of 1025: its path is one hash.", 1024, 1025, 1)
    yield placed("tree-odd-path-too-long", "The last of 1025 with a path of eleven.", 1024, 1025, 11, malformed)
    yield placed("tree-of-none", "A tree of none.", 0, 0, 0, malformed)
    yield placed("tree-index-below-zero", "An index below zero.", -1, 7, 3, malformed)


def folded(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.3.2; whatever a path of the wrong length gives."""
    hash_, last = leaf, size - 1
    for beside in path:
        if index & 1 or index == last:
            hash_ = hashlib.sha256(b"\x01" + beside + hash_).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            hash_ = hashlib.sha256(b"\x01" + hash_ + beside).digest()
        index, last = index >> 1, last >> 1
    return hash_


def _numbers(network: Network) -> Iterator[Vector]:
    def valued(name: str, about: str, value: str, *expected: Any) -> Vector:
        text = f'["{salt(950)}","/event/ex:value",{value}]'
        case = Case(network, edit={"disclosures": lambda genuine: [*genuine, text]})
        return Vector(f"value-{name}", about, *(expected or [("malformed", 1)]), case.file())

    yield valued("minus-zero", "Minus zero.", "-0")
    yield valued("1e400", "A number beyond all doubles.", "1e400")
    yield valued("huge-integer", "A whole number of a thousand digits.", "9" * 1000)
    yield valued("capital-exponent", "An exponent in capitals.", "1E-7")
    yield valued("more-digits", "More digits than a double keeps.", "0.1000000000000000055511151231257827")
    yield valued("escaped-letter", "A letter that needs no escape.", '"\\u0041"')
    yield valued("escaped-solidus", "A solidus that needs no escape.", '"\\/"')
    yield valued("capital-escape", "An escape in capitals.", '"\\u001F"')
    yield valued("unsorted-by-code-unit", "Members sorted by code point.", '{"\ufb33":2,"\U0001f600":1}')
    yield valued("smallest", "The smallest double.", "5e-324", OK)
    yield valued("largest-integer", "The largest whole number.", "-9007199254740991", OK)
    yield valued("nested-64", "As deep as it may be.", "[" * 63 + "]" * 63, OK)
    yield valued("unassigned", "Characters that are none, in Unicode's sense.", '"\ufffe\U0010ffff"', OK)


def _wire(network: Network) -> Iterator[Vector]:
    def asked(name: str, about: str, stage: str, change: Callable[[bytes], bytes], *expected: Any) -> Vector:
        def edit(value: Any) -> bytes:
            return change(value if isinstance(value, bytes) else value.SerializeToString())

        step = ("attestation-mismatch", 3) if stage.startswith("ask") else ("transaction-mismatch", 7)
        return Vector(f"wire-{name}", about, *(expected or [step]), Case(network, edit={stage: edit}).file())

    yield asked(
        "group", "A group, that the message does not have.", "ask.channel_header", lambda m: m + b"\x4b\x08\x01\x4c"
    )
    yield asked("fixed-64", "A field of eight fixed bytes.", "tx.channel_header", lambda m: m + b"\x49" + bytes(8))
    yield asked("overlong-tag", "A tag longer than it needs.", "ask.channel_header", lambda m: b"\x88\x00" + m[1:])
    yield asked(
        "overlong-number", "A number longer than it needs.", "tx.channel_header", lambda m: m[:1] + b"\x83\x00" + m[2:]
    )
    yield asked("field-zero", "Field number zero.", "tx.envelope", lambda m: m + b"\x02\x00")
    yield asked("creator-twice", "The creator's organisation twice, the same.", "tx.creator", doubled)
    yield asked(
        "length-beyond",
        "A length beyond the end.",
        "tx.action_payload",
        lambda m: m[:1] + b"\xff\xff\xff\xff\x07" + m[2:],
    )
    yield asked(
        "length-negative", "A length of 2^64 - 1.", "ask.processed", lambda m: m[:1] + b"\xff" * 9 + b"\x01" + m[2:]
    )
    yield asked(
        "fields-in-another-order", "Fields in another order, and signed so.", "tx.signature_header", _turned, OK
    )


def _turned(message: bytes) -> bytes:
    return b"".join(varint(tag) + rest for tag, rest in reversed(fields(message)))
