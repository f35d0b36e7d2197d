"""The contract as a service that peers connect to: `python -m chaincode.server`.

From the environment: CHAINCODE_ID, the package id that the installed package got (as `peer lifecycle chaincode
queryinstalled` says it); CHAINCODE_SERVER_ADDRESS, where to listen (`127.0.0.1:9999`); with TLS
CHAINCODE_TLS_KEY and CHAINCODE_TLS_CERT (files), and CHAINCODE_TLS_CLIENT_CA (file) where peers must show a
certificate too. TLS is on unless CHAINCODE_TLS_DISABLED is `true`. CHAINCODE_OPERATIONS_ADDRESS, if set, answers
`GET /healthz` there. CHAINCODE_SETTLEMENT_MSP names the organisation with which deposits are made; without it nobody
mints, and where organisations' services name different ones, nothing of it is endorsed. Ends on SIGTERM once what runs
has ended.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc

from chaincode.health import Health
from chaincode.operations import Operations
from chaincode.stream import Contract, Stream
from chaincode.traceability.contract import Traceability
from chaincode.wire import MAX_MESSAGE_BYTES, shim_grpc

log = logging.getLogger(__name__)

# A transaction keeps a thread while it waits for its peer; a peer's gateway lets at most 500 in.
TRANSACTIONS = 512
STREAMS = 64
GRACE = 10.0

_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),
    # Peers ping an idle stream every minute; gRPC's default would take that for abuse and hang up.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    ("grpc.http2.max_ping_strikes", 0),
)


class SettingsError(ValueError):
    """The environment does not say how to serve."""


@dataclass(frozen=True)
class Settings:
    """`key` and `certificate` are PEM; both None: no TLS. `client_ca`: peers must show a certificate of it."""

    package_id: str
    address: str
    key: bytes | None = None
    certificate: bytes | None = None
    client_ca: bytes | None = None
    operations: str = ""
    settlement: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """From the environment; SettingsError says what is missing."""
        plain = cls(
            package_id=_need(environment, "CHAINCODE_ID"),
            address=_need(environment, "CHAINCODE_SERVER_ADDRESS"),
            operations=environment.get("CHAINCODE_OPERATIONS_ADDRESS", ""),
            settlement=environment.get("CHAINCODE_SETTLEMENT_MSP", ""),
        )
        if environment.get("CHAINCODE_TLS_DISABLED", "").lower() == "true":
            return plain
        client_ca = environment.get("CHAINCODE_TLS_CLIENT_CA")
        return replace(
            plain,
            key=_file(_need(environment, "CHAINCODE_TLS_KEY")),
            certificate=_file(_need(environment, "CHAINCODE_TLS_CERT")),
            client_ca=_file(client_ca) if client_ca else None,
        )


class Server:
    """The running service."""

    def __init__(self, contract: Contract, settings: Settings) -> None:
        self._contract = contract
        self._settings = settings
        self._transactions = ThreadPoolExecutor(TRANSACTIONS, thread_name_prefix="transaction")
        self._streams: set[Stream] = set()
        self._lock = threading.Lock()
        self._health = Health()
        self._server = grpc.server(ThreadPoolExecutor(STREAMS), options=_OPTIONS)
        shim_grpc.add_ChaincodeServicer_to_server(self, self._server)
        self._server.add_generic_rpc_handlers((self._health.handler(),))
        self.port = self._listen()
        self._operations = Operations(settings.operations, self._health) if settings.operations else None

    def start(self) -> None:
        self._server.start()
        if self._operations:
            self._operations.start()

    def Connect(self, incoming: Iterator[Any], _context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        """A peer connects: gRPC calls this by its name in the protocol."""
        stream = Stream(self._contract, self._settings.package_id, self._transactions)
        with self._lock:
            self._streams.add(stream)
        reader = threading.Thread(target=_receive, args=(stream, incoming), daemon=True)
        reader.start()
        try:
            yield from stream.outgoing()
        finally:
            stream.end()
            with self._lock:
                self._streams.discard(stream)

    def stop(self, grace: float = GRACE) -> None:
        """Take no new peers, let what runs end (at most `grace` seconds for each peer), then hang up."""
        self._health.stop()
        stopped = self._server.stop(grace)
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            if not stream.wait_until_idle(grace):
                log.warning("transactions still ran after %.0f s and were given up", grace)
            stream.end()
        stopped.wait(grace)
        self._transactions.shutdown(wait=False, cancel_futures=True)
        if self._operations:
            self._operations.stop()

    def _listen(self) -> int:
        settings = self._settings
        if settings.key is None or settings.certificate is None:
            return int(self._server.add_insecure_port(settings.address))
        credentials = grpc.ssl_server_credentials(
            [(settings.key, settings.certificate)],
            root_certificates=settings.client_ca,
            require_client_auth=settings.client_ca is not None,
        )
        return int(self._server.add_secure_port(settings.address, credentials))


def _receive(stream: Stream, incoming: Iterator[Any]) -> None:
    try:
        stream.receive(incoming)
    except grpc.RpcError:
        log.info("a peer's stream ended")
    except Exception:  # gRPC raises a bare Exception from a cancelled stream's iterator
        log.info("a peer's stream broke off", exc_info=log.isEnabledFor(logging.DEBUG))


def _need(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise SettingsError(f"{name} is not set: see the head of chaincode/server.py for what the service needs")
    return value


def _file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def main() -> int:
    """Serve until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO"), format="%(asctime)s %(levelname)s %(message)s")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        settings = Settings.read(os.environ)
        server = Server(Traceability(settings.settlement), settings)
    except (SettingsError, RuntimeError, OSError) as error:
        log.error("%s", error)
        return 2
    server.start()
    log.info("contract %s listens on %s", settings.package_id, settings.address)
    ended.wait()
    log.info("stopping")
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
