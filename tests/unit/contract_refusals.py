"""What the contract says when it refuses, and that a refusal changes nothing."""

from typing import Any

import pytest

from chaincode.traceability.errors import ContractError
from tests.unit.money_world import World


def refusal(world: World, by: dict[str, str], function: str, request: Any) -> ContractError:
    before = dict(world.state)
    with pytest.raises(ContractError) as refused:
        world.call(by, function, request)
    assert world.state == before
    return refused.value
