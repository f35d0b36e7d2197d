"""Bring an organisation's own identity into the key store, where this instance does not issue any."""

from pathlib import Path
from typing import Any

from cryptography import x509
from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.accounts.models import Organisation
from traceapp.ledger import credentials, keystore, succession
from traceapp.ledger.identities import public_key_pem


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

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(msp_id=options["msp_id"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation with the MSP id {options['msp_id']}.")
        pem, key = _read(options["cert"]), _read(options["key"]) if options["key"] else None
        try:
            certificate = _opened(organisation, pem, key)
            credentials.check(organisation, certificate)
            if key is not None:
                succession.bring(organisation, key, pem)
            else:
                succession.follow(organisation, pem, succession.reference_for(organisation, certificate))
        except (credentials.Unfit, keystore.KeyStoreError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{organisation} sends with this certificate (serial {certificate.serial_number:x}) from now on, until "
            f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC."
        )


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
