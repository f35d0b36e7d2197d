"""TLS certificates of nodes. Identities on the channel are `traceapp.ledger.identities`; the two never share a CA."""

import ipaddress
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from traceapp.ledger.identities import load_key, new_key


def issue_tls(
    *, ca_key: bytes, ca_certificate: bytes, host: str, not_before: datetime, not_after: datetime
) -> tuple[bytes, bytes]:
    """(key PEM, certificate PEM) for a node that serves and connects as `host`, and on this machine."""
    key = new_key()
    issuer = x509.load_pem_x509_certificate(ca_certificate)
    public_key = load_key(key).public_key()
    authority = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    names = [x509.DNSName(host), x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]))
        .issuer_name(issuer.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority), critical=False)
        .add_extension(_usage(), critical=False)
    )
    certificate = builder.sign(load_key(ca_key), hashes.SHA256())
    return key, certificate.public_bytes(serialization.Encoding.PEM)


def _usage() -> x509.ExtendedKeyUsage:
    # Peers are clients of orderers and contract services too.
    return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
