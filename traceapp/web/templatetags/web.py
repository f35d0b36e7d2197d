"""`{% load web %}`: small pieces that every page uses. `templates/components/README.md` shows each."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, cast

from django import template
from django.template.context import Context, RequestContext
from django.templatetags.static import static
from django.utils import formats
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext

from chaincode.traceability.rules.money import minor_units
from traceapp.web.states import BADGES, badge_for
from traceapp.web.times import aware, in_words

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """`{% icon "tick" %}`. With a label it is an image that says so; without one it is decoration."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}"><use href="{}"/></svg>', label, href
        )
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href="{}"/></svg>', href)


@register.simple_tag(takes_context=True)
def badge(context: Context, state: object, word: str = "") -> SafeString:
    """`{% badge "verified" %}`: icon, word and tone of a state; another word only where it says more."""
    found = badge_for(state)
    if found is BADGES["verified"]:
        says_verified(context)
    tone = f" badge--{found.tone}" if found.tone else ""
    return format_html('<span class="badge{}">{}{}</span>', tone, icon(found.icon), word or found.word)


@register.simple_tag(takes_context=True)
def says_verified(context: Context) -> str:
    """`{% says_verified %}`: this page says "Verified", or will by itself. Its end states what that does not prove."""
    context.dicts[0]["_says_verified"] = cast(Any, True)
    return ""


@register.inclusion_tag("components/not_proven.html", takes_context=True)
def not_proven(context: Context) -> dict[str, Any]:
    """`{% not_proven %}`: what "Verified" does not prove, on pages that say it. In the base page already."""
    return {"said": "_says_verified" in context.dicts[0], "brief": True}


def _bars(digest: str) -> SafeString:
    """Eight bars, one a character: two fingerprints that differ look different before anyone reads them."""
    heights = [int(one, 16) + 1 for one in digest[:8].lower() if one in "0123456789abcdef"]
    path = "".join(f"M{x * 4} {16 - height}h3v{height}h-3z" for x, height in enumerate(heights))
    return format_html('<svg viewBox="0 0 31 16" aria-hidden="true"><path d="{}"/></svg>', path)


@register.inclusion_tag("components/chip.html", takes_context=True)
def chip(context: RequestContext, digest: str | bytes, what: str = "record") -> dict[str, Any]:
    """`{% chip batch.root "batch" %}`: any SHA-256, as hex or bytes. A tap shows all of it, copies and explains."""
    text = bytes(digest).hex() if isinstance(digest, bytes | memoryview) else str(digest or "")
    numbers: Any = context.dicts[0].setdefault("_chips", cast(Any, count(1)))
    return {
        "digest": text,
        "short": text[:8],
        "bars": _bars(text),
        "what": what,
        "id": f"fp-{text[:8]}-{next(numbers)}",
    }


@register.simple_tag
def when(moment: datetime | date | str | None, zone: str | None = None, style: str = "full") -> SafeString | str:
    """`{% when event.time place.timezone %}`: the place's own time, zone named, UTC on hover.

    Styles: full, short, date, time. A text is read as RFC 3339; one that is none is shown as it is.
    """
    if not moment:
        return "—"
    if isinstance(moment, str):
        parsed = parse_datetime(moment)
        if parsed is None:
            return moment
        moment = parsed
    if not isinstance(moment, datetime):
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), formats.date_format(moment, "j F Y"))
    utc = aware(moment).astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        in_words(utc, UTC),
        in_words(moment, zone, style),
    )


@register.filter
def ago(moment: datetime | None) -> str:
    """`{{ status.beat|ago }}`: just now, 3 minutes ago, 2 days ago; in the reader's language. None is a dash."""
    if moment is None:
        return "—"
    if (datetime.now(UTC) - moment).total_seconds() < 60:
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": timesince(moment, depth=1)}


@register.filter
def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """`{{ count|number }}` 1,204,377; `{{ share|number:1 }}` 61.5; in the reader's language. None is a dash."""
    if value is None:
        return "—"
    return str(formats.number_format(round(Decimal(str(value)), decimals), decimals, force_grouping=True))


@register.filter
def money(minor: int | None, currency: str = "EUR") -> str:
    """`{{ amount|money:"EUR" }}`: minor units of an ISO 4217 currency as `EUR 12,480.00`."""
    if minor is None:
        return "—"
    digits = minor_units(currency)
    return f"{currency}\u00a0{number(Decimal(minor).scaleb(-digits), digits)}"


@register.simple_tag
def percent(share: float | None, decimals: int = 0) -> str:
    """`{% percent 0.615 %}` 62 %: a share between 0 and 1."""
    return "—" if share is None else f"{number(share * 100, decimals)}\u00a0%"


@register.simple_tag(takes_context=True)
def page_url(context: RequestContext, page: int) -> str:
    """The present address with another `page`, all other parameters kept."""
    query = context["request"].GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"


@register.simple_tag
def attributes(**named: object) -> SafeString:
    """` name="value"` for each that is not empty; underscores become dashes."""
    given = ((key.replace("_", "-"), value) for key, value in named.items() if value not in (None, "", False))
    return format_html_join("", ' {}="{}"', given)
