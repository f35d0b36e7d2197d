"""The ledgers the contract suite runs against. A new adapter adds its name to LEDGERS and its function beside it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.contract.deployment import Deployment
from traceapp.ledger.embedded import organisations
from traceapp.ledger.embedded.adapter import EmbeddedLedger
from traceapp.ledger.identities import LocalSigner

MEMBERS = [
    ("HuertaAlbaMSP", "Huerta Alba", "9506000134352"),
    ("FrioVegaMSP", "Frío Vega", "9506000134369"),
    ("MercadoSolMSP", "Mercado Sol", "9506000134376"),
]


def embedded(folder: Path) -> Deployment:
    path = folder / "ledger.sqlite3"
    ledger = EmbeddedLedger.create(path, MEMBERS, batch_timeout=0.02)

    def client(index: int, role: str) -> LocalSigner:
        msp_id, _, pgln = MEMBERS[index]
        return LocalSigner(msp_id, *ledger.client_identity(msp_id, org=pgln, role=role))

    foreign = organisations.found(
        msp_id=MEMBERS[0][0], kind="business", name="", pgln="", sequence=0, at=datetime.now(UTC)
    )
    stranger = organisations.issue_client(
        foreign, org=MEMBERS[0][2], role="recorder", custodial=False, at=datetime.now(UTC)
    )
    return Deployment(
        ledger=ledger,
        organisation=MEMBERS[0][2],
        recorder=client(0, "recorder"),
        reader=client(0, "reader"),
        other=client(1, "recorder"),
        stranger=LocalSigner(MEMBERS[0][0], *stranger),
        reopen=lambda: EmbeddedLedger(path, batch_timeout=0.02),
    )


LEDGERS: dict[str, Callable[[Path], Deployment]] = {"embedded": embedded}


@pytest.fixture(params=sorted(LEDGERS), scope="module")
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """One ledger a test module: tests share its blocks, so each uses ids of its own."""
    return LEDGERS[request.param](tmp_path_factory.mktemp(request.param))
