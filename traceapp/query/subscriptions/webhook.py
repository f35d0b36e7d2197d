"""One POST to a receiver: to the address that was checked, no redirect followed, time and answer bounded."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from traceapp.query.subscriptions.destination import Destination, DestinationError, resolve

TIMEOUT = 15.0  # seconds to connect
WHOLE = 30.0  # seconds for the exchange: a receiver that answers byte by byte is cut off


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt. `status` is None where no answer came; `seconds` is how long it took."""

    status: int | None
    words: str
    seconds: float

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(to: Destination, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send, and say what came of it. Raises nothing for what a network or a receiver does."""
    began = time.monotonic()
    try:
        status, reason = _exchange(to, body, headers)
    except DestinationError as error:
        return Outcome(None, f"Not sent: {error}.", time.monotonic() - began)
    except (OSError, http.client.HTTPException) as error:
        return Outcome(None, f"No answer from {to.host}: {_why(error)}.", time.monotonic() - began)
    return Outcome(status, f"{to.host} answered {status} {reason}".strip()[:200] + ".", time.monotonic() - began)


def _exchange(to: Destination, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    last: OSError = OSError("the name has no address")
    for address in resolve(to):
        try:
            connection = _connect(to, address)
        except OSError as error:
            last = error
            continue
        cut = threading.Timer(WHOLE, connection.sock.shutdown, [socket.SHUT_RDWR])
        cut.daemon = True
        cut.start()
        try:
            connection.request("POST", to.target, body=body, headers=dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.reason
        finally:
            cut.cancel()
            connection.close()
    raise last


def _connect(to: Destination, address: str) -> http.client.HTTPConnection:
    """A connection to this very address, which has to prove that it is the host by its certificate."""
    connection = http.client.HTTPConnection(to.host, to.port, timeout=TIMEOUT)
    sock = socket.create_connection((address, to.port), TIMEOUT)
    if to.https:
        try:
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=to.host)
        except BaseException:
            sock.close()
            raise
    connection.sock = sock
    if to.https and to.port == 443:
        connection.default_port = 443  # so that `Host` names no port
    return connection


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing came within {TIMEOUT:.0f} s"
    if isinstance(error, socket.gaierror):
        return "the name is not known"
    if isinstance(error, ssl.SSLError):
        return f"its certificate or TLS is no good ({getattr(error, 'verify_message', '') or error.reason})"
    return str(getattr(error, "strerror", None) or error or type(error).__name__)
