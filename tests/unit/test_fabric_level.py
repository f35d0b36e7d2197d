"""A contract's refusal stands only if the peers that gave it have what the caller was told is on the ledger."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from traceapp.ledger.errors import EndorseError, Unavailable
from traceapp.ledger.fabric import system as systems
from traceapp.ledger.fabric.adapter import FabricLedger
from traceapp.ledger.fabric.config import Peer
from traceapp.ledger.fabric.status import Failure
from traceapp.ledger.fabric.system import SystemContract
from traceapp.ledger.fabric.wire import Refused, Wire
from traceapp.ledger.port import VALID, CommitStatus

UNKNOWN = Refused(Failure("not_found", "nobody has proposed it", final=True, by_contract=True))
DENIED = Refused(Failure("bad_request", "no", final=True))


class Gateway:
    """Answers an endorsement with what comes next, and each transaction's status with block 7."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def endorse(self, _proposal):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def commit_status(self, _reader, tx_id, *, timeout):
        return CommitStatus(tx_id, VALID, 7)


def system(heights):
    """Two peers whose heights are these, a look at a time."""
    wire = Wire([Peer(name, "AMSP", "127.0.0.1:1", b"") for name in "ab"], max_in_flight=2)
    made = SystemContract(wire, "trace", None, lambda: datetime.now(UTC))
    made.height_at = lambda peer, _seconds: (
        heights[peer.name].pop(0) if len(heights[peer.name]) > 1 else heights[peer.name][0]
    )
    return made


@pytest.fixture
def ledger(monkeypatch, tmp_path):
    def made(gateway, heights):
        opened = SimpleNamespace(
            gateway=gateway, system=system(heights), reader=None, config=SimpleNamespace(channel="trace", chaincode="c")
        )
        found = FabricLedger(tmp_path / "absent.json")
        found.__dict__["_open"] = opened
        monkeypatch.setattr(found, "_proposal", lambda *_: SimpleNamespace(tx_id="t"))
        return found

    return made


def test_a_refusal_of_a_peer_that_lagged_is_asked_again_once_all_have_the_block_that_was_told(ledger):
    heights = {"a": [8], "b": [7, 7, 7, 8]}
    found = ledger(Gateway(UNKNOWN, (b"payload", b"result")), heights)
    assert found.commit_status("earlier", timeout=1).block == 7
    assert found.endorse(None, "approve_mint", "{}").payload == b"payload"
    assert heights["b"] == [8]


def test_a_refusal_that_is_given_again_stands(ledger):
    gateway = Gateway(UNKNOWN, UNKNOWN)
    with pytest.raises(EndorseError) as error:
        ledger(gateway, {"a": [8], "b": [8]}).endorse(None, "approve_mint", "{}")
    assert (error.value.reason, gateway.answers) == ("not_found", [])


def test_while_a_peer_lags_nothing_is_refused_for_good(ledger, monkeypatch):
    monkeypatch.setattr(systems, "CATCH_UP", 0.1)
    with pytest.raises(Unavailable, match="7 blocks of 8"):
        ledger(Gateway(UNKNOWN), {"a": [8], "b": [7]}).endorse(None, "approve_mint", "{}")


def test_what_is_no_word_of_the_contract_is_not_asked_again(ledger):
    gateway = Gateway(DENIED, (b"never", b"asked"))
    with pytest.raises(EndorseError, match="no"):
        ledger(gateway, {"a": [8], "b": [8]}).endorse(None, "approve_mint", "{}")
    assert len(gateway.answers) == 1
