"""The contract's service and a peer: what goes over the stream."""

import json
import threading
import time

import pytest

from chaincode.traceability.contract import Traceability
from chaincode.traceability.errors import ContractError
from chaincode.wire import Message, event
from tests.unit.chaincode_peer import AT, PACKAGE, Peer, a_client, serve

BATCH = {
    "id": "0" * 32, "kind": "epcis", "root": "5e" * 32, "size": 3,
    "from": "2026-05-14T09:12:00.000Z", "to": "2026-05-14T09:12:00.250Z",
}  # fmt: skip


class Contract:
    """A few things a contract may do."""

    def invoke(self, ctx, function, args):
        return getattr(self, function)(ctx, *args) or b""

    def put(self, ctx, count):
        for number in range(int(count)):
            ctx.put_state(f"k{number:04}", b"v")
        ctx.del_state("gone")
        ctx.set_event("stored", count.encode())

    def put_then_refuse(self, ctx):
        ctx.put_state("k", b"v")
        ctx.set_event("stored", b"")
        raise ContractError("forbidden", "not today")

    def twice(self, ctx):
        ctx.put_state("k", b"first")
        ctx.put_state("k", b"second")
        return ctx.get_state("k")

    def empty(self, ctx):
        ctx.put_state("k", b"")

    def crash(self, ctx):
        raise KeyError("boom")

    def many(self, ctx, *keys):
        return json.dumps([v and v.decode() for v in ctx.get_state_multiple(keys)]).encode()

    def range(self, ctx, start, end):
        return json.dumps([key for key, _ in ctx.get_state_range(start, end)]).encode()

    def first(self, ctx):
        return next(iter(ctx.get_state_range("", "")))[0].encode()

    def echo(self, ctx, text):
        return text.encode()

    def relay(self, ctx, *keys):
        return b"".join(ctx.get_state(key) or b"-" for key in keys)

    def who(self, ctx):
        told = [ctx.tx_id, ctx.tx_timestamp.isoformat(), ctx.creator_msp_id, dict(ctx.attributes)]
        return json.dumps(told).encode()


@pytest.fixture
def server():
    running = serve(Contract())
    yield running
    running.stop(grace=0.5)


@pytest.fixture
def peer(server):
    connected = Peer(server.port)
    yield connected
    connected.close()
    assert not connected.violations


def test_the_service_registers_with_its_package_id(peer):
    assert peer.name == PACKAGE


def test_the_contract_runs_in_it_unchanged():
    running = serve(Traceability())
    peer = Peer(running.port)
    try:
        done = peer.result(peer.begin("record_batch", json.dumps(BATCH)))
        assert done.type == Message.COMPLETED
        assert done.chaincode_event.event_name == "batch_recorded"
        document = json.loads(peer.state["batch/" + "0" * 32])
        assert (document["organisation"], document["mspId"]) == ("9506000134352", "HuertaAlbaMSP")
        assert document["recordedAt"] == "2026-05-14T09:12:00.123Z"
        status, _, message = peer.call("record_batch", json.dumps(BATCH))
        assert (status, message.partition(":")[0]) == (500, "already_recorded")
        assert json.loads(peer.call("get_batches", json.dumps(["0" * 32, "1" * 32]))[1])["1" * 32] is None
        assert peer.call("has_id", "0" * 32)[:2] == (200, b"true")
    finally:
        peer.close()
        running.stop(grace=0.5)


def test_the_contract_is_told_who_calls_and_when(peer):
    tx_id, at, msp_id, attributes = json.loads(peer.call("who")[1])
    assert len(tx_id) == 64
    assert (at, msp_id) == (AT.isoformat(), "HuertaAlbaMSP")
    assert attributes == {"org": "9506000134352", "role": "recorder"}


def test_a_certificate_without_attributes_has_none(peer):
    assert json.loads(peer.call("who", signer=a_client())[1])[3] == {}


def test_writes_go_out_together_and_the_event_with_the_result(peer):
    peer.state["gone"] = b"x"
    done = peer.result(peer.begin("put", "2500"))
    assert peer.counts == {Message.WRITE_BATCH_STATE: 3}
    assert [len(parsed.rec) for _, _, parsed in peer.seen] == [1000, 1000, 501]
    assert len(peer.state) == 2500
    assert done.chaincode_event == event.ChaincodeEvent(event_name="stored", payload=b"2500")


def test_a_peer_that_offers_no_batches_gets_one_message_a_key(server):
    peer = Peer(server.port, batches=False)
    peer.state = {"a": b"1", "gone": b"x"}
    assert json.loads(peer.call("many", "a", "b")[1]) == ["1", None]
    peer.call("put", "3")
    assert peer.counts == {Message.GET_STATE: 2, Message.PUT_STATE: 3, Message.DEL_STATE: 1}
    assert sorted(peer.state) == ["a", "k0000", "k0001", "k0002"]
    peer.close()


def test_many_keys_are_read_in_as_few_messages_as_the_peer_allows(peer):
    keys = [f"k{n}" for n in range(2001)]
    peer.state = {"k7": b"seven"}
    found = json.loads(peer.call("many", *keys)[1])
    assert (len(found), found[7], found[8]) == (2001, "seven", None)
    assert peer.counts == {Message.GET_STATE_MULTIPLE: 3}


