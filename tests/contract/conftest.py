"""The ledgers the contract suite runs against. A new adapter adds its name to LEDGERS and its function beside it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chaincode.traceability.contract import Traceability
from docker.network.topology import Topology
from tests.contract.deployment import Deployment, Issue
from traceapp.ledger.embedded import organisations
from traceapp.ledger.embedded.adapter import EmbeddedLedger
from traceapp.ledger.fabric.adapter import FabricLedger
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.port import Ledger

# The same members on both, so that they must give the same bytes.
MEMBERS = Topology.read().organisations
BANK = Topology.read().organisation(Topology.read().settlement)


def embedded(_: pytest.FixtureRequest, folder: Path) -> Deployment:
    path = folder / "ledger.sqlite3"
    names = [(one.msp_id, one.name, one.pgln) for one in Topology.read().members]

    def opened() -> EmbeddedLedger:
        return EmbeddedLedger(path, batch_timeout=0.02, contract=Traceability(BANK.msp_id))

    EmbeddedLedger.create(path, names)
    # Certificates hold for ten years.
    long_ago = EmbeddedLedger(path, clock=lambda: datetime.now(UTC) - timedelta(days=11 * 365))

    def issue(msp_id: str, org: str, role: str, person: str = "", *, expired: bool = False) -> LocalSigner:
        issuer = long_ago if expired else opened()
        return LocalSigner(msp_id, *issuer.client_identity(msp_id, org=org, role=role, person=person))

    return deployment(opened(), issue, opened)


def fabric(request: pytest.FixtureRequest, _: Path) -> Deployment:
    network = request.getfixturevalue("fabric_network")
    now = datetime.now(UTC)
    past = {"not_before": now - timedelta(days=2), "not_after": now - timedelta(days=1)}

    def issue(msp_id: str, org: str, role: str, person: str = "", *, expired: bool = False) -> LocalSigner:
        made = network.client_identity(msp_id, org=org, role=role, person=person, **(past if expired else {}))
        return LocalSigner(msp_id, *made)

    def opened() -> FabricLedger:
        return FabricLedger(network.connection_file)

    return deployment(opened(), issue, opened)


def deployment(ledger: Ledger, issue: Issue, reopen: Callable[[], Ledger]) -> Deployment:
    first, second = MEMBERS[:2]
    return Deployment(
        ledger=ledger,
        organisation=first.pgln,
        recorder=issue(first.msp_id, first.pgln, "recorder"),
        reader=issue(first.msp_id, first.pgln, "reader"),
        other=issue(second.msp_id, second.pgln, "recorder"),
        stranger=stranger(first.msp_id, first.pgln),
        expired=issue(first.msp_id, first.pgln, "recorder", expired=True),
        reopen=reopen,
        issue=issue,
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


@pytest.fixture(scope="module")
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Deployment]:
    """Every ledger, to be compared."""
    return {name: make(request, tmp_path_factory.mktemp(name)) for name, make in sorted(LEDGERS.items())}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No case here is of one ledger only."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and not {"place", "places"} & set(getattr(item, "fixturenames", ())):
            raise pytest.UsageError(f"{item.nodeid} runs on no ledger or on one only: use the fixture place or places")
