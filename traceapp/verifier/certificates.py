"""Certificates of signers and of the authorities that issue them, by the rules of a Fabric MSP with node OUs."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from traceapp.commitments.canonical import StrictJsonError, parse_strict
from traceapp.verifier.der import DerError
from traceapp.verifier.keys import signed_by
from traceapp.verifier.x509 import ATTRIBUTES, Certificate, CertificateError, Powers, load_pem, powers

Window = tuple[int, int]  # first and last nanosecond at which a certificate and all above it are valid


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that may issue others, with the windows in which its own chain to a root is valid."""

    certificate: Certificate
    windows: tuple[Window, ...]
    depth: int | None  # how many authorities may stand below it; None for no limit

    @property
    def key(self) -> bytes:
        """The public key's SubjectPublicKeyInfo."""
        return self.certificate.key.spki


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


def authorities(roots: Iterable[bytes], intermediates: Iterable[bytes]) -> tuple[Authority, ...]:
    """The certification tree of one organisation from its PEM certificates; each must lead to a root."""
    found = [_authority(load_pem(pem), None) for pem in roots]
    waiting = [load_pem(pem) for pem in intermediates]
    while waiting:
        ready = [(one, _issuers(one, found)) for one in waiting]
        if not any(above for _, above in ready):
            raise CertificateError("an intermediate certificate does not lead to a root")
        found += [_authority(one, above) for one, above in ready if above]
        waiting = [one for one, above in ready if not above]
    return tuple(found)


def signer(msp_id: str, pem: bytes, issuing: Sequence[Authority], node_ous: Mapping[str, str]) -> Signer:
    """Read a member's certificate and chain it to one of `issuing`; CertificateError where that fails."""
    certificate = load_pem(pem)
    windows = _windows(certificate, _issuers(certificate, issuing))
    if not windows:
        raise CertificateError(f"the certificate was not issued by {msp_id}")
    _check_powers(powers(certificate), authority=False)
    return Signer(
        msp_id=msp_id,
        roles=frozenset(role for role, unit in node_ous.items() if unit in certificate.units),
        key=_member_key(certificate),
        serial=certificate.serial,
        fingerprint=hashlib.sha256(certificate.data).digest(),
        windows=windows,
        attributes=_attributes(certificate),
    )


def _member_key(certificate: Certificate) -> ec.EllipticCurvePublicKey:
    if not isinstance(certificate.key.curve, ec.SECP256R1):
        raise CertificateError("the certificate's key is not on P-256")
    try:
        key = certificate.key.load()
    except DerError as error:
        raise CertificateError(str(error)) from error
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


def _authority(certificate: Certificate, above: Sequence[Authority] | None) -> Authority:
    may = powers(certificate)
    _check_powers(may, authority=True)
    if above is None and not _issued(certificate, certificate):
        raise CertificateError("a root certificate is not signed by itself")
    limits = [one.depth - 1 for one in above or () if one.depth is not None]
    windows = (certificate.window,) if above is None else _windows(certificate, above)
    depth = min([*limits, *([] if may.limit is None else [may.limit])], default=None)
    if depth is not None and depth < 0:
        raise CertificateError("more authorities stand below one another than their certificates allow")
    return Authority(certificate, windows, depth)


def _check_powers(may: Powers, *, authority: bool) -> None:
    if may.authority != authority:
        raise CertificateError(
            "the certificate is not an authority's" if authority else "a certificate authority signed"
        )
    if authority and not may.may_issue:
        raise CertificateError("the authority's certificate may not sign certificates")
    if not authority and not may.may_sign:
        raise CertificateError("the certificate's key may not sign")


def _issuers(certificate: Certificate, candidates: Iterable[Authority]) -> list[Authority]:
    return [one for one in candidates if _issued(certificate, one.certificate)]


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    return certificate.issuer == issuer.subject and signed_by(
        issuer.key, certificate.algorithm, certificate.signature, certificate.signed
    )


def _windows(certificate: Certificate, above: Iterable[Authority]) -> tuple[Window, ...]:
    first, last = certificate.window
    return tuple((max(first, start), min(last, end)) for one in above for start, end in one.windows)


def _attributes(certificate: Certificate) -> dict[str, str]:
    """The attributes that a Fabric authority put in; none where they cannot be read."""
    extension = certificate.extensions.get(ATTRIBUTES)
    try:
        value = parse_strict(extension.value) if extension else {}
    except StrictJsonError:
        return {}
    named = value.get("attrs") if isinstance(value, dict) else None
    return {k: v for k, v in named.items() if isinstance(v, str)} if isinstance(named, dict) else {}
