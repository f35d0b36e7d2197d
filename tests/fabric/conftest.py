"""What the tests of the network and the contract service share. The network itself is in `tests.fabric_fixtures`."""

import pytest

from tests.fabric.client import Client


@pytest.fixture(scope="session")
def network(fabric_network):
    """Running, shared by the tests: whoever kills a node starts it again."""
    return fabric_network


@pytest.fixture(scope="session")
def clients(network):
    """A recorder of each organisation, at its own peer."""
    return [Client(network, peer) for peer in network.peers]
