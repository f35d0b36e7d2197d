"""What becomes of a message on its way in."""

from dataclasses import dataclass
from typing import TypeAlias

from traceapp.accounts.models import Organisation
from traceapp.ledger.models import Record
from traceapp.sensors.message import Message, Refused
from traceapp.sensors.models import Device, DeviceKey
from traceapp.sensors.senml import Readings


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one message: its record (new, or the one that it was before), or why it was refused.

    `whose`: on whose page its refusal is counted, None where nobody is known.
    """

    whose: Device | Organisation | None = None
    kid: str = ""
    seq: int | None = None
    record: Record | None = None
    new: bool = False
    refused: Refused | None = None


Refusals: TypeAlias = dict[int, Taken]
"""By their position in the call."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A message that is good in itself: signed by the key, with readings from `first` to `last` (s since 1970)."""

    position: int
    message: Message
    key: DeviceKey
    readings: Readings
    first: float
    last: float
    digest: bytes

    @property
    def place(self) -> tuple[int, int]:
        return self.key.pk, self.message.seq
