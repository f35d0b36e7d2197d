"""The application's own record path, unchanged, on a Fabric network: queued, on the ledger, attested, verified, proven."""

import json

import pytest

from traceapp.ledger import projection, trust, verified
from traceapp.ledger.models import Batch, Envelope
from traceapp.ledger.relay import Relay
from traceapp.ledger.signers import Signers


def test_records_of_several_organisations_are_verified_against_fabric(world):
    records = [world.record(one) for one in world.organisations] + world.records(20)
    world.anchor()
    answer = verified.read([record.pk for record in records])
    assert [one.pk for one in answer.verified] == [record.pk for record in records]
    assert answer.unverified == []
    assert Batch.objects.filter(evidenced=None).count() == 0


def test_a_changed_record_is_named_on_fabric_too(world):
    good, bad = world.record(), world.record()
    world.anchor()
    type(bad).objects.filter(pk=bad.pk).update(disclosures=bytes(bad.disclosures).replace(b"shipping", b"Shipping"))
    answer = verified.read([good.pk, bad.pk])
    assert [one.pk for one in answer.verified] == [good.pk]
    assert [one.pk for one in answer.unverified] == [bad.pk]


def test_an_envelope_sent_again_and_again_is_one_batch(world):
    world.record()
    relay = Relay(world.ledger, Signers())
    while not (envelope := Envelope.objects.exclude(sent=None).first()):
        relay.step()
    for _ in range(3):
        world.ledger.submit(bytes(envelope.content))
    world.anchor()
    assert Batch.objects.get().state == Batch.State.VALID
    assert Batch.objects.get().tx_id == envelope.tx_id


def test_the_trust_is_pinned_and_another_network_is_not_followed(world, settings, tmp_path):
    world.record()
    world.anchor()
    shown = json.loads(trust.export())
    assert shown["network"] == world.ledger.config.network
    with pytest.raises(trust.TrustChanged):
        trust.pin({**shown, "genesis": "00" * 32})
    settings.TRUST_PATH.write_text(json.dumps({**shown, "genesis": "00" * 32}))
    with pytest.raises(projection.LedgerMismatch):
        projection.follow(world.ledger, timeout=0)
