"""Deposits and money, on every ledger."""

import json

import pytest

from tests.contract.deployment import Deployment, send
from tests.contract.money import BANK, Money, Party, new_id
from traceapp.ledger.errors import EndorseError, EvaluateError
from traceapp.ledger.messages import sign_envelope


@pytest.fixture(scope="module")
def money(place: Deployment) -> Money:
    return Money(place)


@pytest.fixture(scope="module")
def buyer(money: Money) -> Party:
    return money.party(0)


@pytest.fixture(scope="module")
def seller(money: Money) -> Party:
    return money.party(1)


def test_a_deposit_is_money_once_two_persons_of_the_bank_said_so(place: Deployment, money: Money, buyer: Party) -> None:
    said = {"id": new_id().upper(), "currency": "EUR", "amount": 700, "to": buyer.holder}
    first, second = money.clerks
    proposed = place.ledger.endorse(first, "propose_mint", json.dumps(said))
    assert send(place, proposed, first).valid
    with pytest.raises(EndorseError) as alone:
        place.ledger.endorse(first, "approve_mint", json.dumps(said))
    assert alone.value.reason == "same_person"
    approved = place.ledger.endorse(second, "approve_mint", json.dumps(said))
    again = place.ledger.endorse(second, "approve_mint", json.dumps(said))
    assert send(place, approved, second).valid
    assert send(place, again, second).reason == "MVCC_READ_CONFLICT"  # endorsed twice, minted once
    assert buyer.rows()[f"mint/{BANK.msp_id}/{said['id']}/0"] == 700
    with pytest.raises(EndorseError) as twice:
        place.ledger.endorse(first, "propose_mint", json.dumps(said))
    assert twice.value.reason == "already_recorded"
    money.moved.append(700)


def test_an_approval_that_is_sent_again_and_again_mints_once(place: Deployment, money: Money, buyer: Party) -> None:
    said = {"id": new_id().upper(), "currency": "EUR", "amount": 40, "to": buyer.holder}
    first, second = money.clerks
    assert send(place, place.ledger.endorse(first, "propose_mint", json.dumps(said)), first).valid
    approved = place.ledger.endorse(second, "approve_mint", json.dumps(said))
    envelopes = [sign_envelope(approved, second) for _ in range(3)]  # the same endorsements in envelopes of their own
    for one in envelopes:
        place.ledger.submit(one)
    status = place.ledger.commit_status(approved.tx_id, timeout=30)
    assert status is not None
    assert status.valid
    place.ledger.submit(envelopes[0])
    money.moved.append(40)
    money.deposit(buyer, 1)  # whatever came before it is in a block by now
    assert place.ledger.commit_status(approved.tx_id, timeout=30) == status
    rows = buyer.rows()
    assert [name for name in rows if said["id"] in name] == [f"mint/{BANK.msp_id}/{said['id']}/0"]
    assert money.held() == sum(money.moved)


def test_no_other_organisation_mints_whatever_its_own_authority_says(place: Deployment, buyer: Party) -> None:
    liar = place.issue(buyer.holder["mspId"], buyer.holder["organisation"], "settlement", "anna")
    said = {"id": new_id().upper(), "currency": "EUR", "amount": 700, "to": buyer.holder}
    with pytest.raises(EndorseError) as refused:
        place.ledger.endorse(liar, "propose_mint", json.dumps(said))
    assert refused.value.reason == "forbidden"


def test_a_payment_moves_the_rows_it_names_and_its_change_comes_back(money: Money, buyer: Party, seller: Party) -> None:
    row = money.deposit(buyer, 500)
    paid = buyer.pay(seller, 200, row)
    wanted = json.loads(paid.result)
    assert buyer.send(paid).valid
    assert row not in buyer.rows()
    assert buyer.rows()[f"transfer/{wanted['id']}/1"] == 300
    assert seller.rows()[f"transfer/{wanted['id']}/0"] == 200
    request = {name: wanted[name] for name in ("id", "currency", "amount")} | {"rows": [row], "to": seller.holder}
    with pytest.raises(EndorseError) as repeated:
        buyer.call("transfer", **request)
    assert repeated.value.reason == "already_recorded"
    with pytest.raises(EndorseError) as spent:
        buyer.pay(seller, 1, row)
    assert spent.value.reason == "unknown_row"


def test_a_redemption_is_paid_once(place: Deployment, money: Money, buyer: Party) -> None:
    row = money.deposit(buyer, 90)
    wanted = {"id": new_id(), "currency": "EUR", "amount": 90, "rows": [row], "instruction": "5e" * 32}
    assert buyer.send(buyer.call("redeem", **wanted)).valid
    clerk = money.clerks[0]
    told = json.dumps({"id": wanted["id"], "payment": "PAYOUT-7"})
    assert send(place, place.ledger.endorse(clerk, "confirm_redemption", told), clerk).valid
    held = json.loads(place.ledger.evaluate(place.other, "get_redemption", str(wanted["id"])))
    assert (held["state"], held["payment"]) == ("paid", "PAYOUT-7")
    with pytest.raises(EndorseError) as again:
        place.ledger.endorse(clerk, "confirm_redemption", told)
    assert again.value.reason == "already_recorded"
    money.moved.append(-90)


def test_many_small_rows_become_one_and_no_more_than_200_at_once(money: Money, buyer: Party) -> None:
    rows = money.deposits(buyer, 1, 25)
    with pytest.raises(EndorseError) as many:
        buyer.call("consolidate", id=new_id(), currency="EUR", rows=[f"transfer/{n:032x}/0" for n in range(201)])
    assert many.value.reason == "bad_request"
    wanted = {"id": new_id(), "currency": "EUR", "rows": rows}
    assert buyer.send(buyer.call("consolidate", **wanted)).valid
    assert buyer.rows()[f"consolidation/{wanted['id']}/0"] == 25
    assert not set(rows) & set(buyer.rows())


def test_whoever_asks_sees_an_account_but_not_one_that_was_never_opened(
    place: Deployment, money: Money, buyer: Party
) -> None:
    money.deposit(buyer, 5)
    found = json.loads(place.ledger.evaluate(place.other, "get_balance", json.dumps(buyer.holder)))
    rows = buyer.rows()
    assert found == {"EUR": {"amount": sum(rows.values()), "rows": len(rows)}}
    nobody = buyer.holder | {"organisation": "0000000000000"}
    with pytest.raises(EvaluateError) as missing:
        place.ledger.evaluate(place.other, "get_account", json.dumps(nobody))
    assert missing.value.reason == "not_found"


def test_what_was_minted_is_held_or_redeemed(money: Money) -> None:
    assert money.held() == sum(money.moved)
