"""The adapter as a process holds it: forks, threads, misconfiguration, and what it says of the network."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.deployment import request
from traceapp.ledger.errors import EndorseError, SubmitError, Unavailable
from traceapp.ledger.fabric.adapter import FabricLedger
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.messages import sign_envelope
from traceapp.ledger.port import VALID

ID = "0" * 32


@pytest.fixture(scope="module")
def signer(fabric_network):
    member = fabric_network.topology.organisations[0]
    return LocalSigner(member.msp_id, *fabric_network.client_identity(member.msp_id, org=member.pgln, role="recorder"))


@pytest.fixture(scope="module")
def ledger(fabric_network):
    return FabricLedger(fabric_network.connection_file)


def changed(network, **members):
    """The ledger by a connection file with other members."""
    path = network.connection_file
    other = path.with_name(f"{'-'.join(members)}.json")
    other.write_text(json.dumps(json.loads(path.read_text()) | members))
    return FabricLedger(other)


def test_a_child_of_a_fork_uses_the_ledger_and_so_does_the_parent_afterwards(ledger, signer):
    assert ledger.evaluate(signer, "has_id", ID) == b"false"
    height = ledger.height()
    child = os.fork()
    if child == 0:  # no test framework from here on
        try:
            same = ledger.evaluate(signer, "has_id", ID) == b"false" and ledger.height() >= height
            blocks = list(ledger.block_events(0, timeout=0.1))
            os._exit(0 if same and blocks else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert ledger.evaluate(signer, "has_id", ID) == b"false"


def test_the_trust_is_the_one_that_the_network_was_made_with(fabric_network, ledger):
    assert ledger.trust() == fabric_network.trust()


def test_a_stream_can_be_left_at_any_block_and_followed_twice_at_once(ledger):
    first, second = ledger.block_events(0, timeout=1), ledger.block_events(0, timeout=1)
    assert next(first).header_hash == next(second).header_hash == ledger.genesis_hash()
    first.close()
    assert next(second).number == 1
    second.close()


def test_calls_beyond_the_limit_wait_for_their_turn(fabric_network, signer):
    narrow = changed(fabric_network, maxInFlight=2)
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(lambda _: narrow.evaluate(signer, "has_id", ID), range(40))
    assert set(found) == {b"false"}


def test_one_batch_sent_by_five_at_once_is_recorded_once(ledger, signer):
    wanted = json.dumps(request())
    endorsed = [ledger.endorse(signer, "record_batch", wanted) for _ in range(5)]

    def send(one):
        ledger.submit(sign_envelope(one, signer))
        return ledger.commit_status(one.tx_id, timeout=30).code

    with ThreadPoolExecutor(5) as threads:
        codes = list(threads.map(send, endorsed))
    assert sorted(code == VALID for code in codes) == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("channel", "nowhere", "does not know the channel nowhere"),
        ("chaincode", "nothing", "has the contract nothing on the channel trace"),
    ],
)
def test_what_the_network_does_not_know_is_named(fabric_network, signer, member, value, words):
    wrong = changed(fabric_network, **{member: value})
    with pytest.raises(Unavailable, match=words):
        wrong.evaluate(signer, "has_id", ID)
    with pytest.raises(Unavailable, match=value):
        wrong.endorse(signer, "record_batch", json.dumps(request()))
    if member == "channel":
        for call in (wrong.height, lambda: list(wrong.block_events(0, timeout=0.1)), wrong.genesis_hash):
            with pytest.raises(Unavailable, match=words):
                call()
        for timeout in (0, 1):
            with pytest.raises(Unavailable, match=words):
                wrong.commit_status("0" * 64, timeout=timeout)


def test_a_reader_that_is_no_member_is_named(fabric_network, tmp_path):
    made = fabric_network.topology.organisations[0]
    key, certificate = fabric_network.client_identity(made.msp_id, org="", role="")
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "cert.pem").write_bytes(certificate)
    reader = {"mspId": "NobodyMSP", "certificate": str(tmp_path / "cert.pem"), "key": str(tmp_path / "key.pem")}
    wrong = changed(fabric_network, reader=reader)
    for call in (
        wrong.height,
        lambda: list(wrong.block_events(0, timeout=0.1)),
        lambda: wrong.commit_status("0" * 64, timeout=1),
    ):
        with pytest.raises(Exception, match="NobodyMSP is not an organisation"):
            call()


def test_a_client_without_the_attributes_is_forbidden_by_the_contract(fabric_network, ledger):
    member = fabric_network.topology.organisations[0]
    bare = LocalSigner(member.msp_id, *fabric_network.client_identity(member.msp_id, org="", role=""))
    with pytest.raises(EndorseError) as refused:
        ledger.endorse(bare, "record_batch", json.dumps(request()))
    assert refused.value.reason == "forbidden"


def test_rubbish_is_not_sent(ledger):
    with pytest.raises(SubmitError, match="does not parse"):
        ledger.submit(b"\xff" * 40)
