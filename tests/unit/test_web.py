"""Times, states, problem details and figures as people and programs read them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template

from traceapp.web import metrics, problems
from traceapp.web.states import badge_for
from traceapp.web.times import in_words

MOMENT = datetime(2026, 5, 14, 7, 12, tzinfo=UTC)


def rendered(text, **context):
    return Template("{% load web %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "14 May 2026, 09:12 CEST"),
        ("+05:30", "14 May 2026, 12:42 UTC+05:30"),
        ("America/Sao_Paulo", "14 May 2026, 04:12 UTC-03:00"),
        ("Nowhere/At-all", "14 May 2026, 07:12 UTC"),
        ("../etc/passwd", "14 May 2026, 07:12 UTC"),
        (None, "14 May 2026, 07:12 UTC"),
    ],
)
def test_a_time_is_said_in_the_zone_of_the_place(zone, words):
    assert in_words(MOMENT, zone) == words


def test_the_tag_keeps_utc_for_programs_and_for_the_pointer():
    html = rendered("{% when moment 'Europe/Berlin' %}", moment=MOMENT)
    assert html == (
        '<time datetime="2026-05-14T07:12:00Z" title="14 May 2026, 07:12 UTC">14 May 2026, 09:12 CEST</time>'
    )


def test_the_tag_reads_rfc_3339_and_days_and_shows_what_it_cannot_read():
    assert "09:12" in rendered("{% when m 'Europe/Berlin' %}", m="2026-05-14T07:12:00.000Z")
    assert "14 May 2026" in rendered("{% when m %}", m=date(2026, 5, 14))
    assert rendered("{% when m %}", m="<soon>") == "&lt;soon&gt;"
    assert rendered("{% when m %}", m=None) == "—"


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=3.5), "3\xa0minutes ago"),
        (timedelta(days=2.9), "2\xa0days ago"),
    ],
)
def test_how_long_ago_something_was_is_said_in_one_unit(passed, words):
    assert rendered("{{ m|ago }}", m=datetime.now(UTC) - passed) == words
    assert rendered("{{ m|ago }}", m=None) == "—"


def test_numbers_and_money_are_grouped():
    assert rendered("{{ n|number }}", n=1204377) == "1,204,377"
    assert rendered("{{ n|number:1 }}", n=61.46) == "61.5"
    assert rendered('{{ n|money:"EUR" }}', n=1248000) == "EUR\xa012,480.00"
    assert rendered('{{ n|money:"JPY" }}', n=1248000) == "JPY\xa01,248,000"
    assert rendered("{{ n|number }}", n=None) == "—"


def test_a_chip_shows_eight_characters_and_holds_them_all_under_a_name_of_its_own():
    html = rendered("{% chip d %}{% chip d %}", d=bytes(range(32)))
    assert html.count('id="fp-00010203-1"') == 1
    assert html.count('id="fp-00010203-2"') == 1
    assert bytes(range(32)).hex() in html


def test_a_chip_of_something_that_is_no_hash_is_harmless():
    assert "<script" not in rendered("{% chip d %}", d="<script>alert(1)</script>")


def test_states_have_words_and_unknown_ones_say_so():
    assert badge_for("on ledger").word == "On ledger"
    assert badge_for("ON_LEDGER").tone == "ok"
    assert badge_for("mismatch").word == "Does not match"
    assert badge_for("made up").word == "Unknown"


def test_a_problem_names_the_places_that_are_wrong():
    said = problems.details(
        422, "Two events are wrong.", errors=[("eventList[3].epcList[0]", "check digit should be 2")]
    )
    assert said == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "Two events are wrong.",
        "errors": [{"path": "eventList[3].epcList[0]", "detail": "check digit should be 2"}],
    }


def test_figures_follow_the_text_format():
    sample = metrics.Sample(3, {"kind": 'a"b\n'})
    text = metrics.render([metrics.Metric("queued", "Records waiting.", (sample,))])
    assert text == '# HELP queued Records waiting.\n# TYPE queued gauge\nqueued{kind="a\\"b\\n"} 3\n'