def test_a_transaction_does_not_see_its_own_writes_and_the_last_one_counts(peer):
    assert peer.call("twice")[1] == b""
    assert peer.state == {"k": b"second"}


def test_a_range_is_read_to_its_end_page_by_page_without_composite_keys(peer):
    peer.state = {"\x00type\x00a\x00": b"c"} | {f"k{n}": b"v" for n in range(5)}
    assert json.loads(peer.call("range", "", "")[1]) == [f"k{n}" for n in range(5)]
    assert json.loads(peer.call("range", "k1", "k3")[1]) == ["k1", "k2"]
    assert peer.counts[Message.QUERY_STATE_CLOSE] == 2


def test_a_range_left_early_is_closed(peer):
    peer.state = {f"k{n}": b"v" for n in range(5)}
    assert peer.call("first")[1] == b"k0"
    assert peer.counts == {Message.GET_STATE_BY_RANGE: 1, Message.QUERY_STATE_CLOSE: 1}


def test_a_refusal_completes_with_its_reason_and_leaves_no_trace(peer):
    done = peer.result(peer.begin("put_then_refuse"))
    assert done.type == Message.COMPLETED
    assert b"forbidden: not today" in done.payload
    assert not done.HasField("chaincode_event")
    assert not peer.counts


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("crash", b"chaincode_failed: KeyError: 'boom'"),
        ("empty", b"must not be empty"),
        ("nothing", b"chaincode_failed"),
    ],
)
def test_a_contract_that_breaks_ends_in_an_error_at_once(peer, function, words):
    done = peer.result(peer.begin(function))
    assert done.type == Message.ERROR
    assert words in done.payload


def test_arguments_that_are_no_text_are_a_bad_request(peer):
    assert peer.call("echo", b"\xff")[::2] == (500, "bad_request: the arguments must be UTF-8 text")


@pytest.mark.parametrize("kind", [Message.GET_STATE_MULTIPLE, Message.WRITE_BATCH_STATE, Message.GET_STATE_BY_RANGE])
def test_a_peers_error_ends_the_transaction(peer, kind):
    peer.refuse = {kind}
    function = {Message.GET_STATE_MULTIPLE: ("many", "a"), Message.WRITE_BATCH_STATE: ("put", "1")}.get(
        kind, ("first",)
    )
    done = peer.result(peer.begin(*function))
    assert done.type == Message.ERROR
    assert b"the peer says no" in done.payload


def test_an_init_is_answered_with_an_error(peer):
    assert peer.result(peer.begin("echo", "x", kind=Message.INIT)).type == Message.ERROR


def test_a_keepalive_comes_back(peer):
    peer.send(Message(type=Message.KEEPALIVE))
    assert peer.echoed.get(timeout=5).type == Message.KEEPALIVE


def test_many_transactions_at_once_each_get_their_own_answers(peer):
    peer.state = {f"k{n}": f"<{n}>".encode() for n in range(200)}
    keys = [peer.begin("relay", f"k{n}", f"k{(n + 1) % 200}", f"k{n}") for n in range(200)]
    for n, key in enumerate(keys):
        expected = f"<{n}><{(n + 1) % 200}><{n}>".encode()
        assert expected in peer.result(key).payload
    assert peer.counts[Message.GET_STATE] == 600


def test_one_transaction_id_on_two_channels_is_two_transactions(peer):
    peer.state = {"k": b"v"}
    peer.hold = threading.Event()
    keys = [peer.begin("relay", "k", channel=channel, tx_id="same") for channel in ("one", "two")]
    peer.hold.set()
    assert all(peer.result(key).type == Message.COMPLETED for key in keys)


def test_the_same_transaction_twice_at_once_is_refused_and_the_first_goes_on(peer):
    peer.hold = threading.Event()
    first = peer.begin("relay", "k", tx_id="same")
    results = peer._results[first]
    peer.begin("relay", "k", tx_id="same")
    again = peer.result(first)
    assert again.type == Message.ERROR
    peer._results[first] = results
    peer.hold.set()
    assert peer.result(first).type == Message.COMPLETED
    assert peer.violations.pop() == "a result came while a request was open"  # the second's, under the same id


def test_a_large_argument_and_result_pass(peer):
    text = "x" * (6 * 1024 * 1024)
    assert peer.call("echo", text)[1] == text.encode()


def test_two_peers_are_served_at_once(server):
    peers = [Peer(server.port), Peer(server.port)]
    for number, peer in enumerate(peers):
        peer.state = {"k": str(number).encode()}
    assert [peer.call("relay", "k")[1] for peer in peers] == [b"0", b"1"]
    for peer in peers:
        peer.close()


def test_a_peer_that_goes_away_leaves_no_thread_waiting(server):
    peer = Peer(server.port)
    peer.hold = threading.Event()
    before = threading.active_count()
    peer.begin("relay", "k")
    end = time.monotonic() + 10
    while not peer.counts and time.monotonic() < end:
        time.sleep(0.01)
    peer.close()
    peer.hold.set()
    while server._streams and time.monotonic() < end:
        time.sleep(0.01)
    assert not server._streams
    assert threading.active_count() <= before + 2
