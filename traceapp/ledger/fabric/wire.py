"""Channels to the peers, and which peer to try next. Opened at first use, anew in every process.

A gRPC channel does not survive a fork, so what a parent opened is left alone in the child, neither used nor closed.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import grpc

from traceapp.ledger.errors import Unavailable
from traceapp.ledger.fabric import status
from traceapp.ledger.fabric.config import Peer
from traceapp.ledger.fabric.status import Failure

T = TypeVar("T")

MESSAGE_BYTES: Final = 100 * 1024 * 1024
SUSPECT: Final = 30.0
"""Seconds for which a peer that failed is tried last."""

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    # Peers end a connection that pings more often than once a minute (peer.keepalive.minInterval).
    ("grpc.keepalive_time_ms", 75_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # gRPC's own waits grow to two minutes: a peer that is back would be found that much later.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_retries", 0),
)


class Refused(Exception):
    """A peer or the gateway refused for good. The caller makes it the error of its stage."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Wire:
    """One process's connections. Safe to use from several threads, and from children after a fork."""

    def __init__(self, peers: Sequence[Peer], *, max_in_flight: int) -> None:
        self._peers = tuple(peers)
        self._max = max_in_flight
        self._process = _Process(max_in_flight)
        self._of_parents: list[_Process] = []

    def peers(self, *, gateways: bool = False) -> list[Peer]:
        """In the order to try them: as configured, those that lately failed last."""
        now, failed = time.monotonic(), self._own().failed
        wanted = [peer for peer in self._peers if peer.gateway or not gateways]
        return sorted(wanted, key=lambda peer: failed.get(peer.name, -SUSPECT) + SUSPECT > now)

    def channel(self, peer: Peer) -> grpc.Channel:
        """The channel to a peer; connecting happens at its first call."""
        return self._own().channel(peer)

    def suspect(self, peer: Peer) -> None:
        """Try this peer last for a while."""
        self._own().failed[peer.name] = time.monotonic()

    def first_of(self, peers: Sequence[Peer], call: Callable[[Peer, float], T], *, budget: float, attempt: float) -> T:
        """The answer of the first peer that gives one. `call` gets the seconds it may take.

        Raises Refused when one refuses for good, and Unavailable when none answers within `budget` seconds.
        """
        end, told = time.monotonic() + budget, []
        for peer in peers:
            left = end - time.monotonic()
            if left <= 0:
                break
            try:
                return call(peer, min(attempt, left))
            except grpc.RpcError as error:
                failure = status.of_call(error)
                if failure.final:
                    raise Refused(failure) from error
                self.suspect(peer)
                told.append((peer.name, failure.message))
        raise Unavailable(in_words(told))

    @contextmanager
    def room(self, wait: float) -> Iterator[None]:
        """Hold one of the places in flight. Raises Unavailable if none gets free within `wait` seconds."""
        places = self._own().places
        if not places.acquire(timeout=max(0.0, wait)):
            raise Unavailable(f"busy: {self._max} calls are in flight already")
        try:
            yield
        finally:
            places.release()

    def close(self) -> None:
        """Close this process's channels."""
        self._own().close()

    def _own(self) -> "_Process":
        if self._process.pid != os.getpid():
            self._of_parents.append(self._process)  # kept: dropping it would close channels that are not ours
            self._process = _Process(self._max)
        return self._process


class _Process:
    def __init__(self, max_in_flight: int) -> None:
        self.pid = os.getpid()
        self.places = threading.BoundedSemaphore(max_in_flight)
        self.failed: dict[str, float] = {}
        self._lock = threading.Lock()
        self._channels: dict[str, grpc.Channel] = {}

    def channel(self, peer: Peer) -> grpc.Channel:
        with self._lock:
            found = self._channels.get(peer.name)
            if found is None:
                found = self._channels[peer.name] = _open(peer)
            return found

    def close(self) -> None:
        with self._lock:
            channels, self._channels = list(self._channels.values()), {}
        for channel in channels:
            channel.close()


def in_words(told: Sequence[tuple[str, str]]) -> str:
    """What peers said, by name; one sentence where they said the same."""
    if not told:
        return "no peer could be asked in time"
    if len({message for _, message in told}) == 1:
        return f"{told[0][1]} ({', '.join(name for name, _ in told)})"
    return "; ".join(f"{name}: {message}" for name, message in told)


def _open(peer: Peer) -> grpc.Channel:
    options: list[tuple[str, Any]] = list(_OPTIONS)
    if peer.hostname:
        options.append(("grpc.ssl_target_name_override", peer.hostname))
    credentials = grpc.ssl_channel_credentials(root_certificates=peer.tls_roots)
    return grpc.secure_channel(peer.address, credentials, options=options)
