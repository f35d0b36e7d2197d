"""The resolver through nginx and gunicorn: raw bytes of a request, and the raw bytes that come back."""

import random
import shutil
import socket
from urllib.parse import urlsplit

import pytest

from tests.proxied import Proxied, proxied

GTIN = "09506000134352"
CODE = f"/01/{GTIN}"
SEED = f"""
from tests.factories import ProductFactory
ProductFactory(gtin="{GTIN}")
"""

pytestmark = [pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"), pytest.mark.slow]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with proxied(tmp_path_factory.mktemp("resolver"), SEED) as one:
        yield one


def ask(address: str, target: bytes, method: bytes = b"GET", *headers: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers (in lower case) for a request line of these very bytes."""
    at = urlsplit(address)
    with socket.create_connection((at.hostname, at.port), timeout=30) as line:
        more = b"".join(one + b"\r\n" for one in headers)
        line.sendall(
            method
            + b" "
            + target
            + b" HTTP/1.1\r\nHost: "
            + at.netloc.encode()
            + b"\r\nConnection: close\r\n"
            + more
            + b"\r\n"
        )
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return int(head[0].split()[1]), {
        name.lower(): value for name, _, value in (one.partition(": ") for one in head[1:])
    }


@pytest.mark.parametrize("where", ["url", "backend"])
class TestRawBytes:
    @pytest.mark.parametrize(
        "target",
        [
            f"{CODE}/10/A%2FB",
            f"{CODE}/10/A%2fB",
            f"{CODE}/10/A%2FB/21/%2F%2F",
            f"{CODE}/10/a.b?17=270131;x=%2F+%20%C3%A4&&=&y",
        ],
    )
    def test_slashes_in_lots_and_queries_stay_as_they_are(self, site: Proxied, where, target):
        status, headers = ask(getattr(site, where), target.encode())
        assert status == 307
        path, _, query = target.partition("?")
        assert headers["location"].endswith(f"/p{path.replace('%2fB', '%2FB')}" + (f"?{query}" if query else ""))

    @pytest.mark.parametrize(
        ("target", "statuses"),
        [
            (b"/01/09506000134353", {400}),
            (CODE.encode() + b"/10/%FF%FE", {400}),
            (CODE.encode() + b"/10/\xff\xfe", {400}),
            (CODE.encode() + b"/10/%00", {400}),
            (CODE.encode() + b"/10/..%2F..%2Fetc", {307}),  # dots and slashes may stand in a lot
            (CODE.encode() + b"/10/" + b"x" * 3000, {414}),
            (CODE.encode() + b"/10/" + b"x" * 8000, {414}),
            (CODE.encode() + b"/10/" + b"x" * 8192, {414}),
            (CODE.encode() + b"/10/" + b"x" * 20000, {414}),
            (CODE.encode() + b"?a=" + b"%C3%A4" * 900, {307, 414}),
        ],
    )
    def test_bad_bytes_are_refused_and_nothing_breaks(self, site: Proxied, where, target, statuses):
        status, _ = ask(getattr(site, where), target)
        assert status in statuses

    def test_methods_and_headers_pass(self, site: Proxied, where):
        status, headers = ask(getattr(site, where), CODE.encode(), b"HEAD")
        assert (status, headers["access-control-allow-origin"]) == (307, "*")
        status, headers = ask(getattr(site, where), CODE.encode(), b"OPTIONS", b"Origin: https://a.example")
        assert (status, headers["allow"]) == (204, "GET, HEAD, OPTIONS")
        status, headers = ask(getattr(site, where), CODE.encode(), b"GET", b"Accept: application/linkset+json")
        assert (status, headers["content-type"]) == (200, "application/linkset+json")
        assert ask(getattr(site, where), CODE.encode(), b"POST", b"Content-Length: 0")[0] == 405

    def test_no_bytes_whatever_break_it(self, site: Proxied, where):
        chance = random.Random(20261125)
        pieces = [b"/", b"%2F", b"%", b"%zz", b"01", b"10", b"21", b"414", GTIN.encode(), b"..", b"//", b"\xff", b"?", b"&", b"=", b";",
                  b"linkType=", b"gs1:pip", b"linkset", b"%C3%A4", b"a", b"~", b"\x7f", b"p/", b"labels/", b".svg", b"labels/links/"]  # fmt: skip
        for _ in range(60):
            target = b"/" + b"".join(chance.choice(pieces) for _ in range(chance.randint(1, 12)))
            status, _headers = ask(
                getattr(site, where),
                target,
                b"GET",
                b"Accept: " + chance.choice([b"*/*", b"text/html", b";q=,", b"application/linkset+json"]),
            )
            assert status < 500, target
