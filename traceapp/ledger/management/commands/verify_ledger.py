"""Verify everything now."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from traceapp.ledger import apps, audit
from traceapp.ledger.errors import Unavailable
from traceapp.ledger.models import Finding
from traceapp.ledger.trust import NotPinned
from traceapp.verifier.errors import TrustError


class Command(BaseCommand):
    help = (
        "Check every stored record against the ledger and every batch on the ledger against the store. "
        "Exit code 0: all of it matches; 1: findings; 2: could not check."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = audit.everything(apps.ledger(), self._progress)
        except (Unavailable, NotPinned, TrustError) as error:
            raise CommandError(f"Nothing could be checked: {error}", returncode=2) from error
        found = list(Finding.objects.filter(resolved=None).select_related("organisation").order_by("pk"))
        self._clear()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(result, found), indent=1))
        else:
            self._tell(result, found)
        if found:
            sys.exit(1)

    def _tell(self, result: audit.Result, found: list[Finding]) -> None:
        counted = f"{result.records} records in {result.batches} batches, {result.blocks} blocks"
        if not found:
            self.stdout.write(f"Everything matches the ledger: {counted}.")
            return
        for one in found:
            self.stdout.write(line_of(one))
        self.stdout.write(f"{len(found)} finding{'s' if len(found) > 1 else ''} in {counted}.")

    def _progress(self, result: audit.Result) -> None:
        if self.stderr.isatty() and result.batches % 20 == 0:
            self.stderr.write(f"\r{result.records} records checked", ending="")

    def _clear(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")


def line_of(one: Finding) -> str:
    """One finding in one line: what, which record, where, why."""
    where = []
    if one.record_uid:
        where.append(f"record {one.record_uid}")
    if one.record_pk:
        where.append(f"row {one.record_pk}")
    if one.position is not None:
        where.append(f"position {one.position}")
    if one.batch_id:
        where.append(f"batch {one.batch_id}")
    if one.document:
        where.append(one.document)
    if one.organisation:
        where.append(one.organisation.name)
    return f"{one.get_what_display()}: {', '.join(where) or 'the ledger'}: {one.message}"


def _as_json(result: audit.Result, found: list[Finding]) -> dict[str, Any]:
    return {
        "clean": not found,
        "records": result.records,
        "batches": result.batches,
        "blocks": result.blocks,
        "findings": [
            {
                "what": one.what,
                "record": str(one.record_uid) if one.record_uid else None,
                "row": one.record_pk,
                "batch": one.batch_id or None,
                "document": one.document or None,
                "position": one.position,
                "organisation": one.organisation.pgln if one.organisation else None,
                "message": one.message,
                "found": one.found.isoformat(),
            }
            for one in found
        ],
    }
