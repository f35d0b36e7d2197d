"""Whether all messages of a piece of a leg have come, and how long is waited for those that have not."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Max, Min

from traceapp.coldchain.carriages import Carried
from traceapp.coldchain.pieces import Piece
from traceapp.sensors.models import Device, Message

WAIT: Final = timedelta(hours=1)
"""So long a piece without a shipment waits for messages that are missing. Of a shipment: until its legs are due."""
MARGIN: Final = timedelta(hours=1)
"""So long before the contract takes no more legs of a shipment they are sent as they are, or half of the hours."""


def is_complete(device: Device, piece: Piece) -> bool:
    """Whether the device has told later readings since, and no number of its count is missing around the piece."""
    if not Message.objects.filter(key__device=device, last__gt=piece.ended).exists():
        return False
    of_key = Message.objects.filter(key__kid=piece.kid)
    inside = of_key.filter(last__gte=piece.began, first__lte=piece.ended)
    ends = inside.aggregate(least=Min("seq"), most=Max("seq"), count=Count("pk"))
    if ends["count"]:
        before = of_key.filter(seq__lt=ends["least"]).aggregate(seq=Max("seq"))["seq"]
        after = of_key.filter(seq__gt=ends["most"]).aggregate(seq=Min("seq"))["seq"]
        return bool(
            ends["most"] - ends["least"] + 1 == ends["count"]
            and (before or 0) in (0, ends["least"] - 1)
            and after in (None, ends["most"] + 1)
        )
    before = of_key.filter(last__lt=piece.began).aggregate(seq=Max("seq"))["seq"]
    after = of_key.filter(first__gt=piece.ended).aggregate(seq=Min("seq"))["seq"]
    return before is None or after is None or after == before + 1


def patience_ends(piece: Piece, carried: Carried | None) -> datetime | None:
    """When it is sent as it is; None while the goods of its shipment are on their way."""
    if carried is None:
        return piece.ended + WAIT
    return None if carried.until is None else carried.until - min(MARGIN, carried.hours / 2)
