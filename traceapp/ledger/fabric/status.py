"""What an error of a peer or gateway means: final, with a reason to branch on, or worth a try at the next peer.

Fabric says it in words, in gRPC's details or in the `ErrorDetail`s of its `grpc-status-details-bin` trailer (one for
each peer asked), and seldom in the gRPC code. The texts are those of Fabric 2.5 to 3.1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import grpc

from traceapp.ledger import errors
from traceapp.ledger.fabric.protos import any_message, gateway
from traceapp.ledger.protos import DecodeError

_TRAILER: Final = "grpc-status-details-bin"
_CONTRACT: Final = re.compile(r"chaincode response \d+, ([a-z]+(?:_[a-z]+)*): (.+)\Z", re.DOTALL)
_ANSWER: Final = re.compile(r"([a-z]+(?:_[a-z]+)*): (.+)\Z", re.DOTALL)

_TIMES: Final = re.compile(r"incorrect timestamp (\d[^ ,]+Z), peer time (\d[^ ,]+Z)")

# Looked for in this order, in all that was said: (words of Fabric, reason, sentence).
_FINAL: Final = (
    ("incorrect timestamp", errors.TIME_WINDOW, ""),
    ("identity expired", errors.ACCESS_DENIED, ""),
    ("certificate has expired", errors.ACCESS_DENIED, ""),
    ("access denied", errors.ACCESS_DENIED, ""),
    ("creator org unknown", errors.ACCESS_DENIED, ""),
    ("status=FORBIDDEN", errors.ACCESS_DENIED, ""),
    ("check policy", errors.ACCESS_DENIED, ""),
    ("on signed data", errors.ACCESS_DENIED, ""),
    ("duplicate transaction found", errors.DUPLICATE, "this transaction is already on the ledger"),
    ("no such transaction ID", errors.UNKNOWN_TRANSACTION, "there is no such transaction on the ledger"),
    ("status=REQUEST_ENTITY_TOO_LARGE", errors.TOO_LARGE, "the transaction is too large for the orderer"),
    ("larger than max", errors.TOO_LARGE, "the message is too large for the peer"),
    ("status=BAD_REQUEST", errors.BAD_REQUEST, ""),
    ("transaction returned with failure", errors.CHAINCODE_FAILED, ""),
)

_CODES: Final = {
    grpc.StatusCode.PERMISSION_DENIED: errors.ACCESS_DENIED,
    grpc.StatusCode.INVALID_ARGUMENT: errors.BAD_REQUEST,
}

# Clearer words for what may pass, or what somebody has to put right on the network.
_PASSING: Final = (
    ("No metadata was found for chaincode", "no contract {chaincode} is known on the channel {channel}"),
    ("policy manager for channel", "the peer does not know the channel {channel}"),
    ("no peer combination", "too few organisations' peers are known to be up to satisfy the endorsement rule"),
    ("failed to select a set of endorsers", "too few organisations' peers can be reached to endorse"),
    ("no peers available to evaluate", "no peer that is up has the contract {chaincode} on the channel {channel}"),
    ("failed to get config for channel", "the peer does not know the channel {channel}"),
    ("' not found", "the peer does not know the channel {channel}"),
    ("status=NOT_FOUND", "the orderer does not know the channel {channel}"),
    ("ProposalResponsePayloads do not match", "the organisations' peers gave different answers"),
    ("is not defined", "the contract {chaincode} is not defined on the channel {channel}"),
    ("successfully defined on channel", "the contract {chaincode} is not defined on the channel {channel}"),
    ("exceeding concurrency limit", "the peer is busy: too many requests at once"),
    ("no orderer", "no orderer takes transactions at present"),
    ("failed to connect to all addresses", "the connection failed"),
    ("could not launch chaincode", "the contract's service cannot be reached"),
    ("no connection to", "the contract's service cannot be reached"),
)


@dataclass(frozen=True)
class Failure:
    """`final`: another peer would say the same. `reason` is one of `ledger.errors` or, `by_contract`, its own.

    What the contract says depends on the blocks that the peer has, so it is final for peers that have the same ones.
    """

    reason: str
    message: str
    final: bool
    by_contract: bool = False


def of_call(error: grpc.RpcError) -> Failure:
    """What a failed call means."""
    said = list(_said(error))
    whole = " | ".join(said)
    found = _refusal_of_contract(said) or _known(whole) or _passing(whole) or _by_code(_code(error), whole)
    return found or Failure(errors.UNAVAILABLE, whole, final=False)


def of_answer(status: int, message: str) -> Failure:
    """What a proposal's answer other than 200 means, when a peer was asked directly."""
    known = _known(message)
    if known:
        return known
    contract = _ANSWER.match(message)
    if contract:
        return Failure(contract[1], contract[2], final=True)
    return _passing(message) or Failure(errors.UNAVAILABLE, f"{message} (status {status})", final=False)


