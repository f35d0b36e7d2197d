"""A consortium on an embedded ledger of its own, for every suite: `ledger_world.anchor()` brings all that is queued on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from tests.factories import OrganisationFactory
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Visibility
from traceapp.ledger import apps, evidence, projection, provision, shapes
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.kinds import kind_named
from traceapp.ledger.models import Batch, Record
from traceapp.ledger.outgoing import Call
from traceapp.ledger.port import Ledger
from traceapp.ledger.relay import Relay
from traceapp.ledger.signers import Signers


@dataclass
class LedgerWorld:
    """Organisations that are members of the ledger. Those made later become members at the next `anchor()`."""

    organisations: list[Organisation]

    @property
    def ledger(self) -> Ledger:
        return apps.ledger()

    def provision(self) -> None:
        provision.provision(self.ledger, apps.founder())

    def anchor(self) -> None:
        """Everything queued goes on the ledger, with its evidence, as `ledgerd` would do it."""
        if provision.wanted(apps.founder()):
            self.provision()
        signers = Signers()
        relay = Relay(self.ledger, signers)
        while True:
            moved = relay.step()
            moved += projection.follow(self.ledger, timeout=0.3 if self.in_flight() else 0)
            moved += evidence.gather(self.ledger, signers) + evidence.gather_wanted(self.ledger, signers)
            if not moved and not self.in_flight():
                return

    def in_flight(self) -> bool:
        ended = (Batch.State.VALID, Batch.State.INVALID)
        return any(kind.objects.exclude(state__in=ended).exists() for kind in (Batch, Call))

    def record(
        self,
        organisation: Organisation | None = None,
        *,
        visibility: int = Visibility.CHAIN,
        readers: Mapping[int, str] | None = None,
        **event: Any,
    ) -> Record:
        """Store, index and queue one event."""
        new = NewRecord("epcis", {"event": an_event(**event)}, visibility, readers or {})
        return self._append([new], organisation)[0]

    def records(self, number: int, organisation: Organisation | None = None) -> list[Record]:
        """Several, in one transaction: one batch, if nothing else waits."""
        return self._append(
            [NewRecord("epcis", {"event": an_event()}, Visibility.CHAIN) for _ in range(number)], organisation
        )

    def _append(self, new: list[NewRecord], organisation: Organisation | None) -> list[Record]:
        kind = kind_named("epcis")
        with transaction.atomic():
            records = append(organisation=organisation or self.organisations[0], records=new)
            for record in records if kind else []:
                kind.rebuild(record, shapes.opened(bytes(record.disclosures)))
        return records


def an_event(**members: Any) -> dict[str, Any]:
    """An object event as capture would hand it over."""
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid4()}",
        "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "epcList": ["https://id.gs1.org/01/09506000134352/21/1", "https://id.gs1.org/01/09506000134352/21/2"],
        **members,
    }


def _world(settings: Any) -> LedgerWorld:
    settings.BATCH_WAIT = 0
    names = ["Huerta Alba", "Rhine Cold Chain", "Nordmarkt"]
    made = [OrganisationFactory(name=name) for name in names]
    world = LedgerWorld(made)
    world.provision()
    return world


@pytest.fixture
def ledger_world(data_dir: Path, db: None, settings: Any) -> LedgerWorld:
    """Three organisations on a ledger in `data_dir`. The test's database transaction is rolled back at its end."""
    return _world(settings)


@pytest.fixture
def committed_ledger_world(data_dir: Path, transactional_db: None, settings: Any) -> LedgerWorld:
    """The same with real commits, for tests of threads and processes; the tables are emptied afterwards."""
    return _world(settings)
