"""What a certificate for sending says, whether it will do, and which ones an organisation has and had."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from traceapp.accounts.models import Organisation
from traceapp.ledger import trust
from traceapp.ledger.identities import attributes, serialized_identity
from traceapp.ledger.members import FormerIdentity, Identity
from traceapp.ledger.outgoing import RECORDER
from traceapp.ledger.unfit import FOREIGN, REVOKED, untimely
from traceapp.verifier.certificates import Signer
from traceapp.verifier.errors import TrustError
from traceapp.verifier.times import from_datetime
from traceapp.verifier.trust import Trust
from traceapp.verifier.x509 import CertificateError

WARN: Final = timedelta(days=30)
"""How long before its end a certificate is said to end."""


class Unfit(ValueError):
    """A certificate that the ledger would not take from this organisation; the message says why."""


@dataclass(frozen=True)
class Credential:
    """A certificate of an organisation. `state` is `good`, `ends`, `ended`, `early`, `revoked`, `unfit` or `former`."""

    serial: str
    issuer: str
    role: str
    acts_for: str
    custodial: bool
    valid_from: datetime
    valid_to: datetime
    signs_since: datetime
    replaced: datetime | None
    revoked: datetime | None
    key_removed: datetime | None
    state: str
    words: str

    @property
    def needs_care(self) -> bool:
        return self.state in ("ends", "ended", "early", "revoked", "unfit")

    @property
    def days_left(self) -> int:
        return max(0, (self.valid_to - _now()).days)


def check(organisation: Organisation, certificate: x509.Certificate, role: str = RECORDER) -> None:
    """Raise Unfit unless this certificate can send for the organisation now, as far as the pinned trust tells."""
    told = attributes(certificate)
    if told.get("org") != organisation.pgln or told.get("role") != role:
        wanted = f"org={organisation.pgln} and role={role}"
        raise Unfit(f"The certificate's attributes must be {wanted}; they are {told or 'none'}.")
    why = untimely(certificate.not_valid_before_utc, certificate.not_valid_after_utc, _now())
    why = why or _refusal(organisation.msp_id, certificate)
    if why:
        raise Unfit(f"The certificate of {organisation.msp_id} {why}.")


def present(organisation_id: int, role: str = RECORDER, person: str = "") -> Credential | None:
    """What the organisation sends with now in this role; None while it has nothing."""
    own = Identity.objects.filter(organisation=organisation_id, role=role, person=person)
    identity = own.select_related("organisation").first()
    if identity is None:
        return None
    return _credential(identity.organisation, identity.certificate, identity.created, role=role)


def former(organisation_id: int) -> list[Credential]:
    """What it sent with before, newest first."""
    rows = FormerIdentity.objects.select_related("organisation").filter(organisation=organisation_id, role=RECORDER)
    return [
        _credential(one.organisation, one.certificate, one.began, one.replaced, one.key_removed) for one in rows[:20]
    ]


def _credential(
    organisation: Organisation,
    pem: str,
    since: datetime,
    replaced: datetime | None = None,
    key_removed: datetime | None = None,
    *,
    role: str = RECORDER,
) -> Credential:
    found = x509.load_pem_x509_certificate(pem.encode())
    told = attributes(found)
    revoked = _revoked_since(organisation.msp_id, found)
    state, words = _state(organisation, found, role, revoked, replaced)
    return Credential(
        serial=f"{found.serial_number:x}",
        issuer=_common_name(found.issuer),
        role=told.get("role", ""),
        acts_for=told.get("org", ""),
        custodial=told.get("custodial") == "true",
        valid_from=found.not_valid_before_utc,
        valid_to=found.not_valid_after_utc,
        signs_since=since,
        replaced=replaced,
        revoked=revoked,
        key_removed=key_removed,
        state=state,
        words=words,
    )


def _state(
    organisation: Organisation,
    found: x509.Certificate,
    role: str,
    revoked: datetime | None,
    replaced: datetime | None,
) -> tuple[str, str]:
    if revoked is not None:
        return "revoked", f"Revoked since {revoked:%Y-%m-%d}."
    if replaced is not None:
        return "former", f"Replaced on {replaced:%Y-%m-%d}."
    return _validity(found) or _fitness(organisation, found, role)


def _validity(found: x509.Certificate) -> tuple[str, str] | None:
    now = _now()
    if now > found.not_valid_after_utc:
        return "ended", "It has expired: records wait until a new certificate is brought."
    if now < found.not_valid_before_utc:
        return "early", "It is not valid yet: compare the clocks."
    return None


def _fitness(organisation: Organisation, found: x509.Certificate, role: str) -> tuple[str, str]:
    try:
        check(organisation, found, role)
    except Unfit as error:
        return "unfit", str(error)
    left = found.not_valid_after_utc - _now()
    if left < WARN:
        days = f"{left.days} day{'' if left.days == 1 else 's'}" if left.days else "less than a day"
        return "ends", f"It expires in {days}: bring the next one before then."
    return "good", "In order."


def _refusal(msp_id: str, certificate: x509.Certificate) -> str:
    """What the organisation's members would hold against it, by the pinned trust; nothing while none is pinned."""
    trusted = _pinned()
    if trusted is None:
        return ""
    if msp_id not in trusted.organisations:
        return f"is of no use: {msp_id} is not an organisation of the channel {trusted.channel}"
    try:
        signer = _signer(trusted, msp_id, certificate)
    except CertificateError:
        return FOREIGN
    if not signer.valid_at(from_datetime(_now())):
        return "is below an authority that has expired: the organisation's own certificates have to be renewed first"
    if not signer.has_role("client", "admin"):
        units = trusted.organisations[msp_id].node_ous
        return f"is not a client's: its organisational unit must be {units.get('client')!r}"
    return REVOKED if trusted.revoked_at_all(signer) else ""


def _revoked_since(msp_id: str, certificate: x509.Certificate) -> datetime | None:
    trusted = _pinned()
    since = trusted.revoked.get((msp_id, certificate.serial_number)) if trusted else None
    return datetime.fromtimestamp(since / 1e9, UTC) if since is not None else None


def _signer(trusted: Trust, msp_id: str, certificate: x509.Certificate) -> Signer:
    return trusted.signer(serialized_identity(msp_id, certificate.public_bytes(Encoding.PEM)))


def _pinned() -> Trust | None:
    try:
        return trust.pinned()
    except (trust.NotPinned, TrustError):
        return None


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _now() -> datetime:
    return datetime.now(UTC)
