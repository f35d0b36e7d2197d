"""Bring an organisation's own identity into the key store, where this instance does not issue any."""

from pathlib import Path
from typing import Any

from cryptography import x509
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chaincode.traceability.access import TABLE
from traceapp.accounts.models import Organisation, User
from traceapp.ledger import credentials, keystore, succession
from traceapp.ledger.identities import attributes, public_key_pem
from traceapp.ledger.members import Person
from traceapp.ledger.outgoing import RECORDER

ROLES = sorted({role for rule in TABLE.values() for role in rule.roles})


class Command(BaseCommand):
    help = "Store the certificate, and its key, that an organisation's CA issued for sending its transactions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("msp_id", help="the organisation's MSP id")
        parser.add_argument("--cert", type=Path, required=True, help="certificate, PEM")
        parser.add_argument(
            "--key",
            type=Path,
            default=None,
            help="private key, PKCS#8 PEM, P-256; not needed where `rotate_identity --request` made it",
        )

        parser.add_argument("--role", default=RECORDER, choices=ROLES, help="what it may do (default: %(default)s)")
        parser.add_argument(
            "--person", default="", metavar="EMAIL", help="whose certificate it is, where the role is a person's own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(msp_id=options["msp_id"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation with the MSP id {options['msp_id']}.")
        pem, key = _read(options["cert"]), _read(options["key"]) if options["key"] else None
        try:
            certificate = _opened(organisation, pem, key)
            credentials.check(organisation, certificate, options["role"])
            whose = {"role": options["role"], "person": _person(organisation, certificate, options["person"])}
            if key is not None:
                succession.bring(organisation, key, pem, **whose)
            else:
                succession.follow(organisation, pem, succession.reference_for(organisation, certificate), **whose)
        except (credentials.Unfit, keystore.KeyStoreError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{organisation} sends with this certificate (serial {certificate.serial_number:x}, {options['role']}) "
            f"from now on, until {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC."
        )


def _person(organisation: Organisation, certificate: x509.Certificate, email: str) -> str:
    """The pseudonym that the certificate gives the person, kept as theirs; empty where it is nobody's own."""
    named = attributes(certificate).get("person", "")
    if bool(named) != bool(email):
        raise CommandError(
            f"The certificate is the person's {named!r}: say who that is here (--person EMAIL)."
            if named
            else "The certificate has no attribute person: it cannot be one person's own."
        )
    if not email:
        return ""
    user = User.objects.filter(email=email.lower(), memberships__organisation=organisation).first()
    if user is None:
        raise CommandError(f"{email} is no member of {organisation}.")
    if Person.objects.filter(organisation=organisation, pseudonym=named).exclude(user=user).exists():
        raise CommandError(f"The pseudonym {named!r} is another person's.")
    Person.objects.update_or_create(organisation=organisation, user=user, defaults={"pseudonym": named})
    return named


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def _opened(organisation: Organisation, pem: bytes, key: bytes | None) -> x509.Certificate:
    """The certificate, when its key is at hand."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        reference = succession.reference_for(organisation, certificate)
        held = succession.reference_of(organisation, public_key_pem(key)) if key is not None else reference
    except ValueError as error:
        raise CommandError(f"This is no PEM certificate with a P-256 key in PKCS#8 PEM: {error}") from error
    if held != reference:
        raise CommandError("The certificate is for another key.")
    if key is None and not keystore.holds(reference):
        raise CommandError(
            "The key store has no key for this certificate: name its file (--key), or make one with "
            f"`manage.py rotate_identity {organisation.msp_id} --request FILE` and have that signed."
        )
    return certificate
