"""Certificates changed element by element, and signed again by the authority whose key somebody turned."""

from base64 import encodebytes
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils

from tests.unit.verifier_network import ORDER

_CONSTRUCTED = 0x20
_OCTETS = 0x04
_TIMES = [
    b"260514091205Z", b"260514091204Z", b"20260514091205Z", b"20260514091206Z", b"500101000000Z", b"491231235959Z", b"991231235960Z",
    b"99991231235959Z", b"100000101000000Z", b"00000101000000Z", b"00010101000000Z", b"2605140912Z", b"260514091205+0000", b"260230000000Z",
    b"20260514091205.5Z", b"280229000000Z", b"270229000000Z", b"19700101000000Z", b"260514240000Z", b"",
]  # fmt: skip
_NUMBERS = [
    b"\x00",
    b"\x01",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\x00\x80",
    b"\x00\x01",
    b"",
    b"\x00" + b"\xff" * 32,
    b"\x01" + bytes(32),
    b"\xff\x7f",
]
_OIDS = [
    "2a03040506",
    "551d1e",
    "551d13",
    "551d0f",
    "551d25",
    "551d11",
    "551d0e",
    "2b81040022",
    "808080",
    "2a80",
    "55040b",
    "2a864886f70d010105",
]
_TAGS = [
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x0C,
    0x13,
    0x14,
    0x16,
    0x17,
    0x18,
    0x1E,
    0x30,
    0x31,
    0x80,
    0xA0,
    0xA3,
    0x1F,
    0xBF,
]


