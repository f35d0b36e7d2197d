"""Readings of messages, once decoded, under the leaves that commit to the messages' bytes.

Decoding a year of minute readings takes seconds; hashing the bytes that they came from takes a fraction of one. So what
was decoded is kept, and for each answer only the hashing is repeated (`ledger.rehash`). A row carries a code over all
that it holds under this installation's secret: somebody who can write to the database, but does not know the secret,
cannot put other readings under a leaf.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from django.conf import settings
from django.db import models

from traceapp.ledger.fields import StoredBytes
from traceapp.sensors.models import Device

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAC: Final = 16
LEAF: Final = 32
_A_MESSAGE: Final = 8 + LEAF + 8  # its pk, its leaf, how many readings it has
_A_READING: Final = 16  # time and value


class Decoded(models.Model):
    """What the messages of one device in one batch say of one quantity. A cache: it may be emptied at any time."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    batch_id = models.CharField(max_length=32)
    quantity = models.CharField(max_length=16)
    first = models.DateTimeField(help_text="No reading is earlier.")
    last = models.DateTimeField(help_text="No reading is later.")
    content = StoredBytes(help_text="A code of 16 bytes, then a `Block` as `packed` writes it.")

    class Meta:
        app_label = "coldchain"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["device", "batch_id", "quantity"], name="one_block_a_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} in batch {self.batch_id[:8]}"


@dataclass(frozen=True)
class Block:
    """Messages by pk with leaf and number of readings; then all times and all values, message after message."""

    pks: NDArray[np.int64]
    leaves: bytes
    counts: NDArray[np.int64]
    times: NDArray[np.float64]
    values: NDArray[np.float64]

    def leaf(self, at: int) -> bytes:
        return self.leaves[at * LEAF : (at + 1) * LEAF]


def secret() -> bytes:
    """The key of the codes."""
    return hmac.new(settings.SECRET_KEY.encode(), b"traceapp: decoded readings", hashlib.sha256).digest()


def packed(key: bytes, about: str, messages: Iterable[tuple[int, bytes, bytes]]) -> bytes:
    """A row's content. `about`: what else the row says; messages are (pk, leaf, times and values in 8 bytes each)."""
    import numpy as np

    rows = list(messages)
    pks = np.array([pk for pk, _, _ in rows], dtype=np.int64).tobytes()
    counts = np.array([len(body) // _A_READING for _, _, body in rows], dtype=np.int64).tobytes()
    times = b"".join(body[: len(body) // 2] for _, _, body in rows)
    values = b"".join(body[len(body) // 2 :] for _, _, body in rows)
    body = b"".join(
        [len(rows).to_bytes(8, "little"), pks, b"".join(leaf for _, leaf, _ in rows), counts, times, values]
    )
    return _code(key, about, body) + body


def unpacked(key: bytes, about: str, content: bytes) -> Block | None:
    """The block; None where the code is not ours for it."""
    import numpy as np

    body = memoryview(content)[MAC:]
    if not hmac.compare_digest(content[:MAC], _code(key, about, body)):
        return None
    number = int.from_bytes(body[:8], "little")
    leaves_at, counts_at, times_at = 8 + 8 * number, 8 + (8 + LEAF) * number, 8 + _A_MESSAGE * number
    counts = np.frombuffer(body[counts_at:times_at], dtype=np.int64)
    values_at = times_at + 8 * int(counts.sum())
    return Block(
        pks=np.frombuffer(body[8:leaves_at], dtype=np.int64),
        leaves=bytes(body[leaves_at:counts_at]),
        counts=counts,
        times=np.frombuffer(body[times_at:values_at], dtype=np.float64),
        values=np.frombuffer(body[values_at:], dtype=np.float64),
    )


def _code(key: bytes, about: str, body: bytes | memoryview) -> bytes:
    code = hashlib.blake2b(about.encode() + b"\0", digest_size=MAC, key=key)
    code.update(body)
    return code.digest()
