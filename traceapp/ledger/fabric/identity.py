"""Why a certificate is denied, in one sentence: a peer only says that it is."""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from traceapp.ledger.fabric.config import Config, Organisation
from traceapp.ledger.unfit import FOREIGN, REVOKED, untimely


def why_denied(config: Config, msp_id: str, certificate: bytes, now: datetime) -> str:
    """What is wrong with a client's certificate, as far as it can be seen from here."""
    who = f"the certificate of {msp_id}"
    organisation = next((one for one in config.organisations if one.msp_id == msp_id), None)
    if organisation is None:
        return f"{msp_id} is not an organisation of the channel {config.channel}"
    try:
        found = x509.load_pem_x509_certificate(certificate)
    except ValueError:
        return f"{who} cannot be read"
    why = untimely(found.not_valid_before_utc, found.not_valid_after_utc, now) or _unfit(found, organisation, config)
    return f"{who} {why or 'is denied by the peers: it may be revoked there, or the key does not belong to it'}"


def _unfit(found: x509.Certificate, organisation: Organisation, config: Config) -> str:
    if not _issued(found, organisation):
        return FOREIGN
    units = {str(one.value) for one in found.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)}
    wanted = {organisation.node_ous.get(role) for role in ("client", "admin")}
    if not units & wanted:
        return f"is not a client's: its organisational unit must be {organisation.node_ous.get('client')!r}"
    if found.serial_number in _revoked(config, organisation.msp_id):
        return REVOKED
    return ""


def _revoked(config: Config, msp_id: str) -> set[int]:
    return {int(one["serial"], 16) for one in config.revoked if one["mspId"] == msp_id}


def _issued(found: x509.Certificate, organisation: Organisation) -> bool:
    for pem in (*organisation.roots, *organisation.intermediates):
        try:
            found.verify_directly_issued_by(x509.load_pem_x509_certificate(pem.encode()))
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False
