"""How the network comes up and its contract is replaced: the same steps for processes and for containers."""

import time
from collections.abc import Callable

from docker.network import probe
from docker.network.administration import Administration, CommandFailed, transient
from docker.network.material import Material
from docker.network.topology import Node, Topology
from traceapp.ledger.identities import LocalSigner

Start = Callable[..., None]
"""Start these nodes and wait until each is well; those that run stay as they are."""


class NotReady(RuntimeError):
    """The network as a whole did not get ready in time; the text says what is wanting."""


class Life:
    """`reachable` is the topology as seen from here: every node on 127.0.0.1. `sequence` 0: no contract yet."""

    def __init__(self, reachable: Topology, material: Material, administration: Administration) -> None:
        self._topology = reachable
        self._material = material
        self._administration = administration
        self.sequence = 0

    @property
    def contracts(self) -> list[Node]:
        """The contract services in use."""
        return [self._topology.contract_of(one, self.sequence) for one in self._topology.organisations]

    def package_id(self, node: Node) -> str:
        """What the contract service that is being started must register as."""
        return self._administration.package(node.organisation, self.sequence).id

    def up(self, start: Start) -> None:
        """From keys, or from wherever the folder was left, to a contract that all organisations endorse."""
        act = self._administration
        self._material.make()
        act.prepare()
        start(*self._topology.orderers, *self._topology.peers)
        for node in self._topology.orderers:
            act.join_orderer(node.name)
        act.for_each(act.join_peer)
        self.wait_for_leader()
        committed = act.committed()
        if committed:
            self.sequence = committed
            start(*self.contracts)
        else:
            self.deploy(1, start)
        self.wait_until_endorsing()

    def deploy(self, sequence: int, start: Start) -> None:
        """Start the services of this sequence, and put its definition in force."""
        act = self._administration
        self.sequence = sequence
        start(*self.contracts)
        act.for_each(lambda one: act.install(one, sequence))
        act.for_each(lambda one: _patiently(lambda: act.approve(one, sequence)))
        _patiently(lambda: act.commit(sequence))

    def leader(self) -> str | None:
        """The name of the orderer that leads, if one does."""
        return next((node.name for node in self._topology.orderers if probe.leads(node)), None)

    def wait_for_leader(self, within: float = 60.0) -> str:
        """Wait until an orderer leads, and say which."""
        end = time.monotonic() + within
        while (name := self.leader()) is None:
            if time.monotonic() > end:
                raise NotReady(f"no orderer led the channel within {within:.0f} s")
            time.sleep(0.1)
        return name

    def wait_until_endorsing(self, within: float = 60.0) -> None:
        """Wait until every peer can have a majority endorse: it knows the others, and they their contracts."""
        end = time.monotonic() + within
        for peer in self._topology.peers:
            msp_id = peer.organisation.msp_id
            signer = LocalSigner(msp_id, *self._material.issue_client(msp_id, attributes={}, common_name="probe"))
            while why := probe.endorses(self._material, peer, signer):
                if time.monotonic() > end:
                    raise NotReady(f"{peer.name} could not have a call endorsed within {within:.0f} s: {why}")
                time.sleep(0.1)


def _patiently(act: Callable[[], None], within: float = 60.0) -> None:
    """Repeat what fails for a reason that passes."""
    end = time.monotonic() + within
    while True:
        try:
            act()
        except CommandFailed as error:
            if not transient(error) or time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return
