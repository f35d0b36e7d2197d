"""Settlement sheets: what their lines say, and that they and the money add up."""

from typing import Any

from tests.unit.escrow_world import BUYER, PRICE, SELLER, Trade


def amounts(sheet: Any) -> dict[str, int]:
    return {line["term"]: line["amount"] for line in sheet["lines"]}


def arithmetic(sheet: Any, term: str) -> str:
    return next(str(line["arithmetic"]) for line in sheet["lines"] if line["term"] == term)


def facts(sheet: Any, term: str) -> dict[str, str]:
    (line,) = [one for one in sheet["lines"] if one["term"] == term]
    return {one["name"]: one["value"] for one in line["facts"]}


def settled(trade: Trade) -> Any:
    """By anybody, when it is due. The sheet adds up, and so does the money."""
    trade.until_due()
    sheet = trade.settle()
    check(trade, sheet)
    return sheet


def check(trade: Trade, sheet: Any) -> None:
    lines = amounts(sheet)
    assert (
        lines["balance"]
        == sheet["toSeller"]
        == sum(amount for term, amount in lines.items() if term not in ("balance", "insurance"))
    )
    assert sheet["toSeller"] + sheet["toBuyer"] + sheet["paidBefore"] == PRICE
    assert trade.held(BUYER) == 7 + sheet["toBuyer"] + (sheet["toInsured"])
    assert trade.held(SELLER) == sheet["paidBefore"] + sheet["toSeller"]
    assert trade.escrowed() == 0
    found = trade.read()
    assert (found["settlement"], found["shipment"]["due"]) == (sheet, "")
