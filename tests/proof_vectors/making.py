"""What a vector is, and how it is made so that the same bytes come out each time."""

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fabric_protos.msp import identities_pb2

from tests.unit.verifier_network import ORDER, Identity, low_s

OK = ("", 0)


@dataclass(frozen=True)
class Vector:
    """One bundle, the trust file to check it with, and the answer: reason and step, or `OK`."""

    name: str
    about: str
    expected: tuple[str, int]
    bundle: bytes
    trust: str = "trust"

    @property
    def file(self) -> str:
        return f"{'good' if self.expected == OK else 'forged'}/{self.name}.json"


@dataclass
class Odd(Identity):
    """A member whose certificate is whatever it is."""

    pem: bytes = b""

    @property
    def serialized(self) -> bytes:
        return identities_pb2.SerializedIdentity(mspid=self.msp_id, id_bytes=self.pem).SerializeToString()


@contextmanager
def nothing_drawn() -> Iterator[None]:
    """Every key and serial number is derived from how many came before; signatures are RFC 6979's."""
    keys, serials = itertools.count(1), itertools.count(1)
    build = x509.CertificateBuilder.sign

    def key(curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
        seed = hashlib.sha256(f"traceapp proof vectors, key {next(keys)}".encode()).digest()
        return ec.derive_private_key(int.from_bytes(seed) % (ORDER - 1) + 1, curve)

    def sign(self: Identity, message: bytes) -> bytes:
        made = self.key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        return low_s(made) if isinstance(self.key.curve, ec.SECP256R1) else made

    with (
        patch.object(ec, "generate_private_key", key),
        patch.object(x509, "random_serial_number", lambda: 0x7A00000000 + next(serials)),
        patch.object(Identity, "sign", sign),
        patch.object(x509.CertificateBuilder, "sign", lambda *a: build(*a, ecdsa_deterministic=True)),
    ):
        yield
