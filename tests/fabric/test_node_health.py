"""How each node of the network is, as the ledger page will show it."""

import pytest

from tests.fabric.until import until
from traceapp.ledger.fabric.adapter import FabricLedger


@pytest.fixture(scope="module")
def ledger(fabric_network):
    found = FabricLedger(fabric_network.connection_file)
    yield found
    found.close()


def unwell(ledger):
    return {node.name: node.said for node in ledger.nodes() if not node.well}


def test_every_peer_orderer_and_contract_service_is_well(fabric_network, ledger):
    until(lambda: not unwell(ledger))
    found = ledger.nodes()
    topology = fabric_network.topology
    assert [node.name for node in found if node.kind == "peer"] == [node.name for node in topology.peers]
    assert [node.name for node in found if node.kind == "orderer"] == [node.name for node in topology.orderers]
    assert [node.name for node in found if node.kind == "contract"] == fabric_network.contracts
    assert {node.height for node in found if node.kind == "peer"} == {ledger.height()}


def test_a_node_that_died_and_one_that_hangs_are_named_with_what_is_wrong(fabric_network, ledger):
    contract, peer, orderer = fabric_network.contracts[0], "peer-kestrel", "orderer-3"
    fabric_network.kill(contract)
    fabric_network.kill(orderer)
    fabric_network.freeze(peer)
    try:
        found = unwell(ledger)
    finally:
        fabric_network.thaw(peer)
        fabric_network.restart(orderer)
        fabric_network.restart(contract)
        fabric_network.wait_until_endorsing()
    assert set(found) == {contract, peer, orderer}
    assert "cannot be reached" in found[contract]
    assert "cannot be reached" in found[orderer]
    assert "does not answer within" in found[peer]
    until(lambda: not unwell(ledger))
