"""Once only: a transaction carries an id drawn by its caller, and takes effect once for it.

So a caller in doubt repeats the same request, and learns from the refusal that the first one worked.
"""

import re
from typing import NoReturn

from chaincode.traceability.errors import ALREADY_RECORDED, BAD_REQUEST, CONFLICT, ContractError

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def check(value: object, name: str = "id") -> str:
    """The id, when it is 32 lower-case hex characters."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ContractError(BAD_REQUEST, f"{name} must be 32 lower-case hex characters")
    return value


def refuse_repeat(*, same: bool, what: str) -> NoReturn:
    """The id is taken: by this very request (`same`), or by another. `what` says what the ledger holds."""
    raise ContractError(ALREADY_RECORDED if same else CONFLICT, what)
