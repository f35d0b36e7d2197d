"""`GET /healthz` over plain HTTP, as Fabric's own nodes answer it: for whoever watches all nodes in one way."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from chaincode.health import Health

_WELL, _ENDING = b'{"status":"OK"}\n', b'{"status":"Service Unavailable"}\n'


class Operations:
    """Listens on `address` (host:port) from `start` to `stop`. OSError when the address is taken."""

    def __init__(self, address: str, health: Health) -> None:
        host, _, port = address.rpartition(":")

        class Handler(_Handler):
            watched = health

        self._server = ThreadingHTTPServer((host, int(port)), Handler)
        self.port = self._server.server_port

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    watched: Health

    def do_GET(self) -> None:
        if self.path != "/healthz":
            self.send_error(404)
            return
        serving = self.watched.serving
        answer = _WELL if serving else _ENDING
        self.send_response(200 if serving else 503)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Probes come every few seconds: not worth a line each."""
