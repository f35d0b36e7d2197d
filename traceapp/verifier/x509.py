"""What an X.509 certificate says, read in one way only: in DER, in PEM without anything around it."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from traceapp.verifier import der
from traceapp.verifier.der import DerError, Element, elements, exactly, expect, natural, only
from traceapp.verifier.keys import KeyInfo, key_info

BASIC_CONSTRAINTS: Final = "2.5.29.19"
KEY_USAGE: Final = "2.5.29.15"
ATTRIBUTES: Final = "1.2.3.4.5.6.7.8.1"
_UNDERSTOOD: Final = frozenset({BASIC_CONSTRAINTS, KEY_USAGE, "2.5.29.37", "2.5.29.17"})  # also its use and other names
_PEM: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----(?:\r?\n)?", re.ASCII
)
_LIMIT: Final = 64 * 1024
_VERSION: Final = 0xA0
_EXTENSIONS: Final = 0xA3
_V3: Final = b"\x02\x01\x02"
_UNIT: Final = "2.5.4.11"
_SERIAL_END: Final = 1 << 256
_MAY_SIGN: Final = 0x80
_MAY_ISSUE: Final = 0x04


class CertificateError(ValueError):
    """The certificate is unreadable or does not do what is asked of it; the message says why."""


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: whether a reader must understand it, and the DER of its value."""

    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate's parts. `issuer` and `subject` are DER, compared byte for byte; `window` in nanoseconds."""

    data: bytes
    signed: bytes
    algorithm: bytes
    signature: bytes
    serial: int
    issuer: bytes
    subject: bytes
    units: Sequence[str]
    window: tuple[int, int]
    key: KeyInfo
    extensions: Mapping[str, Extension]


@dataclass(frozen=True, slots=True)
class Powers:
    """What the extensions say: whether it is an authority's, how many may stand below it, and what its key may do."""

    authority: bool
    limit: int | None
    may_sign: bool
    may_issue: bool


def load_pem(pem: bytes) -> Certificate:
    """One certificate in PEM and nothing besides it."""
    match = _PEM.fullmatch(pem) if len(pem) <= _LIMIT else None
    if not match:
        raise CertificateError("not one PEM certificate")
    digits = match[1].replace(b"\r", b"").replace(b"\n", b"")
    try:
        data = base64.b64decode(digits, validate=True)
        if base64.b64encode(data) != digits:
            raise CertificateError("not base64 in its one form")
        return _certificate(data)
    except (binascii.Error, DerError) as error:
        raise CertificateError(f"not a readable certificate: {error}") from error


def powers(certificate: Certificate) -> Powers:
    """Read the extensions that limit a certificate; CertificateError for a critical one that is not understood."""
    for name, extension in certificate.extensions.items():
        if extension.critical and name not in _UNDERSTOOD:
            raise CertificateError("the certificate has a critical extension that is not understood")
    try:
        authority, limit = _constraints(certificate.extensions.get(BASIC_CONSTRAINTS))
        usage = certificate.extensions.get(KEY_USAGE)
        bits = der.first_bits(only(usage.value, der.BITS, "key usage")) if usage else _MAY_SIGN | _MAY_ISSUE
    except DerError as error:
        raise CertificateError(f"not a readable certificate: {error}") from error
    return Powers(authority, limit, bool(bits & _MAY_SIGN), bool(bits & _MAY_ISSUE))


def _constraints(extension: Extension | None) -> tuple[bool, int | None]:
    parts = elements(only(extension.value, der.SEQUENCE, "constraints")) if extension else []
    if not parts:
        return False, None
    der.true(expect(parts[0], der.BOOLEAN, "word on authority"))
    if len(parts) > 2:
        raise DerError("DER: more than constraints")
    return True, natural(expect(parts[1], der.INTEGER, "limit of a chain")) if len(parts) == 2 else None


def _certificate(data: bytes) -> Certificate:
    signed, algorithm, signature = exactly(only(data, der.SEQUENCE, "certificate"), 3, "a certificate")
    serial, inner, issuer, validity, subject, spki, *extensions = _body(expect(signed, der.SEQUENCE, "body"))
    if inner.whole != algorithm.whole:
        raise DerError("two signature algorithms")
    first, last = exactly(expect(validity, der.SEQUENCE, "validity"), 2, "two times")
    _units(issuer)
    return Certificate(
        data=data,
        signed=signed.whole,
        algorithm=expect(algorithm, der.SEQUENCE, "signature algorithm"),
        signature=der.bits(expect(signature, der.BITS, "signature of a certificate")),
        serial=_serial(serial),
        issuer=issuer.whole,
        subject=subject.whole,
        units=_units(subject),
        window=(der.time(first), der.time(last)),
        key=key_info(spki.whole),
        extensions=_extensions(extensions[0]) if extensions else {},
    )


def _body(data: bytes) -> list[Element]:
    """Six parts, and the extensions if there are any; those are of version 3, that is named then."""
    parts = elements(data)
    named = bool(parts) and parts[0].tag == _VERSION
    if named and parts[0].content != _V3:
        raise DerError("a certificate of another version than 1 and 3")
    rest = parts[1:] if named else parts
    if len(rest) not in ((6, 7) if named else (6,)):
        raise DerError("a certificate with other parts than it has")
    return rest


def _serial(one: Element) -> int:
    serial = natural(expect(one, der.INTEGER, "serial number"))
    if serial >= _SERIAL_END:
        raise DerError("an enormous serial number")
    return serial


def _units(name: Element) -> list[str]:
    """The organisational units in a name; DerError where it is not one."""
    found = []
    for part in elements(expect(name, der.SEQUENCE, "name")):
        for pair in elements(expect(part, der.SET, "part of a name")):
            kind, value = exactly(expect(pair, der.SEQUENCE, "part of a name"), 2, "a part of a name")
            if der.oid(expect(kind, der.OID, "kind of a name")) == _UNIT:
                found.append(der.text(value))
    return found


def _extensions(outer: Element) -> dict[str, Extension]:
    found: dict[str, Extension] = {}
    for one in elements(only(expect(outer, _EXTENSIONS, "extensions"), der.SEQUENCE, "extensions")):
        parts = elements(expect(one, der.SEQUENCE, "extension"))
        critical = len(parts) == 3 and der.true(expect(parts[1], der.BOOLEAN, "word on criticality"))
        if len(parts) not in (2, 3):
            raise DerError("DER: not an extension")
        name = der.oid(expect(parts[0], der.OID, "extension's name"))
        if name in found:
            raise DerError("a certificate's extension is given twice")
        found[name] = Extension(critical, expect(parts[-1], der.OCTETS, "extension's value"))
    return found
