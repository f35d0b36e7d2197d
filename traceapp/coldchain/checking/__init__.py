"""What `verify_ledger` holds the cold chain's rows against: legs, their pieces on the ledger, cases and decisions.

Imported when somebody checks: a web worker starts without it.
"""

from collections.abc import Iterator

from traceapp.ledger.findings import Found


def legs() -> Iterator[list[Found]]:
    """Legs against the events that they are cut from."""
    from traceapp.coldchain.checking.legs import walk

    yield from walk()


def pieces() -> Iterator[list[Found]]:
    """What is on the ledger of legs against what was sent, and against the readings."""
    from traceapp.coldchain.checking.pieces import walk

    yield from walk()


def cases() -> Iterator[list[Found]]:
    """Cases against their steps and readings, decisions against their signatures and records."""
    from traceapp.coldchain.checking.cases import walk

    yield from walk()
