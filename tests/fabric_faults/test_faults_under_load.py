"""Faults under load, on the real network and the real way of a record: posted over HTTP, sent by ledgerd, verified.

Whatever got a 202 is on the ledger once, whichever part fails. Each trial counts, and says how long recovery took.
"""

import pytest

from tests.fabric_faults import application, breaking
from tests.fabric_faults.breaking import FAULTS
from tests.fabric_faults.trials import trial


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_acknowledged_is_lost_or_doubled_when(network, app, lines, rows, name):
    row = trial(app, name, FAULTS[name](network, app, lines))
    rows.append(row)
    assert (row.lost, row.doubled) == (0, 0)


def test_nor_on_postgresql_when_relay_and_leader_are_killed_together(network, postgres, rows, tmp_path):
    connection = network.connection_file
    with application.running(network, tmp_path, connection=connection, database=postgres, firm="gruenmarkt") as app:
        leader = breaking.killed(network, network.wait_for_leader())
        row = trial(app, "relay and leader are killed", breaking.together(leader, breaking.relay_ended(app, kill=True)))
        rows.append(row)
        assert (row.lost, row.doubled) == (0, 0)
        assert app.manage("verify_ledger", "--json").returncode == 0
