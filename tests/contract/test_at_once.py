"""Many hands on one account at the same time, on every ledger: no cent is lost, made, or spent twice."""

from collections import Counter

import pytest

from tests.contract.deployment import Deployment
from tests.contract.money import Money, Party, at_once, outcome


@pytest.fixture(scope="module")
def money(place: Deployment) -> Money:
    return Money(place)


def test_60_debits_and_60_credits_of_one_account_at_once_are_all_valid(money: Money) -> None:
    account, other = money.party(0), money.party(1)
    mine, theirs = money.deposits(account, 10, 60), money.deposits(other, 7, 60)
    moves = [(account, other, 3, row) for row in mine] + [(other, account, 7, row) for row in theirs]
    moves.sort(key=lambda one: one[3])  # debits and credits mixed: the rows' names are random

    def move(one: tuple[Party, Party, int, str]) -> str:
        payer, payee, amount, row = one
        return outcome(lambda: payer.send(payer.pay(payee, amount, row)))

    assert Counter(at_once(move, moves)) == {"VALID": 120}
    assert sum(account.rows().values()) == 60 * 10 - 60 * 3 + 60 * 7
    assert sum(other.rows().values()) == 60 * 7 - 60 * 7 + 60 * 3


def test_debits_beyond_what_their_rows_hold_are_refused_for_want_of_money_and_the_others_pass(money: Money) -> None:
    account, other = money.party(0), money.party(1)
    rows = money.deposits(account, 5, 20)
    asked = [(row, 5 if index % 2 else 6) for index, row in enumerate(rows)]
    found = at_once(lambda one: outcome(lambda: account.send(account.pay(other, one[1], one[0]))), asked)
    assert Counter(found) == {"VALID": 10, "insufficient_funds": 10}
    assert sum(account.rows().values()) == sum(other.rows().values()) == 50


def test_one_row_spent_five_times_is_spent_once_and_the_others_conflict(money: Money) -> None:
    account, other = money.party(0), money.party(1)
    row = money.deposit(account, 5)
    endorsed = [account.pay(other, 5, row) for _ in range(5)]  # all of them on the state where it is there
    assert Counter(at_once(lambda one: account.send(one).reason, endorsed)) == {"VALID": 1, "MVCC_READ_CONFLICT": 4}
    assert (sum(account.rows().values()), sum(other.rows().values())) == (0, 5)


def test_five_who_race_for_one_row_get_it_once_and_are_told_why_not(money: Money) -> None:
    account, other = money.party(0), money.party(1)
    row = money.deposit(account, 5)
    found = Counter(at_once(lambda _: outcome(lambda: account.send(account.pay(other, 5, row))), range(5)))
    assert found["VALID"] == 1
    assert found["VALID"] + found["MVCC_READ_CONFLICT"] + found["unknown_row"] == 5
    assert (sum(account.rows().values()), sum(other.rows().values())) == (0, 5)


def test_all_of_it_is_still_there(money: Money) -> None:
    assert money.held() == sum(money.moved)
