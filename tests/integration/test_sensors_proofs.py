"""Proof bundles of device messages: the device's own signature is checked against its key on the ledger."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.integration.test_sensors_devices import new_key, registered
from tests.sensors_world import Logger
from traceapp.accounts.visibility import Relation
from traceapp.commitments.canonical import canonical
from traceapp.ledger import proof, trust
from traceapp.ledger.copies import Attested
from traceapp.sensors import devices, intake
from traceapp.verifier.bundle import check_bundle
from traceapp.verifier.errors import Reason


@pytest.fixture
def sent(ledger_world):
    """A device whose key is on the ledger, and the record of a message that is as well."""
    logger = registered(ledger_world)
    ledger_world.anchor()
    (taken,) = intake.take([logger.message([4.0, 4.5])])
    ledger_world.anchor()
    taken.record.refresh_from_db()
    return logger, taken.record


def checked(bundle):
    return check_bundle(bundle if isinstance(bundle, bytes) else canonical(bundle), trust.pinned())


def test_the_devices_signature_is_checked(sent):
    logger, record = sent
    report = checked(proof.make(record, Relation.OWNER))
    assert report.verified
    assert report.device["kid"] == logger.kid
    assert report.not_checked == ()


@pytest.mark.parametrize("end", ["rotate", "revoke"])
def test_it_still_is_after_the_key_has_ended(ledger_world, sent, end):
    logger, record = sent
    if end == "rotate":
        devices.rotate(device=logger.device, by=None, public_key=new_key().public_key().public_bytes_raw())
    else:
        devices.revoke(key=logger.row, by=None, reason="lost", since=datetime.now(UTC))
    ledger_world.anchor()
    assert logger.row.state != "active"
    assert checked(proof.make(record, Relation.OWNER)).device["kid"] == logger.kid


def test_so_is_a_message_of_the_new_key(ledger_world, sent):
    logger, _ = sent
    fresh = Ed25519PrivateKey.generate()
    devices.rotate(device=logger.device, by=None, public_key=fresh.public_key().public_bytes_raw())
    ledger_world.anchor()
    new = Logger(logger.device, f"{logger.kid}.2", fresh)
    (taken,) = intake.take([new.message()])
    ledger_world.anchor()
    taken.record.refresh_from_db()
    assert checked(proof.make(taken.record, Relation.OWNER)).device["kid"] == new.kid


def test_another_devices_key_beside_the_message_is_found_out(ledger_world, sent):
    _, record = sent
    other = registered(ledger_world, giai="9506000111LOGGER8")
    ledger_world.anchor()
    (taken,) = intake.take([other.message()])
    ledger_world.anchor()
    taken.record.refresh_from_db()
    bundle, foreign = (json.loads(proof.make(one, Relation.OWNER)) for one in (record, taken.record))
    report = checked({**bundle, "device": foreign["device"]})
    assert (report.verified, report.reason) == (False, Reason.BAD_DEVICE_SIGNATURE)


def test_without_attestations_of_the_key_it_says_so(sent):
    logger, record = sent
    Attested.objects.filter(pk=logger.row.tx_id).delete()
    report = checked(proof.make(record, Relation.OWNER))
    assert report.verified
    assert report.device is None


def test_a_proof_that_hides_the_message_has_no_key_beside_it(sent):
    _, record = sent
    bundle = proof.make(record, Relation.OWNER, fields=[])
    assert "device" not in json.loads(bundle)
    assert checked(bundle).verified
