"""What the tests of the network and the contract service share. The network itself is in `tests.fabric_fixtures`."""

import pytest
from django.core.management import call_command

from tests.fabric.client import Client
from tests.fabric.until import until
from tests.factories import OrganisationFactory
from tests.ledger_fixtures import LedgerWorld
from traceapp.ledger import apps


@pytest.fixture(scope="session")
def network(fabric_network):
    """Running, shared by the tests: whoever kills a node starts it again."""
    return fabric_network


@pytest.fixture(scope="session")
def clients(network):
    """A recorder of each organisation, at its own peer."""
    return [Client(network, peer) for peer in network.peers]


@pytest.fixture
def world(fabric_network, data_dir, db, settings, tmp_path):
    """The application on this network, with each member's certificates to record and to pay."""
    settings.LEDGER = "fabric"
    settings.FABRIC_CONFIG = fabric_network.connection_file
    settings.BATCH_WAIT = 0
    made = []
    for member in fabric_network.topology.organisations:
        made.append(OrganisationFactory(name=member.name, msp_id=member.msp_id, pgln=member.pgln))
        for role in ("recorder", "treasurer"):
            key, certificate = fabric_network.client_identity(member.msp_id, org=member.pgln, role=role)
            (tmp_path / "key.pem").write_bytes(key)
            (tmp_path / "cert.pem").write_bytes(certificate)
            files = {"cert": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
            call_command("import_identity", member.msp_id, role=role, **files)
    found = LedgerWorld(made)
    until(lambda: found.provision() or True)
    yield found
    apps.ledger().close()
