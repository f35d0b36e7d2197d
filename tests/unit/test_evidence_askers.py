"""Attestations that any member may ask for: one organisation's bad certificate keeps nobody else's proof waiting."""

from types import SimpleNamespace

import pytest

from traceapp.ledger import errors
from traceapp.ledger.errors import EvaluateError, Unavailable
from traceapp.ledger.evidence import _asked_by_any

SIGNERS = SimpleNamespace(each=lambda: iter(["first", "second"]))


class Peers:
    """Answer each signer with what is given; keep who asked."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def attest(self, signer, _tx_id):
        self.asked.append(signer)
        answer = self.answers[signer]
        if isinstance(answer, Exception):
            raise answer
        return answer


DENIED = EvaluateError(errors.ACCESS_DENIED, "not an organisation of the channel")


def test_the_next_organisation_asks_where_one_is_not_let_in():
    assert _asked_by_any(Peers(first=DENIED, second="attested"), SIGNERS, "t") == "attested"


def test_whoever_is_let_in_first_is_enough():
    peers = Peers(first="attested", second=DENIED)
    assert (_asked_by_any(peers, SIGNERS, "t"), peers.asked) == ("attested", ["first"])


@pytest.mark.parametrize("error", [Unavailable("away"), EvaluateError(errors.UNKNOWN_TRANSACTION, "no such one")])
def test_what_is_no_refusal_of_the_asker_is_not_asked_again(error):
    peers = Peers(first=error, second="attested")
    with pytest.raises(type(error)):
        _asked_by_any(peers, SIGNERS, "t")
    assert peers.asked == ["first"]


def test_when_nobody_is_let_in_the_refusal_is_told():
    with pytest.raises(EvaluateError, match="not an organisation"):
        _asked_by_any(Peers(first=DENIED, second=DENIED), SIGNERS, "t")