def timed_out(error: grpc.RpcError) -> bool:
    """Whether the call only ran out of time."""
    return bool(_code(error) == grpc.StatusCode.DEADLINE_EXCEEDED)


def details(error: grpc.RpcError) -> list[Any]:
    """The gateway.ErrorDetail messages a call's trailer carries; empty when there are none or they do not parse."""
    trailers = error.trailing_metadata() if isinstance(error, grpc.Call) else None
    pairs: Any = trailers or ()
    found = [value for key, value in pairs if key == _TRAILER]
    try:
        packed = [part for value in found for part in _any_fields(bytes(value))]
        return [gateway.ErrorDetail.FromString(any_message.Any.FromString(one).value) for one in packed]
    except (DecodeError, IndexError):
        return []


def _code(error: grpc.RpcError) -> grpc.StatusCode:
    found = error.code() if isinstance(error, grpc.Call) else None
    return found if isinstance(found, grpc.StatusCode) else grpc.StatusCode.UNKNOWN


def _said(error: grpc.RpcError) -> Iterator[str]:
    yield str(error.details() or "") if isinstance(error, grpc.Call) else str(error)
    for one in details(error):
        yield str(one.message)


def _refusal_of_contract(said: list[str]) -> Failure | None:
    found = next((match for one in said if (match := _CONTRACT.search(one))), None)
    return Failure(found[1], found[2], final=True, by_contract=True) if found else None


def _by_code(code: grpc.StatusCode, whole: str) -> Failure | None:
    if code == grpc.StatusCode.DEADLINE_EXCEEDED:
        return Failure(errors.UNAVAILABLE, "no answer in time", final=False)
    if code == grpc.StatusCode.UNKNOWN and "chaincode response" in whole:
        return Failure(errors.CHAINCODE_FAILED, whole, final=True)
    reason = _CODES.get(code)
    return Failure(reason, whole, final=True) if reason else None


def _known(whole: str) -> Failure | None:
    for words, reason, sentence in _FINAL:
        if words in whole:
            return Failure(reason, (_skew(whole) if reason == errors.TIME_WINDOW else sentence) or whole, final=True)
    return None


def _skew(whole: str) -> str:
    """By how much the two clocks differ, if Fabric says it."""
    found = _TIMES.search(whole)
    return errors.clocks_apart(*(datetime.fromisoformat(text) for text in found.groups())) if found else errors.TOO_FAR


def _passing(whole: str) -> Failure | None:
    sentence = next((sentence for words, sentence in _PASSING if words in whole), None)
    return Failure(errors.UNAVAILABLE, sentence, final=False) if sentence else None


def _any_fields(data: bytes) -> Iterator[bytes]:
    """The third field, repeated, of a google.rpc.Status: read by hand, to need no further generated package."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            _, at = _varint(data, at)
        elif tag & 7 == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                raise IndexError("a google.rpc.Status that breaks off")
            if tag >> 3 == 3:
                yield data[at : at + length]
            at += length
        else:
            raise IndexError("not a google.rpc.Status")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
