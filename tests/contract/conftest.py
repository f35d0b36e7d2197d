"""The ledgers the contract suite runs against. A new adapter adds its name to LEDGERS and its function beside it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.contract.deployment import Deployment
from traceapp.ledger.embedded import organisations
from traceapp.ledger.embedded.adapter import EmbeddedLedger
from traceapp.ledger.fabric.adapter import FabricLedger
from traceapp.ledger.identities import LocalSigner

MEMBERS = [
    ("HuertaAlbaMSP", "Huerta Alba", "9506000134352"),
    ("FrioVegaMSP", "Frío Vega", "9506000134369"),
    ("MercadoSolMSP", "Mercado Sol", "9506000134376"),
]


def embedded(_: pytest.FixtureRequest, folder: Path) -> Deployment:
    path = folder / "ledger.sqlite3"
    ledger = EmbeddedLedger.create(path, MEMBERS, batch_timeout=0.02)
    # Certificates hold for ten years.
    long_ago = EmbeddedLedger(path, clock=lambda: datetime.now(UTC) - timedelta(days=11 * 365))

    def client(index: int, role: str, issuer: EmbeddedLedger = ledger) -> LocalSigner:
        msp_id, _, pgln = MEMBERS[index]
        return LocalSigner(msp_id, *issuer.client_identity(msp_id, org=pgln, role=role))

    return Deployment(
        ledger=ledger,
        organisation=MEMBERS[0][2],
        recorder=client(0, "recorder"),
        reader=client(0, "reader"),
        other=client(1, "recorder"),
        stranger=stranger(MEMBERS[0][0], MEMBERS[0][2]),
        expired=client(0, "recorder", long_ago),
        reopen=lambda: EmbeddedLedger(path, batch_timeout=0.02),
    )


def fabric(request: pytest.FixtureRequest, _: Path) -> Deployment:
    network = request.getfixturevalue("fabric_network")
    first, second = network.topology.organisations[:2]
    connection = network.connection_file
    now = datetime.now(UTC)
    past = {"not_before": now - timedelta(days=2), "not_after": now - timedelta(days=1)}

    def client(organisation, role, **validity) -> LocalSigner:
        made = network.client_identity(organisation.msp_id, org=organisation.pgln, role=role, **validity)
        return LocalSigner(organisation.msp_id, *made)

    return Deployment(
        ledger=FabricLedger(connection),
        organisation=first.pgln,
        recorder=client(first, "recorder"),
        reader=client(first, "reader"),
        other=client(second, "recorder"),
        stranger=stranger(first.msp_id, first.pgln),
        expired=client(first, "recorder", **past),
        reopen=lambda: FabricLedger(connection),
    )


def stranger(msp_id: str, pgln: str) -> LocalSigner:
    """Says that it is a member's client, with a certificate of an authority that nobody knows."""
    now = datetime.now(UTC)
    foreign = organisations.found(msp_id=msp_id, kind="business", name="", pgln="", sequence=0, at=now)
    made = organisations.issue_client(foreign, attributes={"org": pgln, "role": "recorder"}, at=now)
    return LocalSigner(msp_id, *made)


_MARKS = {"fabric": [pytest.mark.fabric]}
LEDGERS: dict[str, Callable[[pytest.FixtureRequest, Path], Deployment]] = {"embedded": embedded, "fabric": fabric}


# One worker for all of a ledger: a network of processes is started once, and two would take the processors' time.
@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.xdist_group(name), *_MARKS.get(name, [])]) for name in sorted(LEDGERS)
    ],
    scope="module",
)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """One ledger a test module: tests share its blocks, so each uses ids of its own."""
    return LEDGERS[request.param](request, tmp_path_factory.mktemp(request.param))
