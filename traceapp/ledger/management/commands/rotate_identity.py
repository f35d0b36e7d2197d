"""Replace the key and certificate that an organisation's transactions are sent with."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.accounts.models import Organisation
from traceapp.ledger import apps, credentials, keystore, provision, succession
from traceapp.ledger.errors import LedgerError
from traceapp.ledger.management.commands.import_identity import ROLES
from traceapp.ledger.outgoing import RECORDER


class Command(BaseCommand):
    help = (
        "Give an organisation a new key and certificate. The old key stays until no envelope that it signed is open. "
        "On Fabric the organisation's own authority issues it: --request makes a key here, and the request to sign."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("msp_id", help="the organisation's MSP id")
        parser.add_argument(
            "--role", default=RECORDER, choices=ROLES, help="of which certificate (default: %(default)s)"
        )
        parser.add_argument("--request", type=Path, default=None, help="write a certificate request (PKCS#10) here")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(msp_id=options["msp_id"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation with the MSP id {options['msp_id']}.")
        try:
            if options["request"]:
                self._request(organisation, options["request"], options["role"])
            else:
                self._rotate(organisation, options["role"])
        except (LedgerError, keystore.KeyStoreError) as error:
            raise CommandError(str(error)) from error

    def _request(self, organisation: Organisation, path: Path, role: str) -> None:
        try:
            path.write_bytes(succession.request(organisation, role))
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(
            f"{path} is to be signed by an authority of {organisation.msp_id}: organisational unit client, attributes "
            f"org={organisation.pgln} and role={role}. Then bring the certificate: "
            f"manage.py import_identity {organisation.msp_id} --cert FILE"
            + (f" --role {role}" if role != RECORDER else "")
        )

    def _rotate(self, organisation: Organisation, role: str) -> None:
        found = apps.founder()
        if found is None:
            raise CommandError(
                "On Fabric the organisation's own authority issues its certificates: have one made from "
                f"`manage.py rotate_identity {organisation.msp_id} --request FILE` and bring it with import_identity."
            )
        apps.ledger().height()  # one that is away must not be founded anew
        provision.renew(organisation, found, role=role)
        made = credentials.present(organisation.pk, role)
        assert made is not None
        self.stdout.write(
            f"{organisation} sends with a new certificate (serial {made.serial}) from now on, until "
            f"{made.valid_to:%Y-%m-%d %H:%M} UTC. The old one stays valid: revoke_identity ends that."
        )
