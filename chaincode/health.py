"""gRPC's health service (`grpc.health.v1.Health`), as probes of containers and load balancers ask it.

Two messages of one field each: written out here, since the package that holds them asks for a protobuf newer than
Fabric's messages work with.
"""

import threading
from collections.abc import Iterator

import grpc

SERVICE = "grpc.health.v1.Health"
SERVING, NOT_SERVING, SERVICE_UNKNOWN = 1, 2, 3

# Names this server answers for: itself, and the one service it has.
KNOWN = frozenset({b"", b"protos.Chaincode"})


class Health:
    """Serving from the start until `stop`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stopping = False

    @property
    def serving(self) -> bool:
        return not self._stopping

    def stop(self) -> None:
        """Say NOT_SERVING from now on, to watchers at once."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def handler(self) -> grpc.GenericRpcHandler:
        """To be added to a server."""
        methods: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            "Check": grpc.unary_unary_rpc_method_handler(self._check),
            "Watch": grpc.unary_stream_rpc_method_handler(self._watch),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def _check(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        if _name(request) not in KNOWN:
            context.abort(grpc.StatusCode.NOT_FOUND, "there is no such service here")
        return encode(self._status())

    def _watch(self, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        if _name(request) not in KNOWN:
            yield encode(SERVICE_UNKNOWN)
            return
        yield encode(self._status())
        with self._changed:
            while not self._stopping and context.is_active():
                self._changed.wait(1.0)
        if context.is_active():
            yield encode(NOT_SERVING)

    def _status(self) -> int:
        return NOT_SERVING if self._stopping else SERVING


def encode(status: int) -> bytes:
    """A HealthCheckResponse: field 1, a number."""
    return bytes([0x08, status])


def decode(answer: bytes) -> int:
    """The status in a HealthCheckResponse; 0 for one that says nothing."""
    return answer[1] if len(answer) >= 2 and answer[0] == 0x08 else 0


def _name(request: bytes) -> bytes:
    """The service named in a HealthCheckRequest: field 1, text of less than 128 bytes."""
    if len(request) >= 2 and request[0] == 0x0A and len(request) == 2 + request[1]:
        return request[2:]
    return b"" if not request else b"?"
