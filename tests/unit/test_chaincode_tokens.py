"""Deposits and money by the contract alone: who may what, what becomes of rows, and what is refused, with its reason."""

import json
from typing import Any

import pytest

from chaincode.traceability.contract import Traceability
from chaincode.traceability.errors import ContractError
from chaincode.traceability.rules.money import MAX_AMOUNT, MAX_ROWS
from tests.unit.chaincode_stub import Stub
from tests.unit.contract_refusals import refusal
from tests.unit.money_world import BANK, BUYER, NOBODY, SELLER, World, clerk, treasurer

SAID: dict[str, Any] = {"id": "NTRY-2026-05-14.7", "currency": "EUR", "amount": 500, "to": BUYER}


@pytest.fixture
def world() -> World:
    made = World()
    made.open(BUYER, SELLER)
    return made


@pytest.fixture
def row(world: World) -> str:
    """500 of the buyer."""
    return world.mint("DEPOSIT-1", 500, BUYER)


def payment(world: World, *rows: str, **changes: Any) -> dict[str, Any]:
    return {"id": world.id(), "currency": "EUR", "amount": 200, "rows": list(rows), "to": SELLER} | changes


def redemption(world: World, *rows: str, **changes: Any) -> dict[str, Any]:
    wanted = {"id": world.id(), "currency": "EUR", "amount": 200, "rows": list(rows), "instruction": "5e" * 32}
    return wanted | changes


# --- minting


def test_two_persons_of_the_settlement_organisation_make_a_deposit_money(world: World) -> None:
    world.call(clerk("anna"), "propose_mint", SAID)
    assert world.rows(BUYER) == {}
    minted = world.call(clerk("bert"), "approve_mint", SAID)
    assert (minted["state"], minted["by"], minted["approvedBy"]) == ("minted", "anna", "bert")
    assert world.event == (
        "minted",
        json.dumps(
            {"document": minted, "key": "mint/TalbankMSP/NTRY-2026-05-14.7"}, separators=(",", ":"), sort_keys=True
        ).encode(),
    )
    assert world.rows(BUYER) == {"mint/TalbankMSP/NTRY-2026-05-14.7/0": 500}
    assert world.call(SELLER, "get_mint", {"mspId": "TalbankMSP", "id": SAID["id"]}) == minted


def test_one_person_cannot_mint_alone(world: World) -> None:
    world.call(clerk("anna"), "propose_mint", SAID)
    assert refusal(world, clerk("anna"), "approve_mint", SAID).code == "same_person"


def test_a_deposit_is_minted_once_whoever_asks_again(world: World) -> None:
    world.mint(SAID["id"], SAID["amount"], BUYER)
    assert refusal(world, clerk("anna"), "propose_mint", SAID).code == "already_recorded"
    assert refusal(world, clerk("bert"), "propose_mint", SAID).code == "conflict"
    assert refusal(world, clerk("anna"), "propose_mint", SAID | {"amount": 501}).code == "conflict"
    assert refusal(world, clerk("bert"), "approve_mint", SAID).code == "already_recorded"
    assert refusal(world, clerk("carl"), "withdraw_mint", {"id": SAID["id"]}).code == "conflict"
    assert world.rows(BUYER) == {f"mint/TalbankMSP/{SAID['id']}/0": 500}


@pytest.mark.parametrize("change", [{"amount": 499}, {"currency": "USD"}, {"to": SELLER}])
def test_the_second_person_says_the_deposit_again_and_must_say_the_same(world: World, change: dict[str, Any]) -> None:
    world.call(clerk("anna"), "propose_mint", SAID)
    error = refusal(world, clerk("bert"), "approve_mint", SAID | change)
    assert error.code == "conflict"
    assert "500 EUR for 9521006000005" in error.message


def test_a_wrong_proposal_is_withdrawn_and_proposed_again(world: World) -> None:
    world.call(clerk("anna"), "propose_mint", SAID | {"amount": 5000})
    assert refusal(world, clerk("anna"), "propose_mint", SAID).code == "conflict"
    world.call(clerk("bert"), "withdraw_mint", {"id": SAID["id"]})
    assert refusal(world, clerk("bert"), "approve_mint", SAID | {"amount": 5000}).code == "conflict"
    assert refusal(world, clerk("bert"), "withdraw_mint", {"id": SAID["id"]}).code == "already_recorded"
    world.mint(SAID["id"], 500, BUYER)
    assert sum(world.rows(BUYER).values()) == 500


