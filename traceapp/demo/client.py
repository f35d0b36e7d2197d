"""The demo's firms post over HTTP with a token of their own, as any partner's system would."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Refused(Exception):
    """The server did not accept a document; the message is the server's own."""


@dataclass(frozen=True)
class Client:
    url: str
    token: str

    def capture(self, document: Mapping[str, Any], key: str) -> dict[str, Any]:
        """POST /epcis/capture. The idempotency key makes a repeat harmless."""
        headers = {"Content-Type": "application/ld+json", "Idempotency-Key": key}
        return self._send("POST", "/epcis/capture", json.dumps(document, ensure_ascii=False).encode(), headers)

    def get(self, path: str) -> dict[str, Any]:
        return self._send("GET", path, None, {})

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(
            self.url + path, data=body, method=method, headers={**headers, "Authorization": f"Bearer {self.token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                content: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            raise Refused(f"{method} {path}: {error.code} {error.read(2000).decode(errors='replace')}") from error
        return content
