"""Replace the key and certificate that an organisation's transactions are sent with."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.accounts.models import Organisation
from traceapp.ledger import apps, credentials, keystore, provision, succession
from traceapp.ledger.errors import LedgerError


class Command(BaseCommand):
    help = (
        "Give an organisation a new key and certificate. The old key stays until no envelope that it signed is open. "
        "On Fabric the organisation's own authority issues it: --request makes a key here, and the request to sign."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("msp_id", help="the organisation's MSP id")
        parser.add_argument("--request", type=Path, default=None, help="write a certificate request (PKCS#10) here")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(msp_id=options["msp_id"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation with the MSP id {options['msp_id']}.")
        try:
            if options["request"]:
                self._request(organisation, options["request"])
            else:
                self._rotate(organisation)
        except (LedgerError, keystore.KeyStoreError) as error:
            raise CommandError(str(error)) from error

    def _request(self, organisation: Organisation, path: Path) -> None:
        try:
            path.write_bytes(succession.request(organisation))
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(
            f"{path} is to be signed by an authority of {organisation.msp_id}: organisational unit client, attributes "
            f"org={organisation.pgln} and role={credentials.RECORDER}. Then bring the certificate: "
            f"manage.py import_identity {organisation.msp_id} --cert FILE"
        )

    def _rotate(self, organisation: Organisation) -> None:
        found = apps.founder()
        if found is None:
            raise CommandError(
                "On Fabric the organisation's own authority issues its certificates: have one made from "
                f"`manage.py rotate_identity {organisation.msp_id} --request FILE` and bring it with import_identity."
            )
        apps.ledger().height()  # one that is away must not be founded anew
        provision.renew(organisation, found)
        made = credentials.present(organisation.pk)
        assert made is not None
        self.stdout.write(
            f"{organisation} sends with a new certificate (serial {made.serial}) from now on, until "
            f"{made.valid_to:%Y-%m-%d %H:%M} UTC. The old one stays valid: revoke_identity ends that."
        )
