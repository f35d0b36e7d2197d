"""The adapter while parts of the network are away: nothing acknowledged is lost, nothing is done twice."""

import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.contract.deployment import request
from tests.fabric.until import until
from traceapp.ledger.errors import LedgerError, Unavailable
from traceapp.ledger.fabric.adapter import FabricLedger
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.messages import sign_envelope
from traceapp.ledger.port import VALID

FIRST = "peer-huerta-alba"  # the gateway that the connection file names first


@pytest.fixture(scope="module")
def signer(fabric_network):
    member = fabric_network.topology.organisations[0]
    return LocalSigner(member.msp_id, *fabric_network.client_identity(member.msp_id, org=member.pgln, role="recorder"))


@pytest.fixture
def ledger(fabric_network):
    found = FabricLedger(fabric_network.connection_file)
    until(lambda: found.evaluate(signer_of(fabric_network), "has_id", "0" * 32) == b"false")
    yield found
    found.close()


def signer_of(network):
    member = network.topology.organisations[0]
    return LocalSigner(member.msp_id, *network.client_identity(member.msp_id, org=member.pgln, role="reader"))


@contextmanager
def without(network, *names):
    """These nodes are killed; afterwards they run again, know each other, and can endorse."""
    for name in names:
        network.kill(name)
    try:
        yield
    finally:
        for name in names:
            network.restart(name)
        network.wait_until_endorsing()


def record(ledger, signer):
    """(transaction id, batch id) of a batch that the gateway took."""
    wanted = request()
    endorsed = ledger.endorse(signer, "record_batch", json.dumps(wanted))
    ledger.submit(sign_envelope(endorsed, signer))
    return endorsed.tx_id, wanted["id"]


def valid(ledger, tx_id):
    status = ledger.commit_status(tx_id, timeout=30)
    return status is not None and status.code == VALID


def test_without_the_first_peer_every_call_goes_to_the_next(fabric_network, ledger, signer):
    before = ledger.height()
    with without(fabric_network, FIRST):
        tx_id, batch_id = record(ledger, signer)
        assert valid(ledger, tx_id)
        assert ledger.evaluate(signer, "has_id", batch_id) == b"true"
        assert ledger.height() > before
        blocks = list(ledger.block_events(before, timeout=0.3))
        assert [block.number for block in blocks] == list(range(before, before + len(blocks)))
        assert tx_id in {tx.tx_id for block in blocks for tx in block.transactions}
        assert len(until(lambda: ledger.attest(signer, tx_id)).endorsements) == 2


def test_a_stream_of_blocks_goes_on_at_the_next_peer_without_a_gap(fabric_network, ledger, signer):
    start = ledger.height()
    events = ledger.block_events(start, timeout=20)
    first, _ = record(ledger, signer)
    seen = [next(events)]
    with without(fabric_network, FIRST):
        second, _ = record(ledger, signer)
        while second not in {tx.tx_id for tx in seen[-1].transactions}:
            seen.append(next(events))
    events.close()
    assert first in {tx.tx_id for tx in seen[0].transactions}
    assert [block.number for block in seen] == list(range(start, start + len(seen)))
    for before, after in itertools.pairwise(seen):
        assert after.previous_hash == before.header_hash


def test_a_peer_that_hangs_costs_one_wait_and_no_more(fabric_network, ledger, signer, monkeypatch):
    monkeypatch.setattr("traceapp.ledger.fabric.gateway.ATTEMPT", 1.0)
    tx_id, _ = record(ledger, signer)
    assert valid(ledger, tx_id)
    fabric_network.freeze(FIRST)
    try:
        begun = time.monotonic()
        assert ledger.evaluate(signer, "has_id", "0" * 32) == b"false"
        assert time.monotonic() - begun < 20
        begun = time.monotonic()
        assert len(ledger.attest(signer, tx_id).endorsements) == 2
        assert time.monotonic() - begun < 20
    finally:
        fabric_network.thaw(FIRST)


def test_a_contract_service_that_is_away_is_gone_around(fabric_network, ledger, signer):
    with without(fabric_network, fabric_network.contracts[0]):
        assert ledger.evaluate(signer, "has_id", "0" * 32) == b"false"
        tx_id, _ = until(lambda: record(ledger, signer))
        assert valid(ledger, tx_id)


def test_with_two_of_three_organisations_away_the_ledger_is_unavailable_and_says_why(fabric_network, ledger, signer):
    tx_id, _ = record(ledger, signer)
    assert valid(ledger, tx_id)
    with without(fabric_network, "peer-kestrel", "peer-gruenmarkt"):
        with pytest.raises(Unavailable, match="organisations attest"):
            ledger.attest(signer, tx_id)
        with pytest.raises(Unavailable):
            ledger.endorse(signer, "record_batch", json.dumps(request()))
        assert ledger.height() > 0


def test_with_all_peers_away_every_call_says_so_within_its_time(fabric_network, ledger, signer):
    height = ledger.height()
    with without(fabric_network, *(peer.name for peer in fabric_network.peers)):
        for call in (
            ledger.height,
            ledger.genesis_hash,
            lambda: ledger.evaluate(signer, "has_id", "0" * 32),
            lambda: ledger.commit_status("0" * 64, timeout=1),
            lambda: list(ledger.block_events(0, timeout=0.1)),
            lambda: ledger.attest(signer, "0" * 64),
        ):
            begun = time.monotonic()
            with pytest.raises(Unavailable):
                call()
            assert time.monotonic() - begun < 45
    assert until(ledger.height) >= height


def test_a_peer_that_lags_is_not_believed_about_the_height(fabric_network, ledger, signer):
    fabric_network.kill("peer-gruenmarkt")
    tx_id, _ = until(lambda: record(ledger, signer))  # the gateway may not know yet who is gone
    assert valid(ledger, tx_id)
    height = ledger.height()
    others = [FIRST, "peer-kestrel", "orderer-1", "orderer-2", "orderer-3"]  # nobody to catch up from
    with without(fabric_network, *others):
        fabric_network.restart("peer-gruenmarkt")
        assert until(lambda: "they lag" in refusal_of(ledger.height))
    assert until(ledger.height) == height


def refusal_of(call):
    try:
        call()
    except Unavailable as error:
        return error.message
    return ""


@pytest.mark.parametrize("orderer", ["orderer-1", "orderer-2", "orderer-3"])
def test_no_acknowledged_batch_is_lost_or_doubled_when_an_orderer_is_killed_under_load(
    fabric_network, ledger, signer, orderer
):
    """One of the three is Raft's leader. What a gateway took is sent again, as the same envelope, until it is in a block."""
    start = ledger.height()

    def one(_):
        wanted = request()
        endorsed = until(lambda: ledger.endorse(signer, "record_batch", json.dumps(wanted)))
        envelope = sign_envelope(endorsed, signer)
        until(lambda: ledger.submit(envelope) is None)
        while (status := _status(ledger, endorsed.tx_id)) is None:
            until(lambda: ledger.submit(envelope) is None)
        return wanted["id"], status.code

    with ThreadPoolExecutor(8) as threads:
        running = [threads.submit(one, n) for n in range(24)]
        running[3].result()
        with without(fabric_network, orderer):
            done = [each.result() for each in running]
    assert [code for _, code in done] == [VALID] * 24
    blocks = list(ledger.block_events(start, timeout=0.5))
    good = [tx.tx_id for block in blocks for tx in block.transactions if tx.code == VALID]
    assert len(good) == len(set(good)) == 24


def _status(ledger, tx_id):
    try:
        return ledger.commit_status(tx_id, timeout=2)
    except LedgerError:
        return None
