"""The contract's service as a process: settings, TLS, health, and how it ends."""

import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from chaincode import health
from chaincode.server import Settings, SettingsError
from docker.network.certificates import issue_tls
from tests.stack import ROOT, free_port, until
from tests.unit.chaincode_peer import PACKAGE, Peer, serve
from traceapp.ledger.identities import make_ca


class Waits:
    """Asks the peer once, then ends."""

    def invoke(self, ctx, function, args):
        return ctx.get_state("k") or b"-"


def checked(channel, service=b""):
    name = b"\x0a" + bytes([len(service)]) + service if service else b""
    return health.decode(channel.unary_unary(f"/{health.SERVICE}/Check")(name, timeout=5))


@pytest.fixture(scope="module")
def authority():
    now = datetime.now(UTC)
    return make_ca(msp_id="t", name="t", not_before=now - timedelta(hours=1), not_after=now + timedelta(hours=1))


@pytest.fixture(scope="module")
def pair(authority):
    now = datetime.now(UTC)
    return issue_tls(
        ca_key=authority[0], ca_certificate=authority[1], host="contract",
        not_before=now - timedelta(hours=1), not_after=now + timedelta(hours=1),
    )  # fmt: skip


def test_health_answers_for_the_server_and_its_service_and_for_no_other():
    server = serve(Waits())
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        assert checked(channel) == checked(channel, b"protos.Chaincode") == health.SERVING
        with pytest.raises(grpc.RpcError) as refused:
            checked(channel, b"other")
        assert refused.value.code() == grpc.StatusCode.NOT_FOUND
    server.stop(grace=0.5)


def test_a_watcher_is_told_that_the_service_stops():
    server = serve(Waits())
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        told = (health.decode(answer) for answer in channel.unary_stream(f"/{health.SERVICE}/Watch")(b""))
        assert next(told) == health.SERVING
        ending = threading.Thread(target=server.stop, args=(5,))
        ending.start()
        assert next(told) == health.NOT_SERVING
        ending.join()


def test_healthz_says_ok_until_the_service_stops():
    server = serve(Waits(), operations="127.0.0.1:0")
    url = f"http://127.0.0.1:{server._operations.port}"
    with urllib.request.urlopen(url + "/healthz", timeout=5) as answer:
        assert (answer.status, answer.read()) == (200, b'{"status":"OK"}\n')
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(url + "/else", timeout=5)
    server._health.stop()
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(url + "/healthz", timeout=5)
    server.stop(grace=0.1)


def test_stopping_lets_a_running_transaction_end_and_then_hangs_up():
    server = serve(Waits())
    peer = Peer(server.port)
    peer.state, peer.hold = {"k": b"v"}, threading.Event()
    key = peer.begin("f")
    until(lambda: not server._streams or peer._open[key] == 1, "the contract asks the peer", within=10)
    ending = threading.Thread(target=server.stop, args=(10,))
    ending.start()
    assert not peer.ended.wait(0.2)
    peer.hold.set()
    assert b"v" in peer.result(key).payload
    assert peer.ended.wait(10)
    ending.join(10)
    assert not ending.is_alive()
    peer.close()


def test_what_does_not_end_within_the_grace_is_given_up():
    server = serve(Waits())
    peer = Peer(server.port)
    peer.hold = threading.Event()
    key = peer.begin("f")
    until(lambda: peer._open[key] == 1, "the contract asks the peer", within=10)
    server.stop(grace=0.2)
    assert peer.ended.wait(10)
    peer.close()


def test_with_tls_a_peer_must_show_a_certificate_of_the_right_authority(authority, pair):
    server = serve(Waits(), key=pair[0], certificate=pair[1], client_ca=authority[1])
    known = Peer(server.port, credentials=grpc.ssl_channel_credentials(authority[1], *pair))
    assert known.name == PACKAGE
    assert known.call("f")[1] == b"-"
    known.close()
    for credentials in (grpc.ssl_channel_credentials(authority[1]), None):
        address = f"127.0.0.1:{server.port}"
        channel = grpc.secure_channel(address, credentials) if credentials else grpc.insecure_channel(address)
        with channel, pytest.raises(grpc.RpcError) as refused:
            checked(channel)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
    server.stop(grace=0.5)


@pytest.mark.parametrize("absent", ["CHAINCODE_ID", "CHAINCODE_SERVER_ADDRESS", "CHAINCODE_TLS_KEY"])
def test_what_is_missing_in_the_environment_is_named(absent, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"x")
    names = ("CHAINCODE_ID", "CHAINCODE_SERVER_ADDRESS", "CHAINCODE_TLS_KEY", "CHAINCODE_TLS_CERT")
    environment = {name: str(file) for name in names if name != absent}
    with pytest.raises(SettingsError, match=absent):
        Settings.read(environment)


def test_without_tls_only_when_asked_for():
    environment = {"CHAINCODE_ID": "a", "CHAINCODE_SERVER_ADDRESS": "b", "CHAINCODE_TLS_DISABLED": "true"}
    assert Settings.read(environment) == Settings("a", "b")
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.read({"CHAINCODE_ID": "a", "CHAINCODE_SERVER_ADDRESS": "b", "CHAINCODE_TLS_KEY": "/no/such/file"})


def started(**environment):
    command = [sys.executable, "-m", "chaincode.server"]
    kept = {"PATH": os.environ["PATH"], **environment}
    return subprocess.Popen(command, cwd=ROOT, env=kept, stderr=subprocess.PIPE, text=True)


def test_the_process_ends_well_on_sigterm():
    port = free_port()
    process = started(CHAINCODE_ID=PACKAGE, CHAINCODE_SERVER_ADDRESS=f"127.0.0.1:{port}", CHAINCODE_TLS_DISABLED="true")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        grpc.channel_ready_future(channel).result(timeout=20)
        peer = Peer(port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert peer.ended.wait(5)
        peer.close()
    assert "Traceback" not in process.stderr.read()


def test_the_process_says_in_a_sentence_what_it_lacks():
    process = started()
    assert process.wait(20) == 2
    said = process.stderr.read()
    assert "CHAINCODE_ID is not set" in said
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_said_without_a_traceback():
    server = serve(Waits())
    process = started(
        CHAINCODE_ID=PACKAGE, CHAINCODE_SERVER_ADDRESS=f"127.0.0.1:{server.port}", CHAINCODE_TLS_DISABLED="true"
    )
    assert process.wait(20) == 2
    said = process.stderr.read()
    assert str(server.port) in said
    assert "Traceback" not in said
    server.stop(grace=0.1)