def test_nobody_mints_but_the_appointed_organisation(world: World) -> None:
    for by in (
        {**SELLER, "role": "settlement", "person": "anna"},  # whatever its own authority says of it
        {**BANK, "role": "treasurer", "person": "anna"},
        {**BANK, "role": "settlement"},
        {**BANK, "role": "settlement", "person": "anna with a space"},
    ):
        assert refusal(world, by, "propose_mint", SAID).code == "forbidden"


def test_where_no_organisation_is_appointed_nobody_mints() -> None:
    stub = Stub(org="9521007000004", role="settlement", person="anna")
    stub.creator_msp_id = ""
    for msp_id in ("", "TalbankMSP"):
        stub.creator_msp_id = msp_id or "HuertaAlbaMSP"
        with pytest.raises(ContractError, match="none is named"):
            Traceability().invoke(stub, "propose_mint", [json.dumps(SAID)])


def test_there_is_nothing_to_approve_or_withdraw_before_a_proposal(world: World) -> None:
    assert refusal(world, clerk("bert"), "approve_mint", SAID).code == "not_found"
    assert refusal(world, clerk("bert"), "withdraw_mint", {"id": SAID["id"]}).code == "not_found"


@pytest.mark.parametrize("reference", ["", "a1", "A 1", "-A", "A-", "A/1", "A" * 36, "Ä", "A\n", 7, None])
def test_a_deposits_reference_has_one_way_of_writing(world: World, reference: Any) -> None:
    assert refusal(world, clerk("anna"), "propose_mint", SAID | {"id": reference}).code == "bad_request"


# --- accounts


def test_an_account_is_opened_once_by_its_own_treasurer(world: World) -> None:
    assert world.call(BUYER, "get_account", SELLER)["holder"] == SELLER
    assert refusal(world, treasurer(BUYER), "open_account", {"id": world.id()}).code == "already_recorded"
    assert refusal(world, {**NOBODY, "role": "recorder"}, "open_account", {"id": world.id()}).code == "forbidden"
    assert refusal(world, NOBODY, "get_account", NOBODY).code == "not_found"


def test_a_member_whose_name_would_reach_into_anothers_keys_has_no_account(world: World) -> None:
    crafted = {"mspId": f"{BUYER['mspId']}/{BUYER['organisation']}", "organisation": "9521002000009"}
    assert refusal(world, treasurer(crafted), "open_account", {"id": world.id()}).code == "bad_request"


def test_an_organisation_is_who_its_own_member_vouches_for_so_nobody_spends_anothers_money(
    world: World, row: str
) -> None:
    thief = {"mspId": "HuertaAlbaMSP", "organisation": BUYER["organisation"]}
    world.open(thief)
    assert refusal(world, treasurer(thief), "transfer", payment(world, row)).code == "unknown_row"


# --- transfers


def test_a_payment_spends_the_rows_it_names_and_keeps_the_change(world: World, row: str) -> None:
    wanted = payment(world, row)
    done = world.call(treasurer(BUYER), "transfer", wanted)
    assert (done["amount"], done["change"], done["spent"]) == (200, 300, [row])
    assert world.rows(BUYER) == {f"transfer/{wanted['id']}/1": 300}
    assert world.rows(SELLER) == {f"transfer/{wanted['id']}/0": 200}
    assert world.call(SELLER, "get_transfer", f"{wanted['id']}".strip()) == done
    assert world.call(NOBODY, "has_id", wanted["id"]) is True
    assert world.call(NOBODY, "get_balance", BUYER) == {"EUR": {"amount": 300, "rows": 1}}


def test_an_exact_payment_leaves_no_empty_row(world: World, row: str) -> None:
    world.call(treasurer(BUYER), "transfer", payment(world, row, amount=500))
    assert world.rows(BUYER) == {}
    assert world.call(NOBODY, "get_balance", BUYER) == {}


def test_the_same_payment_again_is_already_recorded_and_another_under_its_id_a_conflict(world: World, row: str) -> None:
    wanted = payment(world, row)
    world.call(treasurer(BUYER), "transfer", wanted)
    assert refusal(world, treasurer(BUYER), "transfer", wanted).code == "already_recorded"
    assert refusal(world, treasurer(BUYER), "transfer", wanted | {"amount": 100}).code == "conflict"
    assert refusal(world, treasurer(SELLER), "transfer", wanted | {"to": BUYER}).code == "conflict"


