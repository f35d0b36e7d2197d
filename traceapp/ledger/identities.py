"""Keys, certificates and signatures as Fabric's MSP wants them: ECDSA P-256, low-S, attributes in an extension.

Nothing is stored here. Times and attributes come from the caller.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import NameOID

from traceapp.ledger.protos import encode, identities

# Where fabric-ca keeps a certificate's attributes: the UTF-8 JSON {"attrs": {name: value}}.
ATTRIBUTES_OID = x509.ObjectIdentifier("1.2.3.4.5.6.7.8.1")

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SHA256 = ec.ECDSA(hashes.SHA256())


def new_key() -> bytes:
    """A fresh P-256 private key, PKCS#8 PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a private key; ValueError unless it is P-256."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 private key")
    return key


def public_key_pem(key: bytes) -> bytes:
    """The public half of a private key in PEM."""
    return (
        load_key(key)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def low_s(signature: bytes) -> bytes:
    """The same ECDSA signature with s in the lower half: Fabric refuses the other (it could be altered by anyone)."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, P256_ORDER - s) if s > P256_ORDER // 2 else signature


def is_low_s(signature: bytes) -> bool:
    """Whether a signature is strict DER with s in the lower half."""
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        return False
    return 0 < r < P256_ORDER and 0 < s <= P256_ORDER // 2 and encode_dss_signature(r, s) == signature


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """ECDSA P-256 over SHA-256 of the message, DER, low-S."""
    return low_s(key.sign(message, _SHA256))


def serialized_identity(msp_id: str, certificate: bytes) -> bytes:
    """msp.SerializedIdentity of a PEM certificate: how Fabric names a creator or endorser."""
    return encode(identities.SerializedIdentity(mspid=msp_id, id_bytes=certificate))


@dataclass(frozen=True)
class LocalSigner:
    """A signer whose key is in this process's memory. `key` and `certificate` are PEM."""

    msp_id: str
    key: bytes = field(repr=False)
    certificate: bytes
    _key: ec.EllipticCurvePrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", load_key(self.key))

    def sign(self, message: bytes) -> bytes:
        return sign(self._key, message)


def attributes(certificate: x509.Certificate) -> dict[str, str]:
    """The Fabric attributes of a certificate; empty when it has none or they do not parse."""
    try:
        extension = certificate.extensions.get_extension_for_oid(ATTRIBUTES_OID).value
        found = json.loads(extension.value) if isinstance(extension, x509.UnrecognizedExtension) else {}
    except (x509.ExtensionNotFound, ValueError):
        return {}
    named = found.get("attrs") if isinstance(found, dict) else None
    return {str(k): v for k, v in named.items() if isinstance(v, str)} if isinstance(named, dict) else {}


def make_ca(*, msp_id: str, name: str, not_before: datetime, not_after: datetime) -> tuple[bytes, bytes]:
    """A self-signed certificate authority for one organisation: (key PEM, certificate PEM)."""
    key = new_key()
    private = load_key(key)
    subject = _name(common_name=f"ca.{msp_id}", organisation=name)
    builder = (
        _builder(subject, subject, private.public_key(), not_before, not_after)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
    )
    return key, builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def issue_certificate(
    *,
    ca_key: bytes,
    ca_certificate: bytes,
    public_key: bytes,
    common_name: str,
    ou: str,
    not_before: datetime,
    not_after: datetime,
    attributes: Mapping[str, str] | None = None,
) -> bytes:
    """A certificate (PEM) for `public_key` (PEM), signed by the CA.

    `ou` is the node OU that gives the identity its kind: `client`, `peer`, `admin` or `orderer`.
    """
    issuer = x509.load_pem_x509_certificate(ca_certificate)
    subject_key = serialization.load_pem_public_key(public_key)
    if not isinstance(subject_key, ec.EllipticCurvePublicKey):
        raise ValueError("not an EC public key")
    builder = (
        _builder(_name(common_name=common_name, ou=ou), issuer.subject, subject_key, not_before, not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(ca=False), critical=True)
        .add_extension(_authority(issuer), critical=False)
    )
    if attributes:
        text = json.dumps({"attrs": dict(attributes)}, separators=(",", ":"), sort_keys=True)
        builder = builder.add_extension(x509.UnrecognizedExtension(ATTRIBUTES_OID, text.encode()), critical=False)
    return builder.sign(load_key(ca_key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signing_request(key: bytes, *, common_name: str, ou: str) -> bytes:
    """A request (PKCS#10, PEM) for a certificate of this key: the authority adds attributes and validity."""
    private = load_key(key)
    wanted = x509.CertificateSigningRequestBuilder().subject_name(_name(common_name=common_name, ou=ou))
    return wanted.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _authority(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    found = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(found)


def _name(*, common_name: str, organisation: str = "", ou: str = "") -> x509.Name:
    # X.520 allows 64 characters each; a longer organisation name is only a label here.
    parts = [(NameOID.ORGANIZATION_NAME, organisation), (NameOID.ORGANIZATIONAL_UNIT_NAME, ou)]
    found = [x509.NameAttribute(oid, value[:64]) for oid, value in parts if value]
    return x509.Name([*found, x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
