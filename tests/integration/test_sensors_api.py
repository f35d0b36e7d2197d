"""`/api/v1/sensors/devices/`: one's own devices, their keys, how they are, and many at once."""

import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.cache import cache

from tests.factories import OrganisationFactory, api_token, member
from tests.sensors_world import Logger, logger
from traceapp.accounts.roles import Role
from traceapp.ledger.outgoing import Call
from traceapp.sensors import intake
from traceapp.sensors.identity import base64url
from traceapp.sensors.models import Device, DeviceKey

ADDRESS = "/api/v1/sensors/devices/"


@pytest.fixture(autouse=True)
def _no_counts_left():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def farm(db):
    return OrganisationFactory(company_prefix="9506000")


def client_of(client, organisation, *roles):
    """A client of the API as a member with these roles."""
    token = api_token(member(organisation, *roles), organisation)

    def call(method, path="", sent=None, content_type="application/json"):
        body = {} if sent is None else {"data": sent, "content_type": content_type}
        return getattr(client, method)(ADDRESS + path, headers={"Authorization": f"Bearer {token}"}, **body)

    return call


@pytest.fixture
def api(client, farm):
    return client_of(client, farm, Role.CARRIER)


def public(key=None):
    return base64url((key or Ed25519PrivateKey.generate()).public_key().public_bytes_raw())


def given(**fields):
    return {"giai": "9506000LOGGER1", "public_key": public(), "name": "Truck 7", **fields}


def test_a_device_lives_from_its_registration_to_its_revocation(client, ledger_world):
    firm = ledger_world.organisations[0]
    api, key, fresh = client_of(client, firm, Role.CARRIER), Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    giai = f"{firm.company_prefix}LOGGER1"
    made = api("post", sent=given(giai=giai, public_key=public(key), band_min="2", band_max="8"))
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["keys"][0]["kid"]) == ("waiting", f"8004-{giai}")
    one = f"{told['uid']}/"
    ledger_world.anchor()
    told = api("get", one).json()
    assert (told["state"], told["keys"][0]["public_key"], bool(told["keys"][0]["tx_id"])) == (
        "active",
        public(key),
        True,
    )
    (taken,) = intake.take([Logger(Device.objects.get(), f"8004-{giai}", key).message()])
    assert taken.new
    answer = api("post", f"{one}rotate/", {"public_key": public(fresh)})
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert api("post", f"{one}rotate/", {"public_key": public()}).status_code == 409
    ledger_world.anchor()
    assert [key["state"] for key in api("get", one).json()["keys"]] == ["active", "rotated"]
    answer = api("post", f"{one}revoke/", {"reason": "lost"})
    assert (answer.status_code, bool(answer.json()["keys"][0]["stopped_at"])) == (202, True)
    ledger_world.anchor()
    told = api("get", one).json()["keys"][0]
    assert (told["state"], told["why"], bool(told["revoked_from"])) == ("revoked", "lost", True)
    assert api("post", f"{one}revoke/", {"reason": "lost"}).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("giai", "12", "is not a GIAI"),
        ("giai", "9506000TAKEN", "registered already"),
        ("giai", "9521004OTHER", "another organisation's company prefix"),
        ("public_key", "AAAA", "Ed25519"),
        ("public_key", '{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}', "private"),
        ("name", "", "blank"),
        ("calibration_due", "2020-01-01", "not after the day"),
        ("band_max", "1", "not above"),
        ("band_max", "NaN", "number"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_is_registered(api, farm, field, value, words):
    logger(farm, giai="9506000TAKEN")
    OrganisationFactory(company_prefix="9521004")
    sound = given(calibrated_on="2021-01-01", calibration_due="2999-01-01", band_min="2", band_max="8")
    answer = api("post", sent={**sound, field: value})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["path"] == field
    assert words in error["detail"]
    assert Device.objects.count() == 1
    assert not Call.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "[1]", "null", "{", '{"giai": {}, "public_key": [], "name": 1e999}'])
def test_a_body_that_is_none_is_refused_in_words(api, body):
    answer = api("post", sent=body)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_what_is_said_of_a_device_can_be_changed_and_its_number_cannot(api, farm):
    device = logger(farm).device
    answer = api("patch", f"{device.uid}/", {"name": "Truck 8", "giai": "9506000X"})
    assert (answer.status_code, answer.json()["name"], answer.json()["giai"]) == (200, "Truck 8", device.giai)
    assert api("patch", f"{device.uid}/", {"band_min": "9", "band_max": "2"}).status_code == 400


def test_devices_are_found_page_by_page_and_by_word(api, farm):
    for number in range(3):
        logger(farm, giai=f"9506000L{number}", name=f"Truck {number}")
    told = api("get", "?per_page=2").json()
    assert (told["count"], len(told["results"]), bool(told["next"])) == (3, 2, True)
    assert [one["name"] for one in api("get", "?q=L1 truck").json()["results"]] == ["Truck 1"]


