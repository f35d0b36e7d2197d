"""Bring an organisation's own identity into the key store, where this instance does not issue any."""

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.accounts.models import Organisation
from traceapp.ledger import provision
from traceapp.ledger.identities import attributes, public_key_pem


class Command(BaseCommand):
    help = "Store the key and certificate that an organisation's CA issued for sending its transactions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("msp_id", help="the organisation's MSP id")
        parser.add_argument("--cert", type=Path, required=True, help="certificate, PEM")
        parser.add_argument("--key", type=Path, required=True, help="private key, PKCS#8 PEM, P-256")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(msp_id=options["msp_id"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation with the MSP id {options['msp_id']}.")
        try:
            certificate, key = options["cert"].read_bytes(), options["key"].read_bytes()
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
        _check(organisation, certificate, key)
        provision.keep_identity(organisation, key, certificate)
        self.stdout.write(f"{organisation} sends with this certificate from now on.")


def _check(organisation: Organisation, certificate: bytes, key: bytes) -> None:
    try:
        opened, public = x509.load_pem_x509_certificate(certificate), public_key_pem(key)
    except ValueError as error:
        raise CommandError(f"This is no PEM certificate with a P-256 key in PKCS#8 PEM: {error}") from error
    if opened.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) != public:
        raise CommandError("The certificate is for another key.")
    told = attributes(opened)
    if told.get("org") != organisation.pgln or told.get("role") != provision.RECORDER:
        wanted = f"org={organisation.pgln} and role={provision.RECORDER}"
        raise CommandError(f"The certificate's attributes must be {wanted}; they are {told or 'none'}.")
