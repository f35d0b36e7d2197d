"""Record times."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.commitments.times import parse_rfc3339, rfc3339


def test_a_time_is_written_in_utc_with_milliseconds():
    assert rfc3339(datetime(2026, 5, 14, 11, 12, tzinfo=timezone(timedelta(hours=2)))) == "2026-05-14T09:12:00.000Z"
    assert rfc3339(datetime(2026, 5, 14, 9, 12, 0, 999_999, tzinfo=UTC)) == "2026-05-14T09:12:00.999Z"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        rfc3339(datetime(2026, 5, 14))


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)))
def test_a_written_time_reads_back_to_the_millisecond(moment):
    text = rfc3339(moment)
    assert parse_rfc3339(text) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert rfc3339(parse_rfc3339(text)) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2005-04-03T20:33:31.116000-06:00", datetime(2005, 4, 4, 2, 33, 31, 116_000, tzinfo=UTC)),
        ("2005-04-03T20:33:31Z", datetime(2005, 4, 3, 20, 33, 31, tzinfo=UTC)),
        ("2005-04-03T20:33:31.1234567899Z", datetime(2005, 4, 3, 20, 33, 31, 123_456, tzinfo=UTC)),
        ("2024-02-29T00:00:00.5+14:00", datetime(2024, 2, 28, 10, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_times_of_others_are_read_with_their_offset(text, moment):
    assert parse_rfc3339(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "", "2005-04-03", "2005-04-03T20:33:31", "2005-04-03 20:33:31Z", "2005-04-03t20:33:31z", "2005-04-03T20:33Z",
        "2005-02-29T00:00:00Z", "2005-04-03T24:00:00Z", "2005-04-03T20:33:61Z", "2005-04-03T20:33:31+14:01",
        "2005-04-03T20:33:31+02:60", "2005-04-03T20:33:31.Z", "2005-04-03T20:33:31Z\n", "２005-04-03T20:33:31Z",
        "0001-01-01T00:00:00+02:00", "20050403T203331Z",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="time"):
        parse_rfc3339(text)
