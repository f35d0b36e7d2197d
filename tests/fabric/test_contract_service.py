"""The contract as a service, under real peers."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fabric.client import Client, Refused, batch
from tests.stack import until

VALID = 0


def test_a_batch_recorded_through_one_organisation_is_read_through_every_other(clients):
    first = clients[0]
    batch_id, code = first.record()
    assert code == VALID
    for client in clients:
        until(
            lambda client=client: client.evaluate("has_id", batch_id) == b"true", f"{client.organisation.name} has it"
        )
        document = json.loads(client.evaluate("get_batch", batch_id))
        assert document["organisation"] == first.organisation.pgln
        assert document["mspId"] == first.organisation.msp_id


def test_the_contracts_reason_reaches_the_client(clients):
    batch_id, _ = clients[0].record()
    with pytest.raises(Refused, match="already_recorded: batch"):
        clients[0].endorse("record_batch", json.dumps(batch(id=batch_id)))
    with pytest.raises(Refused, match="conflict: batch"):
        clients[0].endorse("record_batch", json.dumps(batch(id=batch_id, root="00" * 32)))
    with pytest.raises(Refused, match="unknown_function: there is no function"):
        clients[0].evaluate("mint", "{}")


def test_attributes_of_the_certificate_decide(network):
    reader = Client(network, network.peers[0], role="")
    assert reader.evaluate("has_id", "0" * 32) == b"false"
    with pytest.raises(Refused, match="forbidden: record_batch needs the role recorder"):
        reader.endorse("record_batch", json.dumps(batch()))


def test_a_member_without_a_node_records_through_anothers_peer(network):
    guest = network.topology.members[-1]
    client = Client(network, network.peers[1], member=guest.msp_id)
    batch_id, code = client.record()
    assert code == VALID
    assert json.loads(client.evaluate("get_batch", batch_id))["mspId"] == guest.msp_id


def test_a_thousand_batches_are_asked_for_in_one_call(clients):
    ids = [f"{n:032x}" for n in range(2500)]
    found = json.loads(clients[1].evaluate("get_batches", json.dumps(ids)))
    assert set(found.values()) == {None}
    assert len(found) == 2500


def test_many_transactions_at_once_all_take_effect(clients):
    with ThreadPoolExecutor(32) as threads:
        done = list(threads.map(lambda n: clients[n % 3].record(size=n + 1), range(120)))
    assert {code for _, code in done} == {VALID}
    ids = [batch_id for batch_id, _ in done]
    for client in clients:
        until(
            lambda client=client: None not in json.loads(client.evaluate("get_batches", json.dumps(ids))).values(),
            "every peer has every batch",
        )
    found = json.loads(clients[2].evaluate("get_batches", json.dumps(ids)))
    assert [found[batch_id]["size"] for batch_id in ids] == list(range(1, 121))


def test_a_large_argument_passes_and_is_refused_by_rule_not_by_size(clients):
    with pytest.raises(Refused, match="bad_request"):
        clients[0].evaluate("has_id", "x" * (6 * 1024 * 1024))


def test_while_one_organisations_service_is_dead_the_others_go_on_and_it_comes_back(network, clients):
    name = network.contracts[0]
    network.kill(name)
    until(lambda: _records(clients[1]), "a majority without the dead service endorses", within=30)
    assert clients[0].evaluate("has_id", "0" * 32) == b"false"  # its own gateway asks another organisation's peer
    network.restart(name)
    own = clients[0].organisation.msp_id
    until(lambda: _answers(clients[0], own), "the peer has connected to the new service", within=30)


def test_a_service_that_is_stopped_ends_well(network, clients):
    name = network.contracts[2]
    process = network.processes._children[name]
    network.processes.send(name, signal.SIGTERM)
    assert process.wait(20) == 0
    network.restart(name)
    until(lambda: _answers(clients[2], clients[2].organisation.msp_id), "the peer has connected again", within=30)


def _records(client):
    try:
        return client.record()[1] == VALID
    except Refused:
        return False


def _answers(client, organisation):
    try:
        return client.evaluate("has_id", "0" * 32, organisation=organisation) == b"false"
    except Refused:
        return False
