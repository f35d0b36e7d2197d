"""The long form: faults drawn at random, also two at once, on SQLite or whatever DATABASE_URL names (`make fabric-faults`)."""

import os
import random

import pytest

from tests.fabric_faults import breaking
from tests.fabric_faults.breaking import FAULTS
from tests.fabric_faults.trials import trial

ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "20"))
SEED = int(os.environ.get("FAULTS_SEED", "11"))
TOGETHER = [  # a node more would leave no majority, and these break parts of different kinds
    ("the relay is killed", "the leader of the orderers is killed"),
    ("the relay is killed", "a contract service hangs"),
    ("a peer is killed", "a follower of the orderers is killed"),
    ("the peers' queues are full", "the relay is stopped"),
    ("the application's connections go silent", "the contract is upgraded"),
    ("the application's connections are cut", "all nodes are killed at once"),
    ("the only peer in reach is behind", "the relay is killed"),
]


def rounds():
    chance = random.Random(SEED)
    for number in range(ROUNDS):
        names = chance.choice(TOGETHER) if chance.random() < 0.5 else (chance.choice(sorted(FAULTS)),)
        yield pytest.param(names, chance.uniform(0, 8), id=f"{number}: {' and '.join(names)}")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("names", "held"), list(rounds()))
def test_nothing_is_lost_or_doubled_when(network, app, lines, rows, names, held):
    faults = (FAULTS[name](network, app, lines) for name in names)
    row = trial(app, " and ".join(names), breaking.together(*faults), held=held)
    rows.append(row)
    assert (row.lost, row.doubled) == (0, 0)