@dataclass
class Node:
    """One element. `length` says how its length is written: as it should be, one byte longer, or without end."""

    tag: int
    content: bytes = b""
    children: list["Node"] = field(default_factory=list)
    length: str = "der"

    def encoded(self) -> bytes:
        content = b"".join(one.encoded() for one in self.children) if self.children else self.content
        if self.length == "endless":
            return bytes([self.tag, 0x80]) + content + b"\0\0"
        size = len(content)
        if size < 0x80 and self.length == "der":
            return bytes([self.tag, size]) + content
        digits = size.to_bytes(max(1, (size.bit_length() + 7) // 8) + (self.length == "zero"))
        return bytes([self.tag, 0x80 | len(digits)]) + digits + content

    def all(self) -> list["Node"]:
        return [self, *(one for child in self.children for one in child.all())]


def parsed(data: bytes) -> list[Node]:
    """The elements of genuine DER, octet strings that hold more of it opened as well."""
    found, at = [], 0
    while at < len(data):
        size, start = data[at + 1], at + 2
        if size >= 0x80:
            start += size - 0x80
            size = int.from_bytes(data[at + 2 : start])
        node = Node(data[at], data[start : start + size])
        at = start + size
        if at > len(data):
            raise IndexError
        if node.tag & _CONSTRUCTED or node.tag == _OCTETS:
            try:
                node.children = parsed(node.content)
            except IndexError:
                node.children = []
        found.append(node)
    return found


def certificate(random: Random, genuine: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """PEM of a certificate like `genuine` (DER), changed in places and signed again with an authority's key."""
    (whole,) = parsed(genuine)
    body = whole.children[0]
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        random.choice(_WAYS)(random, body)
    sealed(whole, key)
    if random.random() < 0.1:
        signature = whole.children[2]
        signature.content = b"\0" + _another_form(random, signature.content[1:])
    if random.random() < 0.05:
        random.choice(_WAYS)(random, whole)
    return _pem(random, whole.encoded())


def sealed(whole: Node, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The certificate signed again over its body as it is."""
    signature = key.sign(whole.children[0].encoded(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    whole.children[2] = Node(0x03, b"\0" + signature)
    return whole.encoded()


def pem_of(data: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(data) + b"-----END CERTIFICATE-----\n"


def _another_form(random: Random, signature: bytes) -> bytes:
    r, s = utils.decode_dss_signature(signature)
    return random.choice(
        [utils.encode_dss_signature(r, ORDER - s), signature + b"\0", b"\x30\x81" + signature[1:], signature[:-1], b""]
    )


def _pem(random: Random, data: bytes) -> bytes:
    text = pem_of(data)
    if random.random() < 0.1:
        text = random.choice(
            [text.replace(b"\n", b"\r\n"), text.rstrip(b"\n"), text + b"\n", b"\n" + text, text.replace(b"\n", b""),
             text.replace(b"=", b""), text.replace(b"-----END", b"=-----END"), text.replace(b"\n", b"\r"), text + text]
        )  # fmt: skip
    return text


def _some(random: Random, body: Node) -> Node:
    return random.choice(body.all())


def _parent(random: Random, body: Node) -> Node:
    return random.choice([one for one in body.all() if one.children] or [body])


def _doubled(random: Random, body: Node) -> None:
    parent = _parent(random, body)
    if not parent.children:
        return
    parent.children.insert(random.randrange(len(parent.children) + 1), random.choice(parent.children))


def _removed(random: Random, body: Node) -> None:
    parent = _parent(random, body)
    if len(parent.children) > 1:
        del parent.children[random.randrange(len(parent.children))]


def _shuffled(random: Random, body: Node) -> None:
    random.shuffle(_parent(random, body).children)


def _tagged(random: Random, body: Node) -> None:
    _some(random, body).tag = random.choice(_TAGS)


def _lengthened(random: Random, body: Node) -> None:
    _some(random, body).length = random.choice(["long", "zero", "endless"])


def _filled(random: Random, body: Node) -> None:
    """Another content, of the same kind where it matters."""
    node = _some(random, body)
    node.children = []
    node.content = {
        0x01: random.choice([b"\xff", b"\0", b"\x01", b"", b"\xff\xff"]),
        0x02: random.choice(_NUMBERS),
        0x03: random.choice(
            [
                b"",
                b"\0",
                b"\x07\x80",
                b"\x01\x06",
                b"\x02\x04",
                b"\0\x04",
                b"\x05\xa0",
                b"\x08\x01",
                b"\0\0",
                b"\x03\x05\x00",
            ]
        ),
        0x06: bytes.fromhex(random.choice(_OIDS)),
        0x17: random.choice(_TIMES),
        0x18: random.choice(_TIMES),
    }.get(
        node.tag,
        random.choice([b"", b"\0", b"\xff", b"peer", b"client", b"\x30\x00", b"\x01\x01\xff", node.content[::-1]]),
    )


def _timed(random: Random, body: Node) -> None:
    times = [one for one in body.all() if one.tag in (0x17, 0x18)]
    if times:
        one = random.choice(times)
        one.tag, one.content = random.choice([0x17, 0x18]), random.choice(_TIMES)


def _keyed(random: Random, body: Node) -> None:
    """Another key: its kind, its curve, its point in short, or a point that is none."""
    place = next(
        (
            at
            for at, one in enumerate(body.children)
            if one.tag == 0x30 and len(one.children) == 2 and one.children[1].tag == 0x03
        ),
        None,
    )
    if place is None:
        return
    point = body.children[place].children[1]
    public = point.content[1:]
    if len(public) == 65 and random.random() < 0.6:
        short = bytes([2 + public[-1] % 2]) + public[1:33]
        point.content = b"\0" + random.choice(
            [short, public[:-1] + bytes([public[-1] ^ 1]), b"\0", b"\x06" + public[1:], public + b"\0"]
        )
        return
    data = random.choice(_keys()).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    body.children[place] = parsed(data)[0]


def _keys() -> list[Any]:
    if not _MADE:
        curves = (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1())
        _MADE.extend(ec.derive_private_key(7, curve).public_key() for curve in curves)
        _MADE.append(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())
        _MADE.append(rsa.RSAPublicNumbers(65537, (1 << 2048) - 159).public_key())
    return _MADE


_MADE: list[Any] = []


def _extended(random: Random, body: Node) -> None:
    """One more extension, critical or not."""
    outer = next((one for one in body.children if one.tag == 0xA3 and one.children), None)
    if outer is None:
        return
    parts = [Node(0x06, bytes.fromhex(random.choice(_OIDS)))]
    if random.random() < 0.5:
        parts.append(Node(0x01, random.choice([b"\xff", b"\0", b"\x01"])))
    parts.append(
        Node(
            0x04,
            random.choice(
                [
                    b"",
                    b"\x30\x00",
                    b"\x30\x03\x01\x01\xff",
                    b"\x03\x02\x05\xa0",
                    b"\x03\x02\x02\x04",
                    b"null",
                    b'{"attrs":null}',
                ]
            ),
        )
    )
    outer.children[0].children.append(Node(0x30, b"", parts))


_WAYS: list[Callable[[Random, Node], None]] = [
    _doubled, _removed, _shuffled, _tagged, _lengthened, _filled, _filled, _filled, _timed, _keyed, _extended, _extended,
]  # fmt: skip
