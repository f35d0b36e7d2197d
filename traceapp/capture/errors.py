"""What a capture may be refused for. Each error says where in the document and what; nothing of it was stored."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traceapp.capture.models import CaptureJob

Place = tuple[str, str]
"""Where (`eventList[3].epcList[0]`, empty for the document as a whole) and what, as a sentence."""

SHOWN = 100


class CaptureRefused(Exception):
    """The document or form was refused whole. `status` is the HTTP answer it stands for."""

    status = 400
    title = "Document refused"

    def __init__(self, errors: Iterable[Place]) -> None:
        self.errors = list(errors)
        path, why = self.errors[0]
        super().__init__(f"{path}: {why}" if path else why)

    @property
    def summary(self) -> str:
        """One sentence for people: the first error, and how many more there are."""
        more = len(self.errors) - 1
        return f"{self} (and {more} more)" if more else str(self)


class DocumentTooLarge(CaptureRefused):
    """More bytes or events than one document may have."""

    status = 413
    title = "Document too large"


class KeyReused(CaptureRefused):
    """An idempotency key that was used before with another body."""

    status = 422
    title = "Idempotency key used before"


class EventConflict(CaptureRefused):
    """An eventID that stands for another content already. `job` is the capture job that failed by it, if any."""

    status = 409
    title = "Event ID used before"
    job: "CaptureJob | None" = None
