"""The network as processes: what it promises to whoever starts one."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from docker.containers import services
from docker.native import FabricNetwork
from docker.network.trust import genesis_hash
from tests.fabric.client import Client, Refused
from tests.stack import ROOT, until
from traceapp.verifier import parse_trust

VALID = 0

HOLD = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # however the test run itself was started
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
from docker.native import FabricNetwork
with FabricNetwork(Path(sys.argv[1])) as net:
    print(*[net.pid(name) for name in net.processes.names()], flush=True)
    sys.stdin.read()
"""


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_everything_listens_on_this_machine_only(network):
    # /proc/net/tcp: local address in hexadecimal, state 0A is listening; 0100007F is 127.0.0.1.
    base = network.topology.base
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {int(row[1][-4:], 16): row[1][:8] for row in rows if row[3] == "0A"}
    ours = {port: address for port, address in listening.items() if base <= port < base + 64}
    assert set(ours.values()) == {"0100007F"}
    pids = {network.pid(name) for name in network.processes.names()}
    assert not _open_to_all(pids)


def test_keys_are_readable_by_their_owner_only(network):
    keys = list(network.folder.rglob("*key.pem"))
    assert len(keys) > 10
    assert {path.stat().st_mode & 0o077 for path in keys} == {0}


def test_the_trust_file_is_what_a_verifier_takes(network):
    trust = parse_trust(json.dumps(network.trust()).encode())
    assert trust.channel == "trace"
    assert network.trust()["genesis"] == genesis_hash(network.administration.genesis.read_bytes()).hex()


def test_a_majority_of_organisations_must_endorse(network):
    said = network.administration._peer(
        network.topology.organisations[0], ["lifecycle", "chaincode", "querycommitted", "-C", "trace", "-O", "json"]
    )
    defined = {one["name"]: one for one in json.loads(said)["chaincode_definitions"]}
    assert defined["traceability"]["sequence"] == network.sequence
    assert network.trust()["endorsement"][0]["rule"]["outOf"][0] == 2


@pytest.mark.parametrize("name", ["orderer-1", "orderer-2", "orderer-3", "peer-kestrel"])
def test_one_node_may_die_and_come_back(network, clients, name):
    network.kill(name)
    try:
        until(lambda: _records(clients[0]), f"transactions go on without {name}", within=60)
    finally:
        network.restart(name)
    network.wait_until_endorsing()
    assert clients[0].record()[1] == VALID


def test_what_containers_ask_a_node_for_its_health_tells_well_from_not_well(network):
    def well(name):
        asked = services._ask_health(network.topology.node(name)).encode().decode("unicode_escape")
        return subprocess.run(["bash", "-c", asked], check=False, capture_output=True).returncode == 0

    names = [server.name for server in (*network.peers, *network.orderers)]
    assert all(well(name) for name in names)
    network.kill("orderer-3")
    assert not well("orderer-3")
    network.restart("orderer-3")


def test_the_contract_is_upgraded_while_it_is_in_use(network, clients):
    before, old = network.sequence, network.contracts
    batch_id, _ = clients[0].record()
    assert network.upgrade() == before + 1
    assert not set(old) & set(network.processes.names())
    network.wait_until_endorsing()
    assert clients[2].evaluate("has_id", batch_id) == b"true"
    assert clients[1].record()[1] == VALID


def test_the_same_folder_goes_on_where_it_ended(tmp_path):
    with FabricNetwork(tmp_path) as net:
        batch_id, code = Client(net, net.peers[0]).record()
        assert code == VALID
        trust = net.trust()
        net.upgrade()
    with FabricNetwork(tmp_path) as net:
        assert net.sequence == 2
        assert net.trust() == trust
        assert Client(net, net.peers[1]).evaluate("has_id", batch_id) == b"true"
        assert Client(net, net.peers[2]).record()[1] == VALID


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_started_the_network(tmp_path, how):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    pids = [int(pid) for pid in holder.stdout.readline().split()]
    assert len(pids) == 9
    assert all(alive(pid) for pid in pids)
    os.kill(holder.pid, how)
    holder.wait(120)  # on a busy machine each step of the ending may use up its grace
    until(lambda: not any(alive(pid) for pid in pids), "all nodes have ended", within=30)


def _records(client):
    try:
        return client.record()[1] == VALID
    except Refused:
        return False


def _open_to_all(pids):
    """Sockets of these processes that listen on every address."""
    inodes = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = os.readlink(link)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return [row for row in rows if row[9] in inodes and row[3] == "0A" and set(row[1].split(":")[0]) == {"0"}]
