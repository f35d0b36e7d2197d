"""How far a record has come, as the steps people follow: Queued, Sent, On ledger, Verified."""

from dataclasses import dataclass

from traceapp.capture.story import Story

TITLES = (
    ("Queued", "Stored, with a receipt"),
    ("Sent", "On its way in a batch"),
    ("On ledger", "Confirmed by a block"),
    ("Verified", "Checked again just now"),
)
_REACHED = {"queued": 0, "pending": 0, "sent": 1, "verified": 4}


@dataclass(frozen=True)
class ProgressStep:
    """`state` is done, now or next."""

    title: str
    note: str
    state: str


def steps_of(story: Story) -> list[ProgressStep]:
    """Four steps; none for a record that was refused or does not match, of which the badge and its reason tell."""
    reached = _REACHED.get(story.state)
    if reached is None:
        return []
    return [
        ProgressStep(title, note, "done" if at < reached else "now" if at == reached else "next")
        for at, (title, note) in enumerate(TITLES)
    ]
