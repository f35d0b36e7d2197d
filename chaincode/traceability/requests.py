"""Reading a transaction's one argument, a JSON object of exactly the members it has to have."""

from collections.abc import Collection, Sequence

from chaincode.traceability.canonical import MAX_INTEGER, CanonicalError, Json, parse
from chaincode.traceability.errors import BAD_REQUEST, ContractError
from chaincode.traceability.times import is_rfc3339


def members(text: str, names: Collection[str]) -> dict[str, Json]:
    """The object. ContractError `bad_request` unless it has these members and no others."""
    try:
        found = parse(text)
    except CanonicalError as error:
        raise ContractError(BAD_REQUEST, str(error)) from error
    return exactly(found, names, "the request")


def exactly(found: Json, names: Collection[str], what: str) -> dict[str, Json]:
    """`found`, when it is an object with these members and no others."""
    if not isinstance(found, dict) or found.keys() != set(names):
        raise ContractError(BAD_REQUEST, f"{what} must have exactly the members {', '.join(sorted(names))}")
    return found


def integer(value: Json, name: str, least: int, most: int = MAX_INTEGER) -> int:
    """The value, when it is an integer within these bounds, both included."""
    if type(value) is not int or not least <= value <= most:
        raise ContractError(BAD_REQUEST, f"{name} must be an integer from {least} to {most}")
    return value


def time(value: Json, name: str) -> str:
    """The value, when it is a time as the state has them."""
    if not isinstance(value, str) or not is_rfc3339(value):
        raise ContractError(BAD_REQUEST, f"{name} must be a UTC time such as 2026-05-14T09:12:00.000Z")
    return value


def one_of(value: Json, name: str, allowed: Sequence[str]) -> str:
    """The value, when it is one of these words."""
    if not isinstance(value, str) or value not in allowed:
        raise ContractError(BAD_REQUEST, f"{name} must be one of {', '.join(allowed)}")
    return value