@pytest.mark.parametrize("amount", [0, -1, 1.5, "200", True, None, MAX_AMOUNT + 1, 10**400])
def test_an_amount_is_a_whole_number_of_minor_units_above_nothing(world: World, row: str, amount: Any) -> None:
    assert refusal(world, treasurer(BUYER), "transfer", payment(world, row, amount=amount)).code == "bad_request"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"amount": 501}, "insufficient_funds", "hold 500"),
        ({"currency": "USD"}, "unknown_row", "in USD"),
        ({"currency": "EUX"}, "bad_request", "ISO 4217"),
        ({"currency": "eur"}, "bad_request", "ISO 4217"),
        ({"currency": "XAU"}, "bad_request", "ISO 4217"),
        ({"to": NOBODY}, "unknown_account", "opened no account"),
        ({"to": BUYER}, "bad_request", "consolidate"),
        ({"to": "9521001000000"}, "bad_request", "mspId, organisation"),
        ({"to": SELLER | {"organisation": "95210010000"}}, "bad_request", "13 digits"),
        ({"to": SELLER | {"mspId": "a/b"}}, "bad_request", "letters, digits"),
        ({"rows": []}, "bad_request", "1 to 200"),
        ({"rows": ["mint/TalbankMSP/DEPOSIT-1/0"] * 2}, "bad_request", "twice"),
        ({"rows": ["mint/TalbankMSP/DEPOSIT-1/1"]}, "unknown_row", "no row of 9521006000005"),
        ({"rows": ["x/../y/0"]}, "unknown_row", "no row of"),
        ({"rows": [7]}, "bad_request", "rows[0]"),
        ({"rows": ["transfer/" + "0" * 200 + "/0"]}, "bad_request", "rows[0]"),
        ({"id": "x"}, "bad_request", "id must be"),
        ({"note": "hello"}, "bad_request", "exactly the members"),
    ],
)
def test_a_payment_that_cannot_be_is_refused_with_its_reason(
    world: World, row: str, changes: dict[str, Any], code: str, words: str
) -> None:
    error = refusal(world, treasurer(BUYER), "transfer", payment(world, row, **changes))
    assert error.code == code
    assert words in error.message


def test_anothers_row_and_a_spent_one_are_unknown(world: World, row: str) -> None:
    assert refusal(world, treasurer(SELLER), "transfer", payment(world, row, to=BUYER)).code == "unknown_row"
    world.call(treasurer(BUYER), "transfer", payment(world, row))
    assert refusal(world, treasurer(BUYER), "transfer", payment(world, row)).code == "unknown_row"


def test_only_a_treasurer_moves_an_organisations_money(world: World, row: str) -> None:
    for by in (BUYER, {**BUYER, "role": "recorder"}, {**BANK, "role": "settlement", "person": "anna"}):
        assert refusal(world, by, "transfer", payment(world, row)).code == "forbidden"


def test_rows_that_hold_more_than_an_amount_can_say_are_spent_one_by_one(world: World) -> None:
    rows = [world.mint(f"HUGE-{n}", MAX_AMOUNT, BUYER) for n in (1, 2)]
    error = refusal(world, treasurer(BUYER), "transfer", payment(world, *rows))
    assert (error.code, "name fewer" in error.message) == ("bad_request", True)
    assert refusal(world, NOBODY, "get_balance", BUYER).code == "bad_request"
    world.call(treasurer(BUYER), "transfer", payment(world, rows[0]))
    assert sum(world.rows(BUYER).values()) == 2 * MAX_AMOUNT - 200


# --- many small rows


def test_many_small_rows_become_one_and_no_more_than_so_many_at_once(world: World) -> None:
    rows = [world.mint(f"CENT-{n}", 1, BUYER) for n in range(MAX_ROWS + 1)]
    wanted = {"id": world.id(), "currency": "EUR", "rows": rows}
    assert refusal(world, treasurer(BUYER), "consolidate", wanted).code == "bad_request"
    wanted["rows"] = rows[:MAX_ROWS]
    done = world.call(treasurer(BUYER), "consolidate", wanted)
    assert done["amount"] == MAX_ROWS
    assert world.rows(BUYER) == {rows[-1]: 1, f"consolidation/{wanted['id']}/0": MAX_ROWS}
    assert refusal(world, treasurer(BUYER), "consolidate", wanted).code == "already_recorded"
    assert refusal(world, treasurer(BUYER), "consolidate", wanted | {"id": world.id()}).code == "unknown_row"
    assert world.call(NOBODY, "get_consolidation", str(wanted["id"])) == done


