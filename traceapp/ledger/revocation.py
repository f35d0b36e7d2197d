"""Lists of revoked certificates (CRL, RFC 5280), as an organisation's MSP definition carries them on a channel."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from traceapp.commitments.times import rfc3339
from traceapp.ledger.identities import load_key

_LIFE = timedelta(days=20 * 365)  # peers do not look at when the next one is due


def make_crl(*, ca_key: bytes, ca_certificate: bytes, revoked: Mapping[int, datetime], at: datetime) -> bytes:
    """The authority's list (PEM): serial numbers, and since when, in whole seconds (`whole_second`)."""
    authority = x509.load_pem_x509_certificate(ca_certificate)
    key_id = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    start = at.astimezone(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(start)
        .next_update(start + _LIFE)
        # By this an MSP finds the authority that signed it.
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
    )
    for serial, since in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since.astimezone(UTC)).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(load_key(ca_key), hashes.SHA256()).public_bytes(Encoding.PEM)


def whole_second(moment: datetime) -> datetime:
    """The next whole second, as X.509 has no finer ones: what was recorded in the same second, before, stays proven."""
    at = moment.astimezone(UTC)
    return at.replace(microsecond=0) + timedelta(seconds=1 if at.microsecond else 0)


def read_crl(pem: bytes) -> dict[int, datetime]:
    """Serial numbers and since when, of one list. ValueError when it is none."""
    found = x509.load_pem_x509_crl(pem)
    return {one.serial_number: one.revocation_date_utc for one in found}


def members(msp_id: str, revoked: Mapping[int, datetime]) -> Iterable[dict[str, str]]:
    """As the trust file and the connection file list them."""
    for serial, since in sorted(revoked.items()):
        yield {"mspId": msp_id, "serial": f"{serial:x}", "since": rfc3339(since)}


def parse_serial(text: str) -> int:
    """A serial number in hex, in any of the ways people copy it (`0x..`, `5A:F3:..`). ValueError with a sentence."""
    digits = text.strip().lower().removeprefix("0x").replace(":", "").replace(" ", "")
    if not digits or len(digits) > 40 or digits.strip("0123456789abcdef"):
        raise ValueError(f"{text[:60]!r} is not a certificate's serial number in hex, such as 5af3…")
    return int(digits, 16)
