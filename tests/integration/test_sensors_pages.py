"""Pages of devices: what an owner does with them, and what goes wrong."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories import OrganisationFactory, member
from tests.sensors_world import logger
from traceapp.accounts.roles import Role
from traceapp.ledger.outgoing import Call
from traceapp.sensors import broker, intake
from traceapp.sensors.identity import base64url
from traceapp.sensors.models import Device, DeviceKey, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    return OrganisationFactory(company_prefix="9506000")


@pytest.fixture
def page(client, farm):
    client.force_login(member(farm, Role.CARRIER))

    def ask(name, *args, data=None, **query):
        address = reverse(f"sensors:{name}", args=args)
        return client.get(address, query) if data is None else client.post(address, data)

    return ask


def said(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def public():
    return base64url(Ed25519PrivateKey.generate().public_key().public_bytes_raw())


def given(**fields):
    return {"giai": "9506000LOGGER1", "public_key": public(), "name": "Truck 7", **fields}


def test_who_may_not_register_devices_is_offered_nothing_that_leads_nowhere(client, farm):
    client.force_login(member(farm, Role.ANALYST))
    answer = client.get(reverse("sensors:devices"))
    assert "Somebody who records goods for your organisation can register them." in said(answer)
    assert "Register a device" not in said(answer)


def test_a_device_is_registered_by_form_and_waits_for_the_ledger(page):
    answer = page(
        "add", data=given(calibrated_on="2026-01-05", calibration_due="2027-01-05", band_min="2", band_max="8")
    )
    device = Device.objects.get()
    assert answer.url == reverse("sensors:device", args=[device.uid])
    assert Call.objects.get().function == "register_device"
    shown = said(page("device", device.uid))
    for words in ("Truck 7", "9506000LOGGER1", "Waits for the ledger", "No message has come yet"):
        assert words in shown
    assert "Truck 7" in said(page("devices"))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("giai", "12", "is not a GIAI"),
        ("public_key", "AAAA", "no Ed25519 public key"),
        ("name", "", "required"),
        ("calibration_due", "2020-01-01", "not after the day of the calibration"),
        ("calibrated_on", "2999-01-01", "in the future"),
        ("band_max", "1", "not above the lower limit"),
        ("giai", "x" * 300, "at most"),
    ],
)
def test_a_mistake_is_told_at_its_field(page, field, value, words):
    sound = given(calibrated_on="2021-01-01", calibration_due="2999-01-01", band_min="2", band_max="8")
    answer = page("add", data={**sound, field: value})
    assert answer.status_code == 200
    assert words in said(answer)
    assert not Device.objects.exists()


def test_a_code_fills_the_form_in(page):
    key = public()
    shown = page("add", code=f"https://id.gs1.org/8004/9506000LOGGER1?x={key}").content.decode()
    assert 'value="9506000LOGGER1"' in shown
    assert key in shown
    assert "no device" in said(page("add", code="https://example.org/"))


def upload(text, name="devices.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return {"file": SimpleUploadedFile(name, data, content_type="text/csv")}


def test_many_are_registered_from_a_csv(page):
    lines = [
        "giai;public_key;name;calibration_due;band_min",
        *(f"9506000L{n};{public()};Logger {n};2999-01-01;-18.5" for n in range(3)),
    ]
    answer = page("import", data=upload("\n".join(lines)))
    assert answer.status_code == 302
    assert Device.objects.count() == DeviceKey.objects.count() == Call.objects.count() == 3
    assert Device.objects.first().band_min == -18.5


def test_faults_of_a_csv_are_told_at_their_cells_and_nothing_is_registered(page):
    key = public()
    lines = [
        "name,giai,public_key,calibrated_on,band_max",
        f"fine,9506000L1,{key},,",
        f"twice,9506000L1,{public()},,",
        f"same key,9506000L2,{key},,",
        "no key,9506000L3,zzz,,",
        f",9506000L4,{public()},,",
        f"bad day,9506000L5,{public()},yesterday,",
        f"bad degrees,9506000L6,{public()},,warm",
        f"cold,9506000L7,{public()},,NaN",
        "too,few",
    ]
    shown = said(page("import", data=upload("\n".join(lines))))
    for line, column, words in (
        (3, "giai", "line 2 already"),
        (4, "public_key", "line 2 already"),
        (5, "public_key", "base64url"),
        (6, "name", "empty"),
        (7, "calibrated_on", "no date"),
        (8, "band_max", "no number"),
        (9, "band_max", "cannot be"),
        (10, "—", "2 columns"),
    ):
        assert re.search(rf"\b{line} {column} [^0-9]*{words}|{line} {column} .*?{words}", shown), (line, column, words)
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2", "giai,public_key,name\n", b"\xff\xfe\x00", "giai,giai,public_key,name\n1,2,3,4"]
)
def test_a_file_that_is_none_is_refused_in_words(page, text):
    answer = page("import", data=upload(text))
    assert answer.status_code == 200
    assert "field__error" in answer.content.decode()


def test_a_device_is_described_anew(page, farm):
    device = logger(farm).device
    page("change", device.uid, data={"name": "Truck 8", "certificate": "https://lab.example/7"})
    device.refresh_from_db()
    assert (device.name, device.certificate) == ("Truck 8", "https://lab.example/7")


def test_a_key_is_revoked_after_a_page_that_says_what_follows(page, farm):
    device = logger(farm)
    shown = said(page("revoke", device.device.uid, device.kid))
    assert "cannot be undone" in shown
    assert device.row.stopped_at is None
    ahead = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert "in the future" in said(
        page("revoke", device.device.uid, device.kid, data={"reason": "lost", "since": ahead})
    )
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M")
    page("revoke", device.device.uid, device.kid, data={"reason": "lost", "since": since})
    assert device.row.stopped_at is not None
    assert json.loads(Call.objects.get().argument)["reason"] == "lost"
    assert "Is being revoked" in said(page("device", device.device.uid))
    DeviceKey.objects.filter(kid=device.kid).update(
        state="revoked", reason="lost", revoked_from=datetime.now(UTC), ended_at=datetime.now(UTC)
    )
    assert "It is lost or was stolen" in said(page("device", device.device.uid))


def test_a_key_is_replaced(page, farm):
    device = logger(farm)
    answer = page("rotate", device.device.uid, data={"public_key": public()})
    assert answer.status_code == 302
    assert f"{device.kid}.2" in said(page("device", device.device.uid))
    assert "on its way" in said(page("rotate", device.device.uid, data={"public_key": public()}))


def test_gaps_refusals_and_alarms_stand_on_the_devices_page(page, farm):
    device = logger(farm, calibration_due=date.today() - timedelta(days=3))
    for seq in (1, 2, 5, 9):
        intake.take([device.message(seq=seq)])
    intake.take([device.message([9.9], seq=9), device.message(seq=10)[:-8] + "AAAAAAAA", "x"])
    shown = said(page("device", device.device.uid))
    for words in (
        "Numbers 3 to 4",
        "Numbers 6 to 8",
        "Another message with a number used before : 1",
        "calibration has expired",
        "Signature is not by this device",
    ):
        assert words.replace(" :", ":") in shown, words
    assert "Alarm" in shown
    assert "Needs a look" in page("devices").content.decode()
    page("acknowledge", device.device.uid, data={"reason": "conflict"})
    assert Refusal.objects.get(reason="conflict").seen_by is not None
    assert said(page("device", device.device.uid)).count("Alarm") == 1


def test_a_message_is_shown_as_its_stored_bytes_say(client, ledger_world):
    farm = ledger_world.organisations[0]
    client.force_login(member(farm, Role.CARRIER))
    device = logger(farm)
    (taken,) = intake.take([device.message([4.25, 4.5])])
    address = reverse("sensors:message", args=[taken.record.uid])
    assert "not confirmed yet" in said(client.get(address))
    ledger_world.anchor()
    shown = said(client.get(address))
    assert "Verified" in shown
    assert "4.25" in shown
    assert "Check it yourself" in shown
    taken.record.refresh_from_db()
    taken.record.disclosures = bytes(taken.record.disclosures).replace(b'"sensor"', b'"sensox"')
    taken.record.save()
    shown = said(client.get(address))
    assert "Does not match" in shown
    assert "4.25" not in shown


def test_whoever_sets_it_up_is_told_how_it_connects(page, farm):
    device = logger(farm)
    assert broker.password(device.kid) in said(page("access", device.device.uid))


def test_another_organisation_sees_and_changes_nothing(client, farm):
    device = logger(farm)
    (taken,) = intake.take([device.message()])
    client.force_login(member(OrganisationFactory(), *Role.values))
    names = ["device", "access", "change", "rotate"]
    addresses = [reverse(f"sensors:{name}", args=[device.device.uid]) for name in names]
    addresses += [
        reverse("sensors:revoke", args=[device.device.uid, device.kid]),
        reverse("sensors:message", args=[taken.record.uid]),
    ]
    assert {client.get(address).status_code for address in addresses} == {404}
    assert device.device.name not in client.get(reverse("sensors:devices")).content.decode()
    for name in ("acknowledge", "withdraw", "change", "rotate"):
        assert client.post(reverse(f"sensors:{name}", args=[device.device.uid])).status_code == 404


def test_an_analyst_looks_and_changes_nothing(client, farm):
    device = logger(farm)
    client.force_login(member(farm, Role.ANALYST))
    assert client.get(reverse("sensors:device", args=[device.device.uid])).status_code == 200
    for name in ("add", "import"):
        assert client.get(reverse(f"sensors:{name}")).status_code == 403
    for name in ("change", "rotate", "access"):
        assert client.get(reverse(f"sensors:{name}", args=[device.device.uid])).status_code == 403
