"""Certificates, channel, contract and clock that a Fabric network refuses: what is said, and that all goes on after."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from tests.refused_identities import (
    NOT_BROUGHT,
    REFUSED,
    Place,
    check_that_everything_waits,
    check_that_it_goes_on,
    check_that_it_waits,
    mend,
)
from traceapp.accounts.visibility import Relation, Visibility
from traceapp.ledger import apps, claim, credentials, proof, succession, trust, verified
from traceapp.ledger.fabric.adapter import FabricLedger
from traceapp.ledger.models import Batch, Envelope
from traceapp.ledger.relay import Relay
from traceapp.ledger.signers import Signers
from traceapp.verifier import check_bundle, parse_trust

CASES = [*REFUSED, NOT_BROUGHT]


@pytest.fixture
def place(world, fabric_network, caplog, client, settings):
    def issue(msp_id, *, org, role, expired=False):
        now = datetime.now(UTC)
        past = {"not_before": now - timedelta(days=2), "not_after": now - timedelta(days=1)} if expired else {}
        return fabric_network.client_identity(msp_id, org=org, role=role, **past)

    settings.FABRIC_CONFIG = fabric_network.connection_file
    return Place(world, issue, caplog, client)


@pytest.mark.parametrize(("fault", "words"), CASES, ids=[fault.__name__ for fault, _ in CASES])
def test_a_refused_certificate_is_said_once_and_its_records_go_on_when_it_is_mended(place, fault, words):
    fault(place)
    record = check_that_it_waits(place, words)
    mend(place)
    check_that_it_goes_on(place, record)


def test_a_certificate_that_was_revoked_on_the_channel_is_refused_and_what_it_recorded_before_stays_proven(
    place, fabric_network
):
    old = place.world.record(visibility=Visibility.PUBLIC)
    place.works_until(lambda: place.anchored(old), "it is on the ledger")
    version = json.loads(trust.export())["version"]
    serial = credentials.present(place.organisation.pk).serial
    since = fabric_network.revoke(place.organisation.msp_id, int(serial, 16))
    assert fabric_network.revoke(place.organisation.msp_id, int(serial, 16)) == since

    # Peers refuse it before the connection file says why; then the file names it, and ledgerd pins the new trust.
    record = check_that_it_waits(place, "it may be revoked there")
    assert fabric_network.connection_file.exists()
    place.works_until(lambda: json.loads(trust.export())["version"] > version, "the new trust is pinned")
    assert {"mspId": place.organisation.msp_id, "serial": serial} in [
        {name: one[name] for name in ("mspId", "serial")} for one in json.loads(trust.export())["revoked"]
    ]
    place.works_until(lambda: "is revoked" in place.api(record)["reason"], "its page says that it is revoked")
    assert credentials.present(place.organisation.pk).state == "revoked"

    assert check_bundle(proof.make(old, Relation.PUBLIC), parse_trust(trust.export())).verified
    place.bring()
    check_that_it_goes_on(place, record)
    assert verified.read([old.pk]).verified


def test_an_envelope_whose_certificate_was_revoked_before_it_was_sent_is_made_again(place, fabric_network):
    record = place.world.record()
    batch = claim.claim(organisation_id=place.organisation.pk, kind="epcis", now=datetime.now(UTC))
    Relay(place.world.ledger, Signers()).endorse(batch)
    Envelope.objects.update(sent=datetime.now(UTC))  # sent, and lost with its orderer
    Batch.objects.update(state=Batch.State.SENT, claimed_until=datetime.now(UTC))
    serial = credentials.present(place.organisation.pk).serial
    place.bring()
    fabric_network.revoke(place.organisation.msp_id, int(serial, 16))
    place.works_until(lambda: place.anchored(record), "it is on the ledger")
    assert Envelope.objects.count() == 2
    assert succession.forget_ended() == 1 or not succession.FormerIdentity.objects.filter(key_removed=None).exists()


def test_a_revoked_serial_stands_in_every_peers_configuration(fabric_network):
    from docker.network.update import config_of, revoked_in

    member = fabric_network.topology.members[-1]  # one without a peer
    _, certificate = fabric_network.client_identity(member.msp_id, org=member.pgln, role="recorder")
    serial = x509.load_pem_x509_certificate(certificate).serial_number
    fabric_network.revoke(member.msp_id, serial)
    for one in fabric_network.topology.organisations:
        block = fabric_network.administration.configuration_at(one)
        assert serial in revoked_in(config_of(block), member.msp_id)


def changed(network, folder, **members):
    """A connection file with other members, beside the real one."""
    path = network.connection_file
    other = path.with_name(f"{folder.name}.json")
    other.write_text(json.dumps(json.loads(path.read_text()) | members))
    return other


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("channel", "nowhere", "does not know the channel nowhere"),
        ("chaincode", "nothing", "contract nothing is not defined on the channel trace"),
    ],
)
def test_a_channel_or_contract_that_nobody_knows_is_said_once(
    place, fabric_network, settings, tmp_path, member, value, words
):
    right = settings.FABRIC_CONFIG
    settings.FABRIC_CONFIG = changed(fabric_network, tmp_path, **{member: value})
    trust_before = settings.TRUST_PATH.read_bytes()
    if member == "chaincode":
        settings.TRUST_PATH.write_text(settings.TRUST_PATH.read_text().replace('"traceability"', '"nothing"'))
    record = check_that_everything_waits(place, words)
    settings.FABRIC_CONFIG = right
    settings.TRUST_PATH.write_bytes(trust_before)
    check_that_it_goes_on(place, record)


def test_an_old_sequence_of_the_contract_is_said_once_until_the_newer_one_is_committed(
    place, fabric_network, settings, tmp_path
):
    now = fabric_network.sequence
    settings.FABRIC_CONFIG = changed(fabric_network, tmp_path, sequence=now + 1)
    words = f"has the old sequence {now}, and this application needs {now + 1}"
    record = check_that_everything_waits(place, words)
    assert fabric_network.upgrade() == now + 1
    fabric_network.wait_until_endorsing()
    check_that_it_goes_on(place, record)


def test_an_envelope_endorsed_before_an_upgrade_of_the_contract_ends_on_the_ledger(place, fabric_network):
    record = place.world.record()
    batch = claim.claim(organisation_id=place.organisation.pk, kind="epcis", now=datetime.now(UTC))
    Relay(place.world.ledger, Signers()).endorse(batch)
    fabric_network.upgrade()
    fabric_network.wait_until_endorsing()
    Batch.objects.update(claimed_until=datetime.now(UTC))
    place.works_until(lambda: place.anchored(record), "it is on the ledger")
    assert Batch.objects.get().state == Batch.State.VALID


@pytest.mark.parametrize("minutes", [16, -16, 24 * 60])
def test_a_clock_that_is_wrong_is_said_once_with_by_how_much(place, monkeypatch, minutes):
    def skewed(path):
        return FabricLedger(path, clock=lambda: datetime.now(UTC) + timedelta(minutes=minutes))

    right = apps._ADAPTERS["fabric"]
    monkeypatch.setitem(apps._ADAPTERS, "fabric", skewed)
    apps._opened.cache_clear()
    record = check_that_everything_waits(place, f"{abs(minutes)} minutes {'ahead' if minutes > 0 else 'behind'}")
    monkeypatch.setitem(apps._ADAPTERS, "fabric", right)
    apps._opened.cache_clear()
    check_that_it_goes_on(place, record)


def test_a_clock_that_goes_wrong_while_ledgerd_works_is_said_once_too(place, monkeypatch):
    first = place.world.record()
    place.works_until(lambda: place.anchored(first), "it is on the ledger")
    for part in (place.world.ledger, place.world.ledger._open.system, place.world.ledger._open.blocks):
        monkeypatch.setattr(part, "_clock", lambda: datetime.now(UTC) + timedelta(minutes=20))
    record = check_that_everything_waits(place, "20 minutes ahead")
    monkeypatch.undo()
    check_that_it_goes_on(place, record)
