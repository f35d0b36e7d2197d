"""Who and what is refused before a contract runs: clocks, certificates, channels. The same words' meaning on every ledger."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.deployment import Deployment, endorse, record, request, send
from traceapp.ledger.errors import EndorseError, EvaluateError, SubmitError
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.messages import channel_header, sign_envelope
from traceapp.ledger.port import Endorsed
from traceapp.ledger.protos import common, encode


def endorse_at(place: Deployment, minutes: int) -> Endorsed:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    return place.ledger.endorse(place.recorder, "record_batch", json.dumps(request()), timestamp=at)


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_transactions_time_may_be_14_minutes_off(place: Deployment, minutes: int) -> None:
    assert send(place, endorse_at(place, minutes)).valid


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_transactions_time_may_not_be_16_minutes_off(place: Deployment, minutes: int) -> None:
    with pytest.raises(EndorseError) as refused:
        endorse_at(place, minutes)
    assert refused.value.reason == "time_window"
    assert "time" in refused.value.message


def test_an_expired_certificate_is_denied_for_everything(place: Deployment) -> None:
    status = record(place, request())
    with pytest.raises(EndorseError) as refused:
        endorse(place, request(), place.expired)
    assert refused.value.reason == "access_denied"
    with pytest.raises(EvaluateError) as unread:
        place.ledger.evaluate(place.expired, "has_id", "0" * 32)
    assert unread.value.reason == "access_denied"
    with pytest.raises(EvaluateError) as unsaid:
        place.ledger.attest(place.expired, status.tx_id)
    assert unsaid.value.reason == "access_denied"


@pytest.mark.parametrize("msp_id", ["NobodyMSP", "other"])
def test_a_certificate_under_another_organisations_name_is_denied(place: Deployment, msp_id: str) -> None:
    claimed = place.other.msp_id if msp_id == "other" else msp_id
    assert isinstance(place.recorder, LocalSigner)
    liar = LocalSigner(claimed, place.recorder.key, place.recorder.certificate)
    with pytest.raises(EndorseError) as refused:
        endorse(place, request(), liar)
    assert refused.value.reason == "access_denied"
    assert claimed in refused.value.message


def test_an_envelope_for_another_channel_is_refused(place: Deployment) -> None:
    endorsed = endorse(place, request())
    payload = common.Payload.FromString(endorsed.payload)
    header = channel_header(sign_envelope(endorsed, place.recorder))
    header.channel_id = "elsewhere"
    payload.header.channel_header = encode(header)
    moved = Endorsed(endorsed.tx_id, encode(payload), endorsed.result)
    with pytest.raises(SubmitError) as refused:
        place.ledger.submit(sign_envelope(moved, place.recorder))
    assert refused.value.reason == "bad_request"


def test_an_expired_clients_envelope_is_refused_by_the_orderer(place: Deployment) -> None:
    endorsed = endorse(place, request())
    with pytest.raises(SubmitError) as refused:
        place.ledger.submit(sign_envelope(endorsed, place.expired))
    assert refused.value.reason == "access_denied"
