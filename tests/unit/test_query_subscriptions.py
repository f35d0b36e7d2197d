"""Schedules, signatures and destinations of subscriptions."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.query.subscriptions import destination, schedule, signature
from traceapp.query.subscriptions.destination import DestinationError
from traceapp.query.subscriptions.schedule import FIELDS, ScheduleError

START = datetime(2026, 2, 27, 23, 59, 58, tzinfo=UTC)  # a Friday


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ({"hour": "1", "minute": "5"}, at(2026, 2, 28, 1, 5)),
        ({"second": "0/30"}, at(2026, 2, 28, 0, 0, 0)),
        ({"second": "59"}, at(2026, 2, 27, 23, 59, 59)),
        ({"minute": "*"}, at(2026, 2, 28, 0, 0)),
        ({"hour": "[9-11],23"}, at(2026, 2, 28, 9, 0)),
        ({"dayOfWeek": "1"}, at(2026, 3, 2)),
        ({"dayOfMonth": "31", "hour": "12"}, at(2026, 3, 31, 12)),
        ({"month": "1"}, at(2027, 1, 1)),
        ({"dayOfMonth": "29", "month": "2"}, at(2028, 2, 29)),
        ({"minute": 5}, at(2026, 2, 28, 0, 5)),
    ],
)
def test_a_schedule_is_due(given, due):
    assert schedule.read(given).after(START) == due


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, ""),
        (None, ""),
        ([], ""),
        ({"hours": "1"}, "hours"),
        ({"hour": "24"}, "hour"),
        ({"dayOfWeek": "0"}, "dayOfWeek"),
        ({"second": "60"}, "second"),
        ({"minute": "[30-10]"}, "minute"),
        ({"minute": "5-10"}, "minute"),
        ({"minute": "1,,2"}, "minute"),
        ({"minute": "0/0"}, "minute"),
        ({"minute": ""}, "minute"),
        ({"minute": None}, "minute"),
        ({"minute": True}, "minute"),
        ({"minute": "٣"}, "minute"),
        ({"month": "2", "dayOfMonth": "30"}, ""),
    ],
)
def test_a_schedule_that_is_none_is_refused_with_its_field(given, field):
    with pytest.raises(ScheduleError) as refused:
        schedule.read(given)
    assert refused.value.field == field


def written(least, most):
    number = st.integers(least, most)
    ranged = st.tuples(number, number).map(lambda pair: f"[{min(pair)}-{max(pair)}]")
    return st.lists(st.one_of(number.map(str), ranged), min_size=1, max_size=3).map(",".join)


def plainly(text):
    """The values of a field, read slowly."""
    found = set()
    for part in text.split(","):
        first, _, last = part.strip("[]").partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


@given(
    st.fixed_dictionaries({name: written(*FIELDS[name]) for name in ("second", "minute", "hour")}),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
)
def test_the_next_time_is_the_first_that_holds_and_none_lies_between(fields, now):
    now = now.replace(tzinfo=UTC)
    due = schedule.read(fields).after(now)
    seconds, minutes, hours = (plainly(fields[name]) for name in ("second", "minute", "hour"))
    days = [(now + timedelta(days=ahead)).date() for ahead in range(2)]
    moments = [at(day.year, day.month, day.day, *time) for day, time in product(days, product(hours, minutes, seconds))]
    assert due == min(moment for moment in moments if moment > now.replace(microsecond=0))


@given(
    st.fixed_dictionaries({name: written(*FIELDS[name]) for name in ("dayOfMonth", "month", "dayOfWeek")}),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
)
def test_the_next_day_is_the_first_that_holds(fields, now):
    now = now.replace(tzinfo=UTC)
    try:
        due = schedule.read(fields).after(now)
    except ScheduleError:
        return  # such as 30 February
    day = now.date()
    while True:
        day += timedelta(days=1)
        parts = {"dayOfMonth": day.day, "month": day.month, "dayOfWeek": day.isoweekday()}
        if all(parts[name] in plainly(fields[name]) for name in parts):
            break
        assert day <= due.date()
    assert due == at(day.year, day.month, day.day)


def test_a_signature_is_the_hmac_of_the_body():
    body = '{"ä": 1}'.encode()
    assert signature.signature("geheim", body) == hmac.new(b"geheim", body, hashlib.sha256).hexdigest()
    assert signature.signature("geheim", body + b" ") != signature.signature("geheim", body)


def test_a_token_is_stored_unreadably():
    sealed = signature.seal("geheim", "secret")
    assert "geheim" not in sealed
    assert signature.unseal(sealed, "secret") == "geheim"
    with pytest.raises(signature.TokenUnreadable, match="SECRET_KEY"):
        signature.unseal(sealed, "another")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x", "https://localhost/x", "https://10.1.2.3/", "https://192.168.0.1/", "https://[::1]/",
        "https://169.254.169.254/latest", "https://[fe80::1]/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/",
        "https://2130706433/", "https://127.1/", "https://intranet/", "https://db.internal/", "https://[fd00::1]/",
        "https://224.0.0.1/", "https://100.64.0.1/", "http://example.com/", "ftp://example.com/", "example.com/x",
        "https://", "https://user:pass@example.com/", "https://example.com/#x", "https://example.com:99999/",
        "https://exa mple.com/", "https://example.com/\r\nX: 1", "", None, 5, "https://localhost./", "javascript:alert(1)",
        "https://" + "a" * 3000 + ".com/",
    ],
)  # fmt: skip
def test_what_is_inside_or_no_address_is_no_destination(url):
    with pytest.raises(DestinationError):
        destination.read(url, [])


def test_a_public_address_is_a_destination_in_parts():
    found = destination.read("https://client.example.com/queryCallback?a=1", [])
    assert (found.https, found.host, found.port, found.target) == (
        True,
        "client.example.com",
        443,
        "/queryCallback?a=1",
    )


def test_an_operator_lets_deliveries_go_to_a_host_inside():
    assert destination.read("http://127.0.0.1:8080", ["127.0.0.1"]).port == 8080
    assert destination.resolve(destination.read("http://localhost:1", ["localhost"]))


def test_a_name_that_leads_inside_is_refused_when_it_is_resolved(monkeypatch):
    answer = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: answer)  # a resolver that cannot be had here
    with pytest.raises(DestinationError, match="private address"):
        destination.resolve(destination.read("https://client.example.com/", []))


def test_the_receiver_of_the_documentation_knows_our_signature():
    page = Path(__file__).parents[2] / "docs" / "subscriptions.md"
    code = page.read_text().partition("```python\n")[2].partition("```")[0]
    names = {}
    exec(code, names)
    assert names["is_ours"]("geheim", b"{}", signature.signature("geheim", b"{}"))
    assert not names["is_ours"]("geheim", b"{ }", signature.signature("geheim", b"{}"))
