"""Long arrays a piece at a time, so that what is worked out of a year of readings takes no second year of memory."""

from collections.abc import Iterator
from typing import Final

SLICE: Final = 8192


def slices(size: int) -> Iterator[slice]:
    """Pieces of `SLICE` elements that together are [0, size); none for nothing."""
    return (slice(at, min(at + SLICE, size)) for at in range(0, size, SLICE))
