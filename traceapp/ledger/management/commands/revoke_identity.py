"""Have the ledger's peers refuse a certificate from now on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.accounts.models import Organisation
from traceapp.ledger import apps, credentials, revocation
from traceapp.ledger.errors import LedgerError


class Command(BaseCommand):
    help = (
        "Revoke a certificate of an organisation: its peers refuse it, and the trust file lists it. What it recorded "
        "before stays proven. On Fabric that is a change of the channel (docs/identities.md)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("msp_id", help="the organisation's MSP id")
        parser.add_argument("--serial", default="", help="serial number in hex (default: the certificate in use)")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(msp_id=options["msp_id"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation with the MSP id {options['msp_id']}.")
        found = apps.founder()
        if found is None:
            raise CommandError(
                "On Fabric an organisation's administrators revoke by an update of the channel, whose list of revoked "
                f"certificates is then in the connection file: `python -m docker.native.members revoke "
                f"{organisation.msp_id} --serial ...` does both for a network of ours (docs/identities.md)."
            )
        serial = self._serial(organisation, options["serial"])
        try:
            apps.ledger().height()  # one that is away must not be founded anew
            member = (organisation.msp_id, organisation.name, organisation.pgln)
            done = found([member]).revoke(organisation.msp_id, serial)
        except (LedgerError, ValueError) as error:
            raise CommandError(str(error)) from error
        present = credentials.present(organisation.pk)
        self.stdout.write(f"Certificate {serial:x} of {organisation} is revoked{'' if done else ' already'}.")
        if present is not None and present.serial == f"{serial:x}":
            self.stdout.write(
                f"It is the one in use: records wait until `manage.py rotate_identity {organisation.msp_id}`."
            )

    def _serial(self, organisation: Organisation, given: str) -> int:
        if given:
            try:
                return revocation.parse_serial(given)
            except ValueError as error:
                raise CommandError(f"{error}.") from error
        present = credentials.present(organisation.pk)
        if present is None:
            raise CommandError(f"{organisation} has no certificate yet: name a serial number (--serial).")
        return int(present.serial, 16)
