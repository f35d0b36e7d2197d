"""A device written from docs/devices.md alone, in plain Python: it knows nothing of this program but what the page says."""

import base64
import json
import re
import time
import urllib.error
import urllib.request

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.factories import api_token, member
from tests.stack import ROOT
from traceapp.accounts.roles import Role
from traceapp.sensors.message import Reason

pytestmark = pytest.mark.django_db(transaction=True)


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Device:
    """Sections 1 to 3 of the page."""

    def __init__(self, giai):
        self.key, self.seq, self.giai = Ed25519PrivateKey.generate(), 0, giai
        self.kid = "8004-" + re.sub(r"[^A-Za-z0-9._-]", "-", giai)
        self.code = f"https://id.gs1.org/8004/{giai}?x={b64url(self.key.public_key().public_bytes_raw())}"

    def message(self, readings):
        self.seq += 1
        header = b64url(json.dumps({"alg": "EdDSA", "kid": self.kid, "seq": self.seq}).encode())
        start = readings[0][0]
        pack = [{"n": "temperature", "t": at - start, "v": value} for at, value in readings]
        pack[0] |= {"bn": f"urn:dev:ops:{self.kid}:", "bt": start, "bu": "Cel"}
        signed = f"{header}.{b64url(json.dumps(pack).encode())}"
        return f"{signed}.{b64url(self.key.sign(signed.encode()))}"


@pytest.fixture
def call(live_server):
    """(status, JSON) of a request."""

    def asked(path, body=None, media_type="application/json", token=""):
        headers = {"Content-Type": media_type} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else body.encode()
        request = urllib.request.Request(f"{live_server.url}/api/v1/sensors/{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    return asked


def test_it_registers_sends_and_hears_what_the_page_says(committed_ledger_world, call):
    owner = committed_ledger_world.organisations[0]
    token = api_token(member(owner, Role.ADMIN, Role.CARRIER), owner)
    device, now = Device("9506000111PLAIN.1"), time.time()
    key = device.code.partition("?x=")[2]
    status, told = call("devices/", json.dumps({"giai": device.giai, "public_key": key, "name": "Van"}), token=token)
    assert status == 201, told
    first = device.message([(now - 120, 4.1), (now - 60, 4.3), (now, 4.2)])
    status, problem = call("messages", first, "application/jose")
    assert (status, problem["reason"]) == (409, "not_active"), "to be sent again later"
    committed_ledger_world.anchor()
    (known,) = call(f"devices/{told['uid']}/", token=token)[1]["keys"]
    assert (known["kid"], known["state"]) == (device.kid, "active")

    assert call("messages", first, "application/jose")[0] == 202
    status, again = call("messages", first, "application/jose")
    assert (status, again["state"], bool(again["receipt"])) == (200, "repeated", True)
    second, third = (device.message([(now + shift, 4.0)]) for shift in (30, 60))
    status, both = call("messages", json.dumps([first, second, "nonsense"]))
    assert (status, both["repeated"], both["stored"], both["refused"]) == (202, 1, 1, 1)
    assert [one.get("reason", one["state"]) for one in both["answers"]] == ["repeated", "stored", "form"]
    status, lines = call("messages", f"{second}\n{third}\n", "application/x-ndjson")
    assert (status, [one["state"] for one in lines["answers"]]) == (202, ["repeated", "stored"])
    health = call(f"devices/{told['uid']}/health/", token=token)[1]
    assert health["last_seen"]
    assert {one["reason"] for one in health["refusals"]} == {"not_active"}


def test_every_reason_for_which_a_message_is_refused_is_on_the_page():
    page = (ROOT / "docs" / "devices.md").read_text()
    assert [reason for reason in Reason if f"| `{reason}` |" not in page] == []
