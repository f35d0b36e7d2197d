"""A peer, as far as a contract's service can tell: the other end of the stream, with a state of its own."""

import queue
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import grpc

from chaincode.server import Server, Settings
from chaincode.wire import MAX_MESSAGE_BYTES, Message, chaincode, query, response, shim, shim_grpc
from traceapp.ledger.identities import LocalSigner, issue_certificate, make_ca, new_key, public_key_pem
from traceapp.ledger.messages import new_proposal
from traceapp.ledger.protos import proposal

AT = datetime(2026, 5, 14, 9, 12, 0, 123000, tzinfo=UTC)
PACKAGE = "traceability_1:5e"
WITHIN = 20.0
PAGE = 2


def a_client(**attributes):
    start, end = AT - timedelta(days=1), AT + timedelta(days=1)
    ca_key, ca = make_ca(msp_id="HuertaAlbaMSP", name="Huerta Alba", not_before=start, not_after=end)
    key = new_key()
    certificate = issue_certificate(
        ca_key=ca_key, ca_certificate=ca, public_key=public_key_pem(key), common_name="c", ou="client",
        not_before=start, not_after=end, attributes=attributes,
    )  # fmt: skip
    return LocalSigner("HuertaAlbaMSP", key, certificate)


RECORDER = a_client(org="9506000134352", role="recorder")


class Peer:
    """Answers what the contract asks from `state`; `violations` names each rule of the protocol that was broken."""

    def __init__(self, port, *, batches=True, credentials=None, page=PAGE):
        self.state = {}
        self.seen = []  # requests of the contract, in order: (txid, type, parsed)
        self.counts = Counter()
        self.violations = []
        self.refuse = set()  # types answered with ERROR
        self.hold = None  # an Event: answers wait for it
        self.page = page
        options = [
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ]
        address = f"127.0.0.1:{port}"
        self.channel = (
            grpc.secure_channel(address, credentials, options)
            if credentials
            else grpc.insecure_channel(address, options)
        )
        self._outgoing = queue.SimpleQueue()
        self._results = {}
        self._lock = threading.Lock()
        self._open = Counter()
        self._queries = {}
        self.registered = queue.SimpleQueue()
        self.echoed = queue.SimpleQueue()
        self.ended = threading.Event()
        self._stream = shim_grpc.ChaincodeStub(self.channel).Connect(iter(self._outgoing.get, None))
        threading.Thread(target=self._listen, daemon=True).start()
        self.name = self.registered.get(timeout=WITHIN)
        self.send(Message(type=Message.REGISTERED))
        offered = chaincode.ChaincodeAdditionalParams(
            use_write_batch=True, max_size_write_batch=1000, use_get_multiple_keys=True, max_size_get_multiple_keys=1000
        )
        self.send(Message(type=Message.READY, payload=offered.SerializeToString() if batches else b""))

    def close(self):
        self._outgoing.put(None)
        self._stream.cancel()
        self.channel.close()

    def send(self, message):
        self._outgoing.put(message)

    def begin(self, function, *args, channel="trace", signer=RECORDER, kind=Message.TRANSACTION, tx_id=None):
        """Send a transaction; returns its key, for `result`."""
        proposed = new_proposal(signer=signer, channel=channel, chaincode_name="t", args=[function], timestamp=AT)
        given = chaincode.ChaincodeInput(args=[a if isinstance(a, bytes) else a.encode() for a in (function, *args)])
        key = (channel, tx_id or proposed.tx_id)
        with self._lock:
            self._results[key] = queue.SimpleQueue()
        signed = proposal.SignedProposal(proposal_bytes=proposed.data, signature=proposed.signature)
        self.send(
            Message(type=kind, payload=given.SerializeToString(), txid=key[1], channel_id=channel, proposal=signed)
        )
        return key

    def result(self, key):
        """The COMPLETED or ERROR of a transaction."""
        return self._results[key].get(timeout=WITHIN)

    def call(self, function, *args, **how):
        """(status, payload, message) of a transaction that completes."""
        found = self.result(self.begin(function, *args, **how))
        assert found.type == Message.COMPLETED, found.payload
        answer = response.Response.FromString(found.payload)
        return answer.status, answer.payload, answer.message

    def _listen(self):
        try:
            for message in self._stream:
                self._take(message)
        except grpc.RpcError:
            pass
        self.ended.set()

    def _take(self, message):
        key = (message.channel_id, message.txid)
        if message.type == Message.REGISTER:
            self.registered.put(chaincode.ChaincodeID.FromString(message.payload).name)
        elif message.type == Message.KEEPALIVE:
            self.echoed.put(message)
        elif message.type in (Message.COMPLETED, Message.ERROR):
            if self._open[key]:
                self.violations.append("a result came while a request was open")
            self._results[key].put(message)
        else:
            with self._lock:
                self._open[key] += 1
                if self._open[key] > 1:
                    self.violations.append("two requests of one transaction at once")
            self.counts[message.type] += 1
            threading.Thread(target=self._answer, args=(message, key), daemon=True).start()

    def _answer(self, message, key):
        if self.hold:
            self.hold.wait(WITHIN)
        if message.type in self.refuse:
            kind, payload = Message.ERROR, b"the peer says no"
        else:
            kind, payload = Message.RESPONSE, self._serve(message)
        with self._lock:
            self._open[key] -= 1
        self.send(Message(type=kind, payload=payload, txid=message.txid, channel_id=message.channel_id))

    def _serve(self, message):
        name = Message.Type.Name(message.type)
        return getattr(self, "_" + name.lower())(message)

    def _get_state(self, message):
        return self.state.get(self._note(message, shim.GetState).key, b"")

    def _get_state_multiple(self, message):
        keys = self._note(message, shim.GetStateMultiple).keys
        return shim.GetStateMultipleResult(values=[self.state.get(key, b"") for key in keys]).SerializeToString()

    def _put_state(self, message):
        put = self._note(message, shim.PutState)
        self.state[put.key] = put.value
        return b""

    def _del_state(self, message):
        self.state.pop(self._note(message, shim.DelState).key, None)
        return b""

    def _write_batch_state(self, message):
        for record in self._note(message, shim.WriteBatchState).rec:
            if record.type == shim.WriteRecord.DEL_STATE:
                self.state.pop(record.key, None)
            else:
                self.state[record.key] = record.value
        return b""

    def _get_state_by_range(self, message):
        asked = self._note(message, shim.GetStateByRange)
        keys = [key for key in sorted(self.state) if asked.startKey <= key and (not asked.endKey or key < asked.endKey)]
        self._queries[message.txid] = keys
        return self._next(message.txid)

    def _query_state_next(self, message):
        return self._next(self._note(message, shim.QueryStateNext).id)

    def _query_state_close(self, message):
        self._queries.pop(self._note(message, shim.QueryStateClose).id)
        return b""

    def _next(self, tx_id):
        page, self._queries[tx_id] = self._queries[tx_id][: self.page], self._queries[tx_id][self.page :]
        rows = [query.KV(key=key, value=self.state[key]).SerializeToString() for key in page]
        return shim.QueryResponse(
            results=[shim.QueryResultBytes(resultBytes=row) for row in rows],
            has_more=bool(self._queries[tx_id]),
            id=tx_id,
        ).SerializeToString()

    def _note(self, message, cls):
        parsed = cls.FromString(message.payload)
        self.seen.append((message.txid, message.type, parsed))
        return parsed


def serve(contract, **settings):
    """A server on a free port, started."""
    server = Server(contract, Settings(PACKAGE, "127.0.0.1:0", **settings))
    server.start()
    return server
