"""Seal all keys with a new KEYSTORE_KEY."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.ledger import keystore
from traceapp.ledger.lock import SingleRunner


class Command(BaseCommand):
    help = "Seal every key in the key store anew: KEYSTORE_KEY is the new one, the old one is in a file."
    requires_system_checks = ()  # of which one says that KEYSTORE_KEY is not the store's: here that is as it should be

    def add_arguments(self, parser: CommandParser) -> None:
        old = "file with the old KEYSTORE_KEY (default: the one that was made in the data folder, if any)"
        parser.add_argument("--old-key-file", type=Path, default=None, help=old)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["old_key_file"] or settings.DATA_DIR / "secrets" / "keystore-key"
        try:
            old = path.read_text().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise CommandError(
                f"The old key cannot be read from {path}: {why}. Name its file: --old-key-file."
            ) from error
        lock = SingleRunner()
        if not lock.take():
            raise CommandError("ledgerd works with these keys: end it first, and start it with the new KEYSTORE_KEY.")
        try:
            number = keystore.reseal(old)
        except keystore.KeyStoreError as error:
            raise CommandError(str(error)) from error
        finally:
            lock.release()
        self.stdout.write(
            f"{number} key{'' if number == 1 else 's'} sealed with the new KEYSTORE_KEY. Start web processes and "
            "ledgerd with it, and destroy the old one."
        )
