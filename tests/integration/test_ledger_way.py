"""The way of a record, from the queue to a verified answer, on the real embedded ledger."""

from traceapp.ledger import verified
from traceapp.ledger.models import Batch, Envelope, Evidence


def test_a_record_is_pending_then_anchored_then_verified(ledger_world):
    record = ledger_world.record()
    (waiting,) = verified.read([record.pk]).unverified
    assert waiting.state == "pending"

    ledger_world.anchor()

    (found,) = verified.read([record.pk]).verified
    assert found.pk == record.pk
    assert found.uid == record.uid
    assert found.record_time == record.record_time
    assert found.body["event"]["bizStep"] == "shipping"
    assert found.body["event"]["errorDeclaration"] is None
    batch = Batch.objects.get()
    assert (batch.state, batch.size) == ("valid", 1)
    assert Evidence.objects.get().tx_id == Envelope.objects.get().tx_id == batch.tx_id == found.tx_id


def test_one_organisation_and_one_kind_make_a_batch(ledger_world):
    first, second, _ = ledger_world.organisations
    ledger_world.records(3, first)
    ledger_world.records(2, second)
    ledger_world.anchor()
    assert sorted(Batch.objects.values_list("organisation_id", "size")) == [(first.pk, 3), (second.pk, 2)]
    assert [type(one) for one in verified.read_kind("epcis")] == [verified.VerifiedRecord] * 5
