"""Certificates of signers and of the authorities that issue them, by the rules of a Fabric MSP with node OUs."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from traceapp.commitments.canonical import StrictJsonError, parse_strict
from traceapp.verifier.times import from_datetime

ATTRIBUTES: Final = x509.ObjectIdentifier("1.2.3.4.5.6.7.8.1")
_PEM: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----(?:\r?\n)?", re.ASCII
)
_UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_HASHES: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_UNDERSTOOD: Final = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName)

Window = tuple[int, int]  # first and last nanosecond at which a certificate and all above it are valid


class CertificateError(ValueError):
    """The certificate is unreadable or does not do what is asked of it; the message says why."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that may issue others, with the windows in which its own chain to a root is valid."""

    certificate: x509.Certificate
    windows: tuple[Window, ...]
    depth: int | None  # how many authorities may stand below it; None for no limit

    @property
    def key(self) -> bytes:
        """The public key's SubjectPublicKeyInfo."""
        return public_bytes(self.certificate)


@dataclass(frozen=True, slots=True)
class Signer:
    """A member of an organisation, as its certificate says. Validity at a time and revocation are asked apart."""

    msp_id: str
    roles: frozenset[str]
    key: ec.EllipticCurvePublicKey
    serial: int
    fingerprint: bytes
    windows: tuple[Window, ...]
    attributes: Mapping[str, str]

    def has_role(self, *accepted: str) -> bool:
        """Whether it has one role only, and that is among `accepted`."""
        return len(self.roles) == 1 and self.roles <= set(accepted)

    def valid_at(self, nanoseconds: int) -> bool:
        return any(first <= nanoseconds <= last for first, last in self.windows)


def load_pem(pem: bytes) -> x509.Certificate:
    """One certificate in PEM and nothing besides it."""
    match = _PEM.fullmatch(pem)
    if not match:
        raise CertificateError("not one PEM certificate")
    try:
        der = base64.b64decode(match[1].replace(b"\r", b"").replace(b"\n", b""), validate=True)
        return x509.load_der_x509_certificate(der)
    except (binascii.Error, *_UNREADABLE) as error:
        raise CertificateError("not a readable certificate") from error


def authorities(roots: Iterable[bytes], intermediates: Iterable[bytes]) -> tuple[Authority, ...]:
    """The certification tree of one organisation from its PEM certificates; each must lead to a root."""
    found = [_authority(load_pem(pem), None) for pem in roots]
    waiting = [load_pem(pem) for pem in intermediates]
    while waiting:
        ready = [(one, _issuers(one, found)) for one in waiting]
        placed = [one for one, above in ready if above]
        if not placed:
            raise CertificateError("an intermediate certificate does not lead to a root")
        found += [_authority(one, above) for one, above in ready if above]
        waiting = [one for one in waiting if one not in placed]
    return tuple(found)


def signer(msp_id: str, pem: bytes, issuing: Sequence[Authority], node_ous: Mapping[str, str]) -> Signer:
    """Read a member's certificate and chain it to one of `issuing`; CertificateError where that fails."""
    certificate = load_pem(pem)
    windows = _windows(certificate, _issuers(certificate, issuing))
    if not windows:
        raise CertificateError(f"the certificate was not issued by {msp_id}")
    try:
        key = certificate.public_key()
        units = {
            unit.value for unit in certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATIONAL_UNIT_NAME)
        }
        attributes = _attributes(_checked_extensions(certificate, authority=False))
    except CertificateError:
        raise
    except _UNREADABLE as error:
        raise CertificateError("not a readable certificate") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CertificateError("the certificate's key is not on P-256")
    return Signer(
        msp_id=msp_id,
        roles=frozenset(role for role, unit in node_ous.items() if unit in units),
        key=key,
        serial=certificate.serial_number,
        fingerprint=certificate.fingerprint(hashes.SHA256()),
        windows=windows,
        attributes=attributes,
    )


def public_bytes(certificate: x509.Certificate) -> bytes:
    try:
        return certificate.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    except _UNREADABLE as error:
        raise CertificateError("the certificate's key is not readable") from error


def _authority(certificate: x509.Certificate, above: Sequence[Authority] | None) -> Authority:
    try:
        constraints = _checked_extensions(certificate, authority=True).get_extension_for_class(x509.BasicConstraints)
    except CertificateError:
        raise
    except (x509.ExtensionNotFound, *_UNREADABLE) as error:
        raise CertificateError("not a readable certificate of an authority") from error
    if above is None and not _issued(certificate, certificate):
        raise CertificateError("a root certificate is not signed by itself")
    limits = [one.depth - 1 for one in above or () if one.depth is not None]
    own = constraints.value.path_length
    windows = (_window(certificate),) if above is None else _windows(certificate, above)
    depth = min([*limits, *([] if own is None else [own])], default=None)
    if depth is not None and depth < 0:
        raise CertificateError("more authorities stand below one another than their certificates allow")
    return Authority(certificate, windows, depth)


def _issuers(certificate: x509.Certificate, candidates: Iterable[Authority]) -> list[Authority]:
    return [one for one in candidates if _issued(certificate, one.certificate)]


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        if not isinstance(certificate.signature_hash_algorithm, _HASHES):
            return False
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True


def _window(certificate: x509.Certificate) -> Window:
    return from_datetime(certificate.not_valid_before_utc), from_datetime(certificate.not_valid_after_utc)


def _windows(certificate: x509.Certificate, above: Iterable[Authority]) -> tuple[Window, ...]:
    first, last = _window(certificate)
    return tuple((max(first, start), min(last, end)) for one in above for start, end in one.windows)


def _checked_extensions(certificate: x509.Certificate, *, authority: bool) -> x509.Extensions:
    extensions = certificate.extensions
    is_authority, may_issue = False, True
    for extension in extensions:
        if extension.critical and not isinstance(extension.value, _UNDERSTOOD):
            raise CertificateError("the certificate has a critical extension that is not understood")
        if isinstance(extension.value, x509.BasicConstraints):
            is_authority = extension.value.ca
        if isinstance(extension.value, x509.KeyUsage):
            may_issue = extension.value.key_cert_sign
    if is_authority != authority:
        raise CertificateError(
            "the certificate is not an authority's" if authority else "a certificate authority signed"
        )
    if authority and not may_issue:
        raise CertificateError("the authority's certificate may not sign certificates")
    return extensions


def _attributes(extensions: x509.Extensions) -> dict[str, str]:
    for extension in extensions:
        if extension.oid == ATTRIBUTES and isinstance(extension.value, x509.UnrecognizedExtension):
            return _parse_attributes(extension.value.value)
    return {}


def _parse_attributes(data: bytes) -> dict[str, str]:
    try:
        value = parse_strict(data)
    except StrictJsonError:
        return {}
    named = value.get("attrs") if isinstance(value, dict) else None
    return {k: v for k, v in named.items() if isinstance(v, str)} if isinstance(named, dict) else {}
