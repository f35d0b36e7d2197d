"""Which peer is tried next, how many calls are in flight, and what a child does with its parent's channels."""

import os
import threading
from dataclasses import dataclass

import grpc
import pytest

from traceapp.ledger.errors import Unavailable
from traceapp.ledger.fabric import gateway as gateways
from traceapp.ledger.fabric import wire as wires
from traceapp.ledger.fabric.config import Peer
from traceapp.ledger.fabric.gateway import GatewayClient
from traceapp.ledger.fabric.system import Answered
from traceapp.ledger.fabric.wire import Refused, Wire
from traceapp.ledger.messages import Proposal
from traceapp.ledger.protos import common


@pytest.fixture
def wire():
    peers = [Peer(name, "AMSP", f"127.0.0.1:{n}", b"", gateway=name != "c") for n, name in enumerate("abc", 1)]
    return Wire(peers, max_in_flight=2)


def names(peers):
    return "".join(peer.name for peer in peers)


def first(wire, call, **limits):
    return wire.first_of(wire.peers(), call, **({"budget": 5.0, "attempt": 1.0} | limits))


@dataclass
class Falling:
    """Calls that fail at some peers."""

    bad: str
    asked: str = ""

    def __call__(self, peer, _seconds):
        self.asked += peer.name
        if peer.name in self.bad:
            raise Answered(f"odd {peer.name}")
        return peer.name


def test_peers_are_tried_in_order_and_the_failed_ones_last_from_then_on(wire):
    call = Falling("ab")
    assert first(wire, call) == "c"
    assert call.asked == "abc"
    assert names(wire.peers()) == "cab"
    assert names(wire.peers(gateways=True)) == "ab"


def test_a_failed_peer_is_trusted_again_after_a_while(wire, monkeypatch):
    wire.suspect(wire.peers()[0])
    monkeypatch.setattr(wires, "SUSPECT", 0.0)
    assert names(wire.peers()) == "abc"


def test_when_all_fail_what_each_said_is_said_once(wire):
    with pytest.raises(Unavailable) as error:
        first(wire, Falling("abc"))
    assert error.value.message == "a: odd a; b: odd b; c: odd c"

    def same(_peer, _seconds):
        raise Answered("gone")

    with pytest.raises(Unavailable) as error:
        first(wire, same)
    assert error.value.message == "gone (a, b, c)"


def test_a_refusal_for_good_is_not_tried_elsewhere(wire):
    asked = []

    def call(peer, _seconds):
        asked.append(peer.name)
        raise Answered("access denied: no")

    with pytest.raises(Refused) as error:
        first(wire, call)
    assert asked == ["a"]
    assert error.value.failure.reason == "access_denied"


def test_nobody_is_asked_once_the_time_is_up(wire):
    call = Falling("")
    with pytest.raises(Unavailable, match="in time"):
        first(wire, call, budget=0.0)
    assert call.asked == ""


def test_an_attempt_gets_no_more_than_its_share_of_the_time(wire):
    given = []
    first(wire, lambda _peer, seconds: given.append(seconds), budget=9.0, attempt=2.0)
    first(wire, lambda _peer, seconds: given.append(seconds), budget=0.5, attempt=2.0)
    assert given[0] == 2.0
    assert given[1] <= 0.5


def test_no_more_calls_are_in_flight_than_configured(wire):
    inside, release = threading.Barrier(3), threading.Event()

    def hold():
        with wire.room(1):
            inside.wait()
            release.wait()

    threads = [threading.Thread(target=hold) for _ in range(2)]
    for one in threads:
        one.start()
    inside.wait()
    with pytest.raises(Unavailable, match="2 calls are in flight"), wire.room(0.01):
        pass
    release.set()
    for one in threads:
        one.join()
    with wire.room(0.01):
        pass


def test_a_child_opens_channels_of_its_own(wire, monkeypatch):
    peer = wire.peers()[0]
    before = wire.channel(peer)
    assert wire.channel(peer) is before
    wire.suspect(peer)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert wire.channel(peer) is not before
    assert names(wire.peers()) == "abc"
    wire.close()
    monkeypatch.undo()


def test_a_peer_that_is_not_there_is_unavailable_at_once(wire):
    def call(peer, seconds):
        method = wire.channel(peer).unary_unary("/x/y")
        return method(b"", timeout=seconds)

    with pytest.raises(Unavailable):
        first(wire, call)
    assert issubclass(Answered, grpc.RpcError)
    wire.close()


def test_every_call_of_the_gateway_needs_one_of_the_places_in_flight(wire, monkeypatch):
    monkeypatch.setattr(gateways, "BUDGET", 0.05)
    gateway, proposed = GatewayClient(wire, "trace"), Proposal("5e", b"", b"")
    with wire.room(0), wire.room(0):
        for call in (
            lambda: gateway.evaluate(proposed),
            lambda: gateway.endorse(proposed),
            lambda: gateway.submit(common.Envelope(), "5e"),
        ):
            with pytest.raises(Unavailable, match="busy: 2 calls"):
                call()
    with pytest.raises(Unavailable, match="connection failed"):
        gateway.evaluate(proposed)
