"""Whether the contract's definition on a channel will do, and how far two clocks are apart, from what Fabric says."""

from types import SimpleNamespace

import pytest

from traceapp.ledger.errors import TIME_WINDOW
from traceapp.ledger.fabric import status
from traceapp.ledger.fabric.contract import why_unfit
from traceapp.ledger.fabric.system import Definition

PEER = (object(),)


def network(sequence):
    """Three organisations with a peer and one without; only what is asked of a connection file."""
    some = [SimpleNamespace(msp_id=f"{name}MSP", peers=PEER) for name in "ABC"]
    guest = SimpleNamespace(msp_id="GuestMSP", peers=())
    return SimpleNamespace(chaincode="c", channel="trace", sequence=sequence, organisations=(*some, guest))


@pytest.mark.parametrize(
    ("needed", "there", "approved", "words"),
    [
        (1, 1, "ABC", ""),
        (1, 4, "ABC", ""),
        (1, 1, "AB", ""),
        (2, 1, "ABC", "has the old sequence 1, and this application needs 2"),
        (2, 2, "A", "BMSP and CMSP still have an older sequence than 2"),
        (1, 3, "", "AMSP and BMSP and CMSP still have"),
    ],
)
def test_a_definition_that_will_not_do_is_said_with_who_has_to_act(needed, there, approved, words):
    said = why_unfit(network(needed), Definition(there, frozenset(f"{name}MSP" for name in approved)))
    assert words in said
    assert bool(words) == bool(said)


@pytest.mark.parametrize(
    ("ours", "words"),
    [("21:08:13Z", "16 minutes ahead"), ("20:36:13Z", "16 minutes behind"), ("20:36:13.123456Z", "16 minutes behind")],
)
def test_the_sentence_about_a_clock_says_by_how_much_and_stays_the_same(ours, words):
    said = (
        f"request unauthorized due to incorrect timestamp 2026-11-25T{ours}, peer time 2026-11-25T20:52:14Z, "
        "peer.authentication.timewindow 15m0s"
    )
    failure = status.of_answer(500, said)
    assert (failure.reason, failure.final) == (TIME_WINDOW, True)
    assert words in failure.message
    assert "20:52" not in failure.message