def test_health_says_what_came_what_is_missing_and_what_was_refused(api, farm):
    device = logger(farm)
    battery = {"n": "battery", "u": "%EL", "t": 0, "v": 71}
    first = [{"bn": "d:", "bt": time.time() - 7200, "bu": "Cel", "n": "t", "v": 4}, battery]
    intake.take([device.sign(first), device.message(seq=5), device.message()[:-8] + "AAAAAAAA"])
    told = api("get", f"{device.device.uid}/health/").json()
    assert told["battery"] is None or told["battery"] == 71
    assert told["late"]["count"] == 1
    assert told["late"]["longest_seconds"] == pytest.approx(7200, abs=60)
    assert told["sequences"] == [{"kid": device.kid, "highest": 5, "came": 2, "missing": 3}]
    assert told["gaps"] == [{"kid": device.kid, "first": 2, "last": 4}]
    (refused,) = told["refusals"]
    assert (refused["reason"], refused["count"], refused["alarm"]) == ("signature", 1, True)
    told = api("post", f"{device.device.uid}/seen/", {"reason": "signature"}).json()
    assert not told["refusals"][0]["alarm"]


def csv_of(*lines):
    return "\n".join(["giai,public_key,name,calibrated_on", *lines])


def test_many_come_from_a_csv(api):
    lines = [f"9506000L{number},{public()},Logger {number}," for number in range(3)]
    answer = api("post", "import/", csv_of(*lines), "text/csv")
    assert (answer.status_code, answer.json()["registered"]) == (201, 3)
    assert DeviceKey.objects.count() == Call.objects.count() == 3


def test_a_csv_with_wrong_rows_says_which_and_registers_none(api):
    good = f"9506000L1,{public()},Logger 1,"
    answer = api(
        "post", "import/", csv_of(good, f"9506000L2,zz,Logger 2,{''}", f"12,{public()},x,yesterday"), "text/csv"
    )
    assert answer.status_code == 400
    assert "Nothing was registered" in answer.json()["detail"]
    assert [one["path"] for one in answer.json()["errors"]] == ["line 3, public_key", "line 4, giai"]
    assert not Device.objects.exists()


@pytest.mark.parametrize("text", ["\n", "a,b\n1,2", "giai,public_key,name\n"])
def test_a_file_that_is_no_csv_of_devices_is_refused_in_words(api, text):
    answer = api("post", "import/", text, "text/csv")
    assert answer.status_code == 400
    assert "Nothing was registered" in answer.json()["detail"]
    assert api("post", "import/", "{}").status_code == 415


def test_nobody_else_sees_or_changes_it(client, farm):
    device = logger(farm).device
    theirs = client_of(client, OrganisationFactory(), *Role.values)
    assert theirs("get").json()["count"] == 0
    for method, path in [("get", ""), ("patch", ""), ("delete", ""), ("get", "health/"), ("post", "rotate/")]:
        sent = {"name": "x", "public_key": public()} if method in ("patch", "post") else None
        assert theirs(method, f"{device.uid}/{path}", sent).status_code == 404
    assert theirs("post", f"{device.uid}/revoke/", {"reason": "lost"}).status_code == 404
    assert client.get(ADDRESS).status_code == 401
    looks = client_of(client, farm, Role.ANALYST)
    assert looks("get", f"{device.uid}/health/").status_code == 200
    assert looks("post", sent=given()).status_code == 403
    assert looks("post", f"{device.uid}/revoke/", {"reason": "lost"}).status_code == 403


@pytest.mark.parametrize("sent", [{}, {"reason": "bored"}, {"reason": "lost", "since": "2999-01-01T00:00:00Z"}])
def test_a_revocation_says_why_and_since_when(api, farm, sent):
    device = logger(farm)
    assert api("post", f"{device.device.uid}/revoke/", sent).status_code == 400
    assert api("post", f"{device.device.uid}/revoke/", {"reason": "lost", "kid": "another"}).status_code == 404
    assert device.row.stopped_at is None


def test_only_what_the_ledger_rejected_can_be_taken_back(api, farm):
    device = logger(farm).device
    answer = api("delete", f"{device.uid}/")
    assert (answer.status_code, "rejected" in answer.json()["detail"]) == (409, True)


def test_a_client_that_calls_too_often_is_told_when_to_come_back(api, settings):
    rates = {**settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "user": "1/hour"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    assert api("get").status_code == 200
    answer = api("get")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)


def test_the_schema_describes_it(client, db):
    paths = json.loads(client.get("/api/schema/?format=json").content)["paths"]
    of = {path.removeprefix("/api/v1/sensors/"): sorted(paths[path]) for path in paths if "/sensors/" in path}
    assert of["devices/"] == ["get", "post"]
    assert of["devices/{uid}/"] == ["delete", "get", "patch"]
    assert of["devices/{uid}/rotate/"] == of["devices/{uid}/revoke/"] == of["devices/import/"] == ["post"]
    assert of["devices/{uid}/health/"] == of["refusals/"] == ["get"]