def test_one_row_is_together_already(world: World, row: str) -> None:
    request = {"id": world.id(), "currency": "EUR", "rows": [row]}
    assert refusal(world, treasurer(BUYER), "consolidate", request).code == "bad_request"


@pytest.mark.parametrize("start", [0, None, False, [], "x", "transfer/0"])
def test_a_page_begins_at_a_rows_name_or_at_the_beginning(world: World, start: Any) -> None:
    asked = {"holder": BUYER, "currency": "EUR", "from": start, "limit": 2}
    assert refusal(world, NOBODY, "get_rows", asked).code == "bad_request"


def test_an_account_is_read_page_by_page(world: World) -> None:
    made = sorted(world.mint(f"R{n}", n + 1, BUYER) for n in range(5))
    world.mint("OTHER", 9, BUYER, currency="USD")
    pages, start = [], ""
    while start is not None:
        found = world.call(NOBODY, "get_rows", {"holder": BUYER, "currency": "EUR", "from": start, "limit": 2})
        pages.append([one["name"] for one in found["rows"]])
        start = found["next"]
    assert pages == [made[:2], made[2:4], made[4:]]
    assert world.call(NOBODY, "get_balance", BUYER) == {
        "EUR": {"amount": 15, "rows": 5},
        "USD": {"amount": 9, "rows": 1},
    }


# --- redemption


def test_a_redemption_takes_money_off_the_ledger_and_the_bank_says_when_it_paid(world: World, row: str) -> None:
    wanted = redemption(world, row)
    asked = world.call(treasurer(BUYER), "redeem", wanted)
    assert (asked["state"], asked["change"], asked["instruction"]) == ("requested", 300, "5e" * 32)
    assert world.rows(BUYER) == {f"redemption/{wanted['id']}/1": 300}
    told = {"id": wanted["id"], "payment": "PAYOUT-1"}
    paid = world.call(clerk("anna"), "confirm_redemption", told)
    assert (paid["state"], paid["payment"]) == ("paid", "PAYOUT-1")
    assert world.call(NOBODY, "get_redemption", str(wanted["id"])) == paid
    assert refusal(world, clerk("bert"), "confirm_redemption", told).code == "already_recorded"
    assert refusal(world, clerk("bert"), "confirm_redemption", told | {"payment": "P2"}).code == "conflict"
    assert refusal(world, treasurer(BUYER), "redeem", wanted).code == "already_recorded"
    assert refusal(world, treasurer(BUYER), "redeem", wanted | {"amount": 1}).code == "conflict"


def test_only_the_bank_says_that_it_paid_and_only_what_was_asked_for(world: World, row: str) -> None:
    wanted = redemption(world, row)
    world.call(treasurer(BUYER), "redeem", wanted)
    told = {"id": wanted["id"], "payment": "PAYOUT-1"}
    assert refusal(world, treasurer(BUYER), "confirm_redemption", told).code == "forbidden"
    assert refusal(world, clerk("anna"), "confirm_redemption", told | {"id": "0" * 32}).code == "not_found"
    assert refusal(world, clerk("anna"), "confirm_redemption", told | {"payment": "no good"}).code == "bad_request"


@pytest.mark.parametrize(
    ("changes", "code"), [({"amount": 501}, "insufficient_funds"), ({"instruction": "5E" * 32}, "bad_request")]
)
def test_a_redemption_that_cannot_be_is_refused(world: World, row: str, changes: dict[str, Any], code: str) -> None:
    assert refusal(world, treasurer(BUYER), "redeem", redemption(world, row, **changes)).code == code


def test_one_id_may_serve_two_kinds_of_movement_and_their_rows_never_meet(world: World, row: str) -> None:
    wanted = payment(world, row)
    world.call(treasurer(BUYER), "transfer", wanted)
    again = redemption(world, f"transfer/{wanted['id']}/1", id=wanted["id"], amount=100)
    world.call(treasurer(BUYER), "redeem", again)
    assert world.rows(BUYER) == {f"redemption/{wanted['id']}/1": 200}
