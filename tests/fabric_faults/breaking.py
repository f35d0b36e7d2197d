"""What breaks: each a context that breaks something on entering and mends it on leaving."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module

import grpc

from docker.native import FabricNetwork
from tests.fabric.client import Client
from tests.fabric_faults.application import Application
from tests.fabric_faults.cables import Cable, Cables
from traceapp.ledger.identities import LocalSigner, serialized_identity
from traceapp.ledger.protos import encode

gateway = import_module("fabric_protos.gateway.gateway_pb2")
gateway_grpc = import_module("fabric_protos.gateway.gateway_pb2_grpc")

PLACES = 500  # calls that a peer's gateway takes at once
BLOCKS = 25


@contextmanager
def killed(network: FabricNetwork, *names: str) -> Iterator[None]:
    """As by a power cut; started again at the end, and ready."""
    for name in names:
        network.kill(name)
    try:
        yield
    finally:
        for name in names:
            network.restart(name, wait=False)
        for name in names:
            network.restart(name)


@contextmanager
def stopped(network: FabricNetwork, name: str) -> Iterator[None]:
    """As by its operator, while it is in use."""
    network.stop(name)
    try:
        yield
    finally:
        network.restart(name)


@contextmanager
def frozen(network: FabricNetwork, name: str) -> Iterator[None]:
    """It keeps its connections and answers nothing."""
    network.freeze(name)
    try:
        yield
    finally:
        network.thaw(name)


@contextmanager
def relay_ended(app: Application, *, kill: bool) -> Iterator[None]:
    """The ledgerd that works ends, by kill -9 or by SIGTERM; it comes back as the one that stands by."""
    name = app.works()
    app.processes.kill(name) if kill else app.processes.stop(name)
    try:
        yield
    finally:
        app.start(name)
        app.processes.wait_until(name, lambda: "ledgerd works" in app.log(app.works()))


@contextmanager
def parted(cables: Cables, how: Callable[[Cable], None]) -> Iterator[None]:
    """No peer can be reached from the application; the network itself goes on."""
    for cable in cables.to.values():
        how(cable)
    try:
        yield
    finally:
        for cable in cables.to.values():
            cable.mend()


@contextmanager
def behind(network: FabricNetwork, cables: Cables) -> Iterator[None]:
    """The first peer misses many blocks, and is then the only one that the application reaches."""
    first, *others = network.peers
    member = Client(network, others[0])  # of another organisation: its batches are not the application's to know
    with ExitStack() as undo:
        network.kill(first.name)
        for _ in range(BLOCKS):
            member.record()
        for peer in others:
            undo.callback(cables.to[peer.name].mend)
            cables.to[peer.name].cut()
        network.restart(first.name)
        yield


@contextmanager
def crowded(network: FabricNetwork) -> Iterator[None]:
    """All places of every peer's gateway are taken by somebody else's calls, who wait for what never comes."""
    member = network.topology.organisations[0]
    signer = LocalSigner(member.msp_id, *network.client_identity(member.msp_id, org="", role=""))
    identity = serialized_identity(signer.msp_id, signer.certificate)
    with ExitStack() as undo:
        for peer in network.peers:
            credentials = grpc.ssl_channel_credentials(peer.tls_ca)
            channel = undo.enter_context(grpc.secure_channel(peer.endpoint, credentials))
            stub = gateway_grpc.GatewayStub(channel)
            for _ in range(PLACES):
                asked = encode(
                    gateway.CommitStatusRequest(
                        transaction_id=uuid.uuid4().hex * 2, channel_id=network.channel, identity=identity
                    )
                )
                request = gateway.SignedCommitStatusRequest(request=asked, signature=signer.sign(asked))
                undo.callback(stub.CommitStatus.future(request, timeout=120).cancel)
        yield


@contextmanager
def together(*faults: AbstractContextManager[None]) -> Iterator[None]:
    """All of these at the same time."""
    with ExitStack() as all_of_them:
        for fault in faults:
            all_of_them.enter_context(fault)
        yield


@contextmanager
def upgraded(network: FabricNetwork) -> Iterator[None]:
    """A new definition of the contract, by new services, while the old one is in use."""
    with ThreadPoolExecutor(1) as operator:
        upgrade = operator.submit(network.upgrade)
        yield
        upgrade.result()


def follower(network: FabricNetwork) -> str:
    leader = network.wait_for_leader()
    return next(server.name for server in network.orderers if server.name != leader)


FAULTS = {
    "a peer is killed": lambda net, app, lines: killed(net, net.peers[0].name),
    "a peer hangs": lambda net, app, lines: frozen(net, net.peers[0].name),
    "a follower of the orderers is killed": lambda net, app, lines: killed(net, follower(net)),
    "the leader of the orderers is killed": lambda net, app, lines: killed(net, net.wait_for_leader()),
    "a contract service is killed": lambda net, app, lines: killed(net, net.contracts[0]),
    "a contract service hangs": lambda net, app, lines: frozen(net, net.contracts[0]),
    "a contract service is stopped": lambda net, app, lines: stopped(net, net.contracts[1]),
    "the contract is upgraded": lambda net, app, lines: upgraded(net),
    "the relay is killed": lambda net, app, lines: relay_ended(app, kill=True),
    "the relay is stopped": lambda net, app, lines: relay_ended(app, kill=False),
    "the application's connections are cut": lambda net, app, lines: parted(lines, Cable.cut),
    "the application's connections go silent": lambda net, app, lines: parted(lines, Cable.silence),
    "the peers' queues are full": lambda net, app, lines: crowded(net),
    "the only peer in reach is behind": lambda net, app, lines: behind(net, lines),
    "all nodes are killed at once": lambda net, app, lines: killed(net, *net.processes.names()),
}
