"""A tested series, made up."""

from forecasting.demand.one import CHAMPION, SeriesResult, Window


def a_result(errors: list[float], **members: object) -> SeriesResult:
    """One test window in which the champion was so far off."""
    said = {CHAMPION: [10.0] * len(errors), "seasonal_naive": [10.0] * len(errors)}
    window = Window("2026-01-05", list(range(len(errors))), [10.0 + error for error in errors], said)
    fields: dict[str, object] = {
        "product": "p", "place": "q", "every": "day", "season": 7, "mode": "steady", "champion": "ets",
        "first": "2026-01-12", "mean": [10.0], "scale": 1.0, "windows": [window],
    }  # fmt: skip
    return SeriesResult(**{**fields, **members})  # type: ignore[arg-type]
