"""Reads of accounts and movements of money. Any member may: what members of a channel see is payment facts."""

from collections.abc import Callable, Iterator
from itertools import islice

from chaincode.traceability import ids, keys, requests
from chaincode.traceability.canonical import MAX_INTEGER, canonical
from chaincode.traceability.context import Context
from chaincode.traceability.errors import BAD_REQUEST, NOT_FOUND, ContractError
from chaincode.traceability.rules import money
from chaincode.traceability.state import Holder, Row

MAX_PAGE = 1_000
MAX_SUMMED = 50_000  # rows: a peer ends a range without a word at 100,000


def get_account(ctx: Context, request_json: str) -> bytes:
    """{mspId, organisation}: the account's document. ContractError `not_found`."""
    holder = _holder(request_json)
    return _document(ctx, keys.account(holder), f"{holder.organisation} ({holder.msp_id}) has opened no account")


def get_rows(ctx: Context, request_json: str) -> bytes:
    """{holder, currency, from, limit}: {rows: documents in order of their names, next: where to go on, or null}.

    `from` is the name of the first row wanted, or empty; `limit` is at most MAX_PAGE.
    """
    found = requests.members(request_json, ("holder", "currency", "from", "limit"))
    holder, currency = money.holder(found["holder"], "holder"), money.currency(found["currency"])
    start = "" if found["from"] == "" else money.row(found["from"], "from")
    limit = found["limit"]
    if type(limit) is not int or not 1 <= limit <= MAX_PAGE:
        raise ContractError(BAD_REQUEST, f"limit must be an integer from 1 to {MAX_PAGE}")
    page = list(islice(_rows(ctx, keys.rows(holder, currency), start), limit + 1))
    more = page[limit].name if len(page) > limit else None
    return canonical({"rows": [one.plain() for one in page[:limit]], "next": more})


def get_balance(ctx: Context, request_json: str) -> bytes:
    """{mspId, organisation}: {currency: {amount, rows}}, of an account of at most MAX_SUMMED rows."""
    totals: dict[str, tuple[int, int]] = {}
    for count, one in enumerate(_rows(ctx, keys.rows(_holder(request_json)))):
        if count == MAX_SUMMED:
            raise ContractError(BAD_REQUEST, f"the account has more than {MAX_SUMMED} rows: consolidate some")
        amount, rows = totals.get(one.currency, (0, 0))
        totals[one.currency] = (amount + one.amount, rows + 1)
    if any(amount > MAX_INTEGER for amount, _ in totals.values()):
        raise ContractError(BAD_REQUEST, "the balance is beyond 2^53-1: add it up from get_rows")
    return canonical({name: {"amount": amount, "rows": rows} for name, (amount, rows) in totals.items()})


def get_mint(ctx: Context, request_json: str) -> bytes:
    """{mspId, id}: the deposit of that reference at that settlement organisation. ContractError `not_found`."""
    found = requests.members(request_json, ("mspId", "id"))
    reference = money.reference(found["id"], "id")
    msp_id = money.msp_id(found["mspId"], "mspId")
    return _document(ctx, keys.mint(msp_id, reference), f"nobody has proposed deposit {reference}")


def by_id(key: Callable[[str], str], what: str) -> Callable[[Context, str], bytes]:
    """A query for a document by its id."""

    def get(ctx: Context, wanted: str) -> bytes:
        return _document(ctx, key(ids.check(wanted)), f"there is no {what} {wanted}")

    return get


def _holder(request_json: str) -> Holder:
    return money.holder(requests.members(request_json, ("mspId", "organisation")), "the request")


def _document(ctx: Context, key: str, absent: str) -> bytes:
    found = ctx.get_state(key)
    if found is None:
        raise ContractError(NOT_FOUND, absent)
    return found


def _rows(ctx: Context, prefix: str, start: str = "") -> Iterator[Row]:
    for _, data in ctx.get_state_range(prefix + start, keys.after(prefix)):
        yield Row.decode(data)
