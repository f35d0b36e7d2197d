"""A kill between any two steps of a delivery leaves the whole effect of each or none, and the next process goes on."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults.delivery_child import BUYER, PRICE, SELLER, Driver, ledger
from traceapp.ledger.identities import LocalSigner

# Lines that one delivery prints on a new ledger: two for each of 11 transactions. A kill after each of them.
LINES = 22
PAID = {"dispatched": 100, "arrived": 150}


def run(path: Path, number: int, kill_after: int) -> list[str]:
    """What the child said before it was killed, or all, if it came to its end."""
    command = [sys.executable, "-m", "tests.faults.delivery_child", str(path), str(number)]
    said = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("\n")
        for line in child.stdout:
            said.append(line.strip())
            if len(said) == kill_after:
                child.kill()
                continue
            with suppress(BrokenPipeError):  # that was its last line
                child.stdin.write("\n")
    assert kill_after == len(said) or child.returncode == 0
    return said


def held(path: Path, of: dict[str, str]) -> dict[str, int]:
    """An account's rows."""
    opened = ledger(path)
    signer = LocalSigner(of["mspId"], *opened.client_identity(of["mspId"], org=of["organisation"], role="reader"))
    asked = {"holder": of, "currency": "EUR", "from": "", "limit": 1000}
    return {
        one["name"]: one["amount"] for one in json.loads(opened.evaluate(signer, "get_rows", json.dumps(asked)))["rows"]
    }


def check_whole(path: Path, number: int) -> str:
    """State, escrow and rows of a delivery say the same, whatever was killed. Returns its state."""
    driver = Driver(path, number)
    found: dict[str, Any] = driver.found()
    rows = held(path, SELLER) | held(path, BUYER)
    state = found["shipment"]["state"] if found["shipment"] else ""
    mine = {name: amount for name, amount in rows.items() if driver.shipment in name}
    deposit = sum(amount for name, amount in rows.items() if name.endswith(f"/DEPOSIT-{number}/0"))
    left = found["price"]["left"] if found["price"] else 0
    assert (found["settlement"] is not None) == (state == "settled")
    assert sum(mine.values()) + left == (PRICE if found["price"] else 0)
    assert (deposit == 0) if found["price"] else (deposit in (0, PRICE))
    if state in PAID:
        assert (left, sum(mine.values())) == (PRICE - PAID[state], PAID[state])
    return str(state)


@pytest.mark.timeout(900)
def test_a_kill_after_any_line_of_a_delivery_leaves_each_step_whole_and_the_next_process_ends_it(
    tmp_path: Path,
) -> None:
    states = []
    for number in range(LINES):
        path = tmp_path / f"{number}.sqlite3"
        said = run(path, number, kill_after=number + 1)
        states.append(check_whole(path, number))
        assert len(said) == number + 1, said
        run(path, number, kill_after=0)
        assert check_whole(path, number) == "settled"
        assert sum(held(path, SELLER).values()) == PRICE
        assert held(path, BUYER) == {}
    assert {"", "proposed", "agreed", "funded", "dispatched", "arrived", "settled"} == set(states)
