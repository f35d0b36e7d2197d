"""Devices' keys through the contract: registered, active, given a new one, revoked; and what a rejection says."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from tests.sensors_world import Logger
from traceapp.ledger import audit, calls, documents, rebuild
from traceapp.ledger.models import Finding
from traceapp.ledger.outgoing import Call
from traceapp.sensors import devices, intake
from traceapp.sensors.devices import Description, DeviceRefused
from traceapp.sensors.identity import jwk_of
from traceapp.sensors.models import Device, DeviceKey


def new_key():
    return Ed25519PrivateKey.generate()


def registered(world, giai="9506000111LOGGER7", key=None, organisation=0, **about):
    key = key or new_key()
    device = devices.register(
        organisation=world.organisations[organisation],
        by=None,
        giai=giai,
        public_key=key.public_key().public_bytes_raw(),
        about=Description(name="Logger 7", **about),
    )
    return Logger(device, device.keys.get().kid, key)


def outcome(logger, **message):
    (taken,) = intake.take([logger.message(**message)])
    return str(taken.refused.reason) if taken.refused else "stored"


def test_a_device_is_active_once_the_ledger_says_so(ledger_world):
    logger = registered(ledger_world, calibrated_on=date(2026, 1, 5), certificate="DKD-K-1234")
    assert outcome(logger) == "not_active"
    ledger_world.anchor()
    key = logger.row
    assert (key.state, bool(key.tx_id), key.call.label) == ("active", True, "On ledger")
    assert outcome(logger) == "stored"
    document = documents.get(f"device/{logger.kid}")
    assert document["giai"] == "9506000111LOGGER7"
    assert document["details"] == devices.details_of(logger.device)
    assert "DKD-K-1234" not in str(document)


def test_a_new_key_takes_over_and_the_old_one_ends(ledger_world):
    logger = registered(ledger_world)
    ledger_world.anchor()
    fresh = new_key()
    devices.rotate(device=logger.device, by=None, public_key=fresh.public_key().public_bytes_raw())
    new = Logger(logger.device, f"{logger.kid}.2", fresh)
    assert (outcome(logger), outcome(new)) == ("stored", "not_active")
    ledger_world.anchor()
    assert (logger.row.state, new.row.state, new.row.replaces) == ("rotated", "active", logger.kid)
    assert outcome(new) == "stored"
    ended = logger.row.ended_at.timestamp()
    assert outcome(logger, at=ended - 10) == "stored"
    DeviceKey.objects.filter(kid=logger.kid).update(ended_at=datetime.now(UTC) - timedelta(hours=1))
    assert outcome(logger) == "ended"


def test_a_revoked_key_is_refused_from_the_moment_it_was_asked_for(ledger_world):
    logger = registered(ledger_world)
    ledger_world.anchor()
    since = datetime.now(UTC) - timedelta(hours=1)
    devices.revoke(key=logger.row, by=None, reason="lost", since=since)
    assert outcome(logger) == "ended"
    assert logger.row.state == "active"
    ledger_world.anchor()
    assert (logger.row.state, logger.row.reason) == ("revoked", "lost")
    assert abs(logger.row.revoked_from - since) < timedelta(milliseconds=1)
    assert outcome(logger) == "ended"
    with pytest.raises(DeviceRefused):
        devices.revoke(key=logger.row, by=None, reason="lost", since=since)


@pytest.mark.parametrize("of", ["revoke", "rotate"])
def test_one_change_of_a_key_at_a_time(ledger_world, of):
    logger = registered(ledger_world)
    with pytest.raises(DeviceRefused, match=r"no key in force|not in force"):
        change(of, logger)
    ledger_world.anchor()
    change("rotate", logger)
    with pytest.raises(DeviceRefused, match="on its way"):
        change(of, logger)


def change(of, logger):
    if of == "rotate":
        devices.rotate(device=logger.device, by=None, public_key=new_key().public_key().public_bytes_raw())
    else:
        devices.revoke(key=logger.row, by=None, reason="lost", since=datetime.now(UTC))


def test_no_revocation_from_a_time_to_come(ledger_world):
    logger = registered(ledger_world)
    ledger_world.anchor()
    with pytest.raises(DeviceRefused) as raised:
        devices.revoke(key=logger.row, by=None, reason="lost", since=datetime.now(UTC) + timedelta(hours=1))
    assert raised.value.field == "since"


def test_a_device_and_a_key_are_registered_once(ledger_world):
    logger = registered(ledger_world)
    with pytest.raises(DeviceRefused, match="already"):
        registered(ledger_world)
    with pytest.raises(DeviceRefused, match="another organisation"):
        registered(ledger_world, organisation=1)
    with pytest.raises(DeviceRefused) as raised:
        registered(ledger_world, giai="9506000111LOGGER8", key=logger.key)
    assert raised.value.field == "public_key"


def test_a_giai_under_anothers_prefix_is_theirs(ledger_world):
    owner = ledger_world.organisations[1]
    with pytest.raises(DeviceRefused, match="prefix"):
        registered(ledger_world, giai=f"{owner.company_prefix}LOGGER")
    registered(ledger_world, giai=f"{owner.company_prefix}LOGGER", organisation=1)


def test_what_the_ledger_rejects_can_be_taken_back(ledger_world):
    """Somebody else has the name of the key on the ledger, unseen by us."""
    key = new_key()
    argument = {
        "id": calls.new_id(),
        "kid": "8004-9506000111LOGGER7",
        "giai": "9506000111OTHER",
        "publicKey": jwk_of(key.public_key().public_bytes_raw()),
        "details": "ab" * 32,
    }
    with transaction.atomic():
        theirs = calls.request(
            organisation=ledger_world.organisations[1],
            role="device-manager",
            function="register_device",
            argument=argument,
        )
    logger = registered(ledger_world)
    Call.objects.filter(pk=logger.device.keys.get().call_id).update(after=theirs)  # whoever comes first has the name
    with pytest.raises(DeviceRefused, match="rejected"):
        devices.withdraw(device=logger.device)
    ledger_world.anchor()
    call = Call.objects.get(pk=logger.device.keys.get().call_id)
    assert (call.label, bool(call.reason)) == ("Rejected", True)
    assert outcome(logger) != "stored"
    devices.withdraw(device=logger.device)
    assert not Device.objects.filter(giai="9506000111LOGGER7").exists()


def test_the_audit_makes_keys_anew_from_the_documents(ledger_world):
    logger = registered(ledger_world)
    ledger_world.anchor()
    devices.revoke(key=logger.row, by=None, reason="lost", since=datetime.now(UTC))
    audit.everything(ledger_world.ledger)
    assert list(Finding.objects.values_list("message", flat=True)) == []
    ledger_world.anchor()
    DeviceKey.objects.update(state="active", reason="")
    audit.everything(ledger_world.ledger)
    assert Finding.objects.get().what == "projected"


def test_keys_can_be_had_back_from_the_ledger(ledger_world):
    logger = registered(ledger_world)
    ledger_world.anchor()
    DeviceKey.objects.all().delete()
    Device.objects.all().delete()
    rebuild.rebuild(ledger_world.ledger)
    key = DeviceKey.objects.get(kid=logger.kid)
    assert (key.state, key.device.giai, key.device.organisation) == (
        "active",
        "9506000111LOGGER7",
        ledger_world.organisations[0],
    )
    logger.seq = int(time.time())
    assert outcome(logger) == "stored"
