"""Seasonal naive: what was sold a season ago. The mark that every other model has to beat. Pure."""

from collections.abc import Sequence


def seasonal_naive(history: Sequence[float | None], season: int, horizon: int) -> list[float]:
    """The last known value at the same place in the season; without one, the last known value at all, else 0."""
    last = next((value for value in reversed(history) if value is not None), 0.0)
    answer = []
    for step in range(horizon):
        position = len(history) - season + step % season
        while position >= 0 and history[position] is None:
            position -= season
        value = history[position] if position >= 0 else None
        answer.append(last if value is None else value)
    return answer
