"""gunicorn's worker, which refuses an address without end in the words of the interface and not by a blank page.
It has everything loaded before its first request.
"""

from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import LimitRequestLine  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]


class Worker(ThreadWorker):  # type: ignore[misc]
    """Threads; the application never sees a request whose first line is longer than gunicorn reads."""

    def load_wsgi(self) -> None:
        from traceapp.web import warm

        warm.spare_memory()
        super().load_wsgi()
        warm.up()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        try:
            client.sendall(too_long())
        except OSError:
            self.log.debug("The client was gone before it was told that its address is too long.")


def too_long() -> bytes:
    """The whole answer."""
    from traceapp.web.epcis_rest.exceptions import as_json, members
    from traceapp.web.epcis_rest.middleware import LONGEST_URL
    from traceapp.web.epcis_rest.negotiation import PROBLEM_JSON

    body = as_json(members(414, f"An address has at most {LONGEST_URL:,} characters."))
    head = (
        f"HTTP/1.1 414 {HTTPStatus(414).phrase}\r\nContent-Type: {PROBLEM_JSON}\r\nContent-Length: {len(body)}\r\n"
        "Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
