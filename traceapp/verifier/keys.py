"""Public keys as certificates carry them, and whether one of them made a certificate's signature.

A SubjectPublicKeyInfo is taken in one form only: an EC point written out in full on a named curve, or RSA with exponent
65537. So its bytes are the key, and two keys are the same exactly if their bytes are.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from traceapp.verifier import der
from traceapp.verifier.der import DerError, elements, exactly, expect, natural, only

_EC: Final = "1.2.840.10045.2.1"
_RSA: Final = "1.2.840.113549.1.1.1"
_CURVES: Final[dict[str, tuple[ec.EllipticCurve, int]]] = {
    "1.2.840.10045.3.1.7": (ec.SECP256R1(), 32),
    "1.3.132.0.34": (ec.SECP384R1(), 48),
    "1.3.132.0.35": (ec.SECP521R1(), 66),
}
_SIGNATURES: Final[dict[str, tuple[str, hashes.HashAlgorithm]]] = {
    "1.2.840.10045.4.3.2": (_EC, hashes.SHA256()),
    "1.2.840.10045.4.3.3": (_EC, hashes.SHA384()),
    "1.2.840.10045.4.3.4": (_EC, hashes.SHA512()),
    "1.2.840.113549.1.1.11": (_RSA, hashes.SHA256()),
    "1.2.840.113549.1.1.12": (_RSA, hashes.SHA384()),
    "1.2.840.113549.1.1.13": (_RSA, hashes.SHA512()),
}
_MODULUS: Final = range(2048, 8193)  # bits
_EXPONENT: Final = 65537


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A SubjectPublicKeyInfo: `spki` is all of it, `curve` only an EC key's, `content` the point or the numbers."""

    kind: str
    curve: ec.EllipticCurve | None
    size: int
    content: bytes
    spki: bytes

    def load(self) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
        """The key itself; DerError for what is none, such as a point beside its curve."""
        try:
            if self.curve is not None:
                return ec.EllipticCurvePublicKey.from_encoded_point(self.curve, self.content)
            modulus, exponent = _rsa_numbers(self.content)
            return rsa.RSAPublicNumbers(exponent, modulus).public_key()
        except DerError:
            raise
        except ValueError as error:
            raise DerError("the certificate's key is not readable") from error


def key_info(spki: bytes) -> KeyInfo:
    """Read a SubjectPublicKeyInfo; DerError for one of another kind or form."""
    algorithm, key = exactly(only(spki, der.SEQUENCE, "key"), 2, "a key")
    name, parameters = exactly(expect(algorithm, der.SEQUENCE, "algorithm of a key"), 2, "an algorithm of a key")
    content = der.bits(expect(key, der.BITS, "key's bits"))
    kind = der.oid(expect(name, der.OID, "algorithm's name"))
    if kind == _EC:
        curve, size = _CURVES.get(der.oid(expect(parameters, der.OID, "named curve")), (None, 0))
        if curve is None or len(content) != 2 * size + 1 or content[0] != 0x04:
            raise DerError("a key on an unknown curve, or a point not written in full")
        return KeyInfo(kind, curve, size, content, spki)
    if kind != _RSA or expect(parameters, der.NULL, "empty parameters"):
        raise DerError("a key of an unknown kind")
    _rsa_numbers(content)
    return KeyInfo(kind, None, 0, content, spki)


def _rsa_numbers(content: bytes) -> tuple[int, int]:
    pair = exactly(only(content, der.SEQUENCE, "RSA key"), 2, "an RSA key")
    modulus, exponent = (natural(expect(one, der.INTEGER, "number of an RSA key")) for one in pair)
    if modulus.bit_length() not in _MODULUS or exponent != _EXPONENT:
        raise DerError("an RSA key of 2048 to 8192 bits with exponent 65537 is expected")
    return modulus, exponent


def signed_by(key: KeyInfo, algorithm: bytes, signature: bytes, body: bytes) -> bool:
    """Whether an authority's key made `signature` over `body`; `algorithm`: the content of its AlgorithmIdentifier."""
    try:
        name, *parameters = elements(algorithm)
        kind, hashed = _SIGNATURES.get(der.oid(expect(name, der.OID, "signature algorithm")), ("", None))
        if kind != key.kind or hashed is None or not _fits(kind, parameters):
            return False
        public = key.load()
        if isinstance(public, ec.EllipticCurvePublicKey):
            _check_form(signature)
            public.verify(signature, body, ec.ECDSA(hashed))
        else:
            public.verify(signature, body, padding.PKCS1v15(), hashed)
    except (DerError, InvalidSignature, ValueError):
        return False
    return True


def _fits(kind: str, parameters: list[der.Element]) -> bool:
    if kind == _EC:
        return not parameters
    return [one.whole for one in parameters] == [b"\x05\x00"]


def _check_form(signature: bytes) -> None:
    pair = exactly(only(signature, der.SEQUENCE, "signature"), 2, "two numbers of a signature")
    for one in pair:
        natural(expect(one, der.INTEGER, "number in a signature"))
