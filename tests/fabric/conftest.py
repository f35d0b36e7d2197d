"""A Fabric network of the test run's own, where Fabric's programs are found; else the tests say loudly that they did not run."""

import pytest

from docker.native import FabricNetwork, missing
from tests.fabric.client import Client


def pytest_terminal_summary(terminalreporter):
    if missing():
        terminalreporter.section("FABRIC TESTS DID NOT RUN", sep="!")
        terminalreporter.write_line(f"Not found in FABRIC_HOME/bin or on the PATH: {', '.join(missing())}.")


@pytest.fixture(scope="session")
def network(tmp_path_factory):
    """Running, shared by the tests: whoever kills a node starts it again."""
    if missing():
        pytest.skip(f"Fabric's programs are missing: {', '.join(missing())}")
    with FabricNetwork(tmp_path_factory.mktemp("fabric")) as running:
        yield running


@pytest.fixture(scope="session")
def clients(network):
    """A recorder of each organisation, at its own peer."""
    return [Client(network, peer) for peer in network.peers]
