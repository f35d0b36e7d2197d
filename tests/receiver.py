"""A subscriber's web server: keeps what it was sent, and answers as it is told."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def document(self):
        return json.loads(self.body)

    @property
    def results(self):
        return self.document["epcisBody"]["queryResults"]

    @property
    def event_ids(self):
        return [event["eventID"] for event in self.results["resultsBody"]["eventList"]]


@dataclass
class Receiver:
    """`answers` are the statuses of the next answers; then 200. `taken` is what it answered 200 to."""

    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    taken: list[Received] = field(default_factory=list)
    largest: int | None = None  # events; more are answered 413
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(Received(dict(self.headers), body, self.path))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def take(self, one):
        with self._lock:
            self.received.append(one)
            if self.largest is not None and len(one.event_ids) > self.largest:
                return 413
            status = self.answers.pop(0) if self.answers else 200
            if 200 <= status < 300:
                self.taken.append(one)
            return status

    @property
    def event_ids(self):
        """Of everything that was taken, in order, repeats of one delivery left out as a receiver would."""
        once = {one.headers["Traceapp-Delivery"]: one for one in self.taken}
        return [event_id for one in once.values() for event_id in one.event_ids]
