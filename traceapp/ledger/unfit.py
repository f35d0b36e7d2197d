"""What makes a certificate unfit to send with, in the words that follow "the certificate of <organisation>"."""

from datetime import datetime
from typing import Final

FOREIGN: Final = "was not issued by that organisation's certificate authority: bring one that was"
REVOKED: Final = "is revoked: bring a new one"


def untimely(not_before: datetime, not_after: datetime, at: datetime) -> str:
    """Why it is not valid at a time; empty when it is."""
    if at > not_after:
        return f"expired on {not_after:%Y-%m-%d}: bring a new one"
    if at < not_before:
        return f"is valid only from {not_before:%Y-%m-%d %H:%M} UTC: compare the clocks"
    return ""
