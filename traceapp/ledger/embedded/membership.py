"""Whose certificate is it: what Fabric's MSP does for a channel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from traceapp.ledger.embedded.organisations import ORDERER, Organisation
from traceapp.ledger.identities import attributes, is_low_s
from traceapp.ledger.protos import DecodeError, identities
from traceapp.ledger.unfit import FOREIGN, REVOKED, untimely

CLIENT_ROLES = frozenset({"client", "admin"})
_SHA256 = ec.ECDSA(hashes.SHA256())
_CACHE = 10_000


class NotMember(Exception):
    """An identity the channel does not accept, and why."""


@dataclass(frozen=True)
class Identity:
    """A certificate that chains to its organisation's authority."""

    msp_id: str
    role: str
    attributes: dict[str, str]
    not_before: datetime
    not_after: datetime
    key: ec.EllipticCurvePublicKey

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this identity signed the message: strict DER, low-S."""
        if not is_low_s(signature):
            return False
        try:
            self.key.verify(signature, message, _SHA256)
        except InvalidSignature:
            return False
        return True


class Membership:
    """The identities of one configuration of the channel. Chains are checked once an identity, validity each time."""

    def __init__(
        self, organisations: Iterable[Organisation], revoked: Mapping[str, Mapping[int, datetime]] | None = None
    ) -> None:
        self._authorities = {
            o.msp_id: (x509.load_pem_x509_certificate(o.ca_certificate), o.kind == ORDERER) for o in organisations
        }
        self._revoked = revoked or {}
        self._known: dict[bytes, Identity] = {}

    def identify(self, serialized: bytes, at: datetime) -> Identity:
        """Who this msp.SerializedIdentity is, if valid at that time. Raises NotMember."""
        identity = self._known.get(serialized)
        if identity is None:
            identity = self._check(serialized)
            if len(self._known) >= _CACHE:
                self._known.clear()
            self._known[serialized] = identity
        why = untimely(identity.not_before, identity.not_after, at)
        if why:
            raise NotMember(f"the certificate of {identity.msp_id} {why}")
        return identity

    def _check(self, serialized: bytes) -> Identity:
        try:
            named = identities.SerializedIdentity.FromString(serialized)
            certificate = x509.load_pem_x509_certificate(named.id_bytes)
            key = certificate.public_key()
        except (DecodeError, ValueError) as error:
            raise NotMember("the identity does not parse") from error
        msp_id = str(named.mspid)
        if msp_id not in self._authorities:
            raise NotMember(f"{msp_id} is not an organisation of the channel")
        authority, orders = self._authorities[msp_id]
        try:
            certificate.verify_directly_issued_by(authority)
        except (InvalidSignature, ValueError, TypeError) as error:
            raise NotMember(f"the certificate of {msp_id} {FOREIGN}") from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise NotMember("the certificate's key is not P-256")
        if certificate.serial_number in self._revoked.get(msp_id, {}):
            raise NotMember(f"the certificate of {msp_id} {REVOKED}")
        return Identity(
            msp_id=msp_id,
            role=_role(certificate, {"orderer"} if orders else {"client", "peer", "admin"}),
            attributes=attributes(certificate),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            key=key,
        )


def _role(certificate: x509.Certificate, possible: set[str]) -> str:
    """The one role its organisational units name. A certificate authority has none."""
    try:
        ca = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        ca = False
    units = {str(unit.value) for unit in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)}
    roles = units & {"client", "peer", "admin", "orderer"}
    if ca or len(roles) != 1 or not roles <= possible:
        raise NotMember("the certificate does not name one role that its organisation has")
    return roles.pop()
