"""What the contract's service asks of a real peer: many keys, large values, ranges, and how a transaction ends."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest

from docker.native import FabricNetwork
from docker.network import servers
from tests.fabric.client import Client, Refused
from tests.fabric_fixtures import skip_without_programs
from tests.stack import until
from traceapp.ledger.protos import common, proposal, proposal_response, transaction

VALID = 0
THOUSAND = 1000
event = import_module("fabric_protos.peer.chaincode_event_pb2")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """With the probe in the place of the contract."""
    skip_without_programs()
    with FabricNetwork(tmp_path_factory.mktemp("probe")) as running:
        for node in running.life.contracts:
            running.stop(node.name)
            command = [sys.executable, "-m", "tests.fabric.probe"]
            running.processes.start(node.name, command, running.nodes._contract(node))
        yield running


@pytest.fixture(scope="module", params=["all peers take batches", "no peer takes batches"])
def client(network, request):
    """At peers that offer write batches and multi-get, and at peers that do not."""
    if request.param.startswith("no"):
        as_described = servers.core

        def older(*given, **named):
            settings = as_described(*given, **named)
            settings["chaincode"]["runtimeParams"] |= {"useWriteBatch": False, "useGetMultipleKeys": False}
            return settings

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(servers, "core", older)
            for peer in network.peers:
                network.stop(peer.name)
                network.restart(peer.name)
    found = Client(network, network.peers[0])
    until(lambda: answers(found), "the peers reach the probe and each other")
    return found


@pytest.fixture(scope="module")
def prefix(client, request):
    return f"k{abs(hash(request.node.name + str(id(client)))):x}-"


def answers(client):
    try:
        for one in client.network.topology.organisations:
            client.evaluate("echo", '["well"]', organisation=one.msp_id)
        client.endorse("echo", '["well"]')
    except Refused:
        return False
    return True


def ask(client, function, *args):
    return json.loads(client.evaluate(function, json.dumps(args)))


def do(client, function, *args):
    """Endorsed by a majority, and its validation code."""
    return client.send(client.endorse(function, json.dumps(args)))


def test_a_thousand_keys_are_written_read_and_removed_in_one_transaction_each(client, prefix):
    begun = time.monotonic()
    assert do(client, "put", prefix, THOUSAND, 100) == VALID
    print(f"\n1,000 keys written in {time.monotonic() - begun:.2f} s")
    until(lambda: ask(client, "lengths", prefix, THOUSAND) == [100] * THOUSAND, "every key is there")
    assert ask(client, "lengths", prefix, THOUSAND + 1)[-1] is None
    assert do(client, "remove", prefix, THOUSAND // 2) == VALID
    until(lambda: ask(client, "lengths", prefix, THOUSAND)[:500] == [None] * 500, "half of them are gone")
    assert ask(client, "lengths", prefix, THOUSAND)[500:] == [100] * 500


def test_a_range_is_read_over_many_pages_and_an_open_one_meets_no_composite_key(client, prefix):
    name = f"{prefix}range-"
    assert do(client, "put", name, 450, 10) == VALID
    until(lambda: ask(client, "count", name, f"{name}~")[0] == 450, "all rows are read")
    assert ask(client, "count", name, f"{name}~")[1:] == [[f"{name}000000"], [f"{name}000449"]]
    assert ask(client, "count", f"{name}000100", f"{name}000200")[0] == 100
    count, first, _ = ask(client, "count", "", "")
    assert count >= 450
    assert not first[0].startswith("\x00")
    assert ask(client, "first", name, f"{name}~") == f"{name}000000"  # left early, and the peer goes on
    assert do(client, "count_and_put", name, f"{name}~", f"{name}000450") == VALID


def test_values_of_megabytes_pass_both_ways(client, prefix):
    size = 3_000_000
    assert do(client, "put", f"{prefix}large-", 2, size) == VALID
    until(lambda: ask(client, "lengths", f"{prefix}large-", 2) == [size] * 2, "both values are there")
    text = "x" * 12_000_000
    assert ask(client, "echo", text) == text


def test_a_refusal_and_a_failure_are_told_at_once_and_write_nothing(client, prefix):
    begun = time.monotonic()
    with pytest.raises(Refused, match="forbidden: so it is"):
        client.endorse("refuse", json.dumps([prefix]))
    with pytest.raises(Refused, match="RuntimeError: broken inside"):
        client.endorse("fail", "[]")
    assert time.monotonic() - begun < 15  # a peer that hears nothing waits for 30 s
    assert ask(client, "count", f"{prefix}refused", f"{prefix}refused~")[0] == 0


def test_the_event_is_in_what_was_endorsed(client, prefix):
    payload = common.Payload.FromString(client.endorse("put", json.dumps([f"{prefix}event-", 3, 1])).payload)
    carried = transaction.ChaincodeActionPayload.FromString(
        transaction.Transaction.FromString(payload.data).actions[0].payload
    )
    answer = proposal_response.ProposalResponsePayload.FromString(carried.action.proposal_response_payload)
    found = event.ChaincodeEvent.FromString(proposal.ChaincodeAction.FromString(answer.extension).events)
    assert (found.event_name, found.payload, found.chaincode_id) == ("put", b"3", client.network.chaincode)


def test_many_transactions_of_many_keys_at_once_do_not_mix(client, prefix):
    with ThreadPoolExecutor(16) as threads:
        codes = list(threads.map(lambda n: do(client, "put", f"{prefix}{n}-", 20 + n, 5), range(32)))
    assert codes == [VALID] * 32
    for n in (0, 13, 31):
        until(lambda n=n: ask(client, "lengths", f"{prefix}{n}-", 20 + n) == [5] * (20 + n), "each has its own keys")
