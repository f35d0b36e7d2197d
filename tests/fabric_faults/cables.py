"""What lies between the application and its peers, to be cut or to go silent: TCP relays, one a peer."""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from docker.native import FabricNetwork
from docker.native.network import Server

_PIECE = 65536


class Cable:
    """Listens on a port of its own and passes everything on to `target` (host:port)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, target: str) -> None:
        self._loop, self._target = loop, target.rsplit(":", 1)
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.mend()

    def cut(self) -> None:
        """Every connection ends, and none can be made."""
        self._do(self._cut())

    def silence(self) -> None:
        """Connections stay, and nothing passes: as when a firewall drops packets."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def mend(self) -> None:
        """All is well again. What was held back by silence arrives."""
        self._do(self._mend())

    def _do(self, coroutine) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _mend(self) -> None:
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server:
            self._server.close()
        self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(self._target[0], int(self._target[1]))
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._open |= both
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        self._open -= both

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE):
                await self._flows.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()


class Cables:
    """By peer: the application's only way to it, where it uses `connection_file`."""

    def __init__(self, peers: Sequence[Server]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.to = {peer.name: Cable(self._loop, peer.endpoint) for peer in peers}

    def connection_file(self, network: FabricNetwork) -> Path:
        """The network's, with the cables' ends for addresses."""
        found = json.loads(network.connection_file.read_text())
        for peer in (peer for organisation in found["organisations"] for peer in organisation["peers"]):
            peer["address"] = f"127.0.0.1:{self.to[peer['name']].port}"
        path = network.connection_file.with_name("cables.json")
        path.write_text(json.dumps(found))
        return path

    def close(self) -> None:
        for cable in self.to.values():
            cable.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@contextmanager
def between(network: FabricNetwork) -> Iterator[Cables]:
    made = Cables(network.peers)
    try:
        yield made
    finally:
        made.close()
