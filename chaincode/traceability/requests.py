"""Reading a transaction's one argument, a JSON object of exactly the members it has to have."""

from collections.abc import Collection

from chaincode.traceability.canonical import CanonicalError, Json, parse
from chaincode.traceability.errors import BAD_REQUEST, ContractError


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
