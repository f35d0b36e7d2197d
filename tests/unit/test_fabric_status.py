"""What errors of peers and gateways mean. The texts are Fabric's own."""

import grpc
import pytest

from traceapp.ledger.fabric import status
from traceapp.ledger.fabric.protos import any_message, gateway


class Failed(grpc.RpcError, grpc.Call):
    """A call's error as gRPC gives it."""

    def __init__(self, code, words, *said):
        super().__init__()
        self._code, self._words, self._said = code, words, said

    def code(self):
        return self._code

    def details(self):
        return self._words

    def trailing_metadata(self):
        if not self._said:
            return ()
        return (("other", "x"), ("grpc-status-details-bin", google_status(self._code, self._words, self._said)))

    initial_metadata = is_active = time_remaining = cancel = add_callback = None


def field(number, data):
    length = len(data)
    size = bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])
    return bytes([number << 3 | 2]) + size + data


def google_status(code, words, said):
    """A google.rpc.Status: 1 code, 2 message, 3 details."""
    data = bytes([1 << 3, code.value[0]]) + field(2, words.encode())
    for one in said:
        packed = any_message.Any()
        packed.Pack(gateway.ErrorDetail(address="peer:7051", msp_id="AMSP", message=one))
        data += field(3, packed.SerializeToString())
    return data


ABORTED, UNKNOWN, UNAVAILABLE = grpc.StatusCode.ABORTED, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE
UNMET = grpc.StatusCode.FAILED_PRECONDITION
GENERAL = "failed to endorse transaction, see attached details for more info"


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (
            Failed(
                UNKNOWN, "evaluate call to endorser returned error: chaincode response 500, not_found: there is no x"
            ),
            "not_found",
            "there is no x",
        ),
        (
            Failed(ABORTED, GENERAL, "chaincode response 500, conflict: batch 01ab: another root"),
            "conflict",
            "batch 01ab: another root",
        ),
        (
            Failed(
                ABORTED, GENERAL, "connection error: desc = refused", "chaincode response 500, already_recorded: it is"
            ),
            "already_recorded",
            "it is",
        ),
        (Failed(UNKNOWN, "chaincode response 500, Something broke"), "chaincode_failed", "Something broke"),
        (
            Failed(
                ABORTED,
                GENERAL,
                "error in simulation: transaction returned with failure: chaincode_failed: KeyError: 'x'",
            ),
            "chaincode_failed",
            "KeyError",
        ),
        (
            Failed(
                ABORTED, GENERAL, "request unauthorized due to incorrect timestamp 2026-01-01T00:00:00Z, peer time x"
            ),
            "time_window",
            "too far from the peer's clock",
        ),
        (Failed(ABORTED, GENERAL, "proposal client identity expired"), "access_denied", ""),
        (
            Failed(UNMET, "error validating proposal: access denied: channel [trace] creator org [AMSP]"),
            "access_denied",
            "",
        ),
        (Failed(grpc.StatusCode.PERMISSION_DENIED, "implicit policy evaluation failed"), "access_denied", ""),
        (Failed(ABORTED, "received unsuccessful response from orderer: status=FORBIDDEN, info=x"), "access_denied", ""),
        (
            Failed(ABORTED, "received unsuccessful response from orderer: status=BAD_REQUEST, info=x"),
            "bad_request",
            "x",
        ),
        (
            Failed(ABORTED, "received unsuccessful response from orderer: status=REQUEST_ENTITY_TOO_LARGE, info=x"),
            "too_large",
            "too large",
        ),
        (Failed(grpc.StatusCode.RESOURCE_EXHAUSTED, "Received message larger than max (5 vs. 4)"), "too_large", ""),
        (Failed(grpc.StatusCode.INVALID_ARGUMENT, "prepared transaction must be signed"), "bad_request", "be signed"),
        (Failed(ABORTED, GENERAL, "duplicate transaction found [00]. Creator [ff]"), "duplicate_transaction", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_refusal_is_final_and_has_its_reason(error, reason, words):
    failure = status.of_call(error)
    assert (failure.reason, failure.final) == (reason, True)
    assert words in failure.message


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Failed(UNAVAILABLE, "failed to connect to all addresses; last error: refused"), "connection failed"),
        (Failed(UNAVAILABLE, "Socket closed"), "Socket closed"),
        (Failed(UNAVAILABLE, "no orderers could successfully process transaction", "refused"), "no orderer takes"),
        (Failed(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded"), "no answer in time"),
        (
            Failed(UNMET, "no peers available to evaluate chaincode a in channel b"),
            "no peer that is up has the contract",
        ),
        (Failed(UNAVAILABLE, "failed to get config for channel [x]: y"), "does not know the channel"),
        (Failed(UNKNOWN, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)"), "busy"),
        (Failed(ABORTED, GENERAL, "ProposalResponsePayloads do not match (base64): 'x' vs 'y'"), "different answers"),
        (Failed(ABORTED, GENERAL, "could not launch chaincode a: connection refused"), "service cannot be reached"),
        (grpc.RpcError("odd"), "odd"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_may_pass_is_worth_a_try_at_the_next_peer(error, words):
    failure = status.of_call(error)
    assert (failure.reason, failure.final) == ("unavailable", False)
    assert words in failure.message


@pytest.mark.parametrize(
    ("message", "reason", "final"),
    [
        ("Failed to get transaction with id x, error no such transaction ID [x] in index", "unknown_transaction", True),
        ("access denied for [GetChainInfo][trace]: [x]", "access_denied", True),
        ("channel 'x' not found", "unavailable", False),
        ("something else", "unavailable", False),
    ],
)
def test_a_peers_own_answer_is_read_alike(message, reason, final):
    failure = status.of_answer(500, message)
    assert (failure.reason, failure.final) == (reason, final)


@pytest.mark.parametrize("rubbish", [b"\xff", b"\x1a\x7f", b"\x1a\x02\xff\xff", b"\x09" * 9, b""])
def test_a_trailer_that_does_not_parse_is_left_out(rubbish):
    error = Failed(ABORTED, "words")
    error.trailing_metadata = lambda: (("grpc-status-details-bin", rubbish),)
    assert status.details(error) == []
    assert "words" in status.of_call(error).message


def test_only_a_missed_deadline_is_a_timeout():
    assert status.timed_out(Failed(grpc.StatusCode.DEADLINE_EXCEEDED, ""))
    assert not status.timed_out(Failed(UNAVAILABLE, ""))
    assert not status.timed_out(grpc.RpcError())
