"""`{% load proofs %}`: the check in the browser, and which trust file it goes by."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from traceapp.ledger import trust_versions
from traceapp.ledger.trust_versions import Version
from traceapp.proofs import check_words as words
from traceapp.proofs import pins

register = template.Library()
Firms = tuple[tuple[str, str], ...]  # name, and the address under which it states the fingerprint
Line = tuple[tuple[str, str], ...]  # of a step: `name`, `state`, `bundle` (address), `says` (see check_run.js)


@register.simple_tag
def check(steps: Iterable[Mapping[str, str]], credentials: str = "omit") -> SafeString:
    """`{% check steps %}`: has the proofs of these steps checked in the browser.

    Bundles are asked for as by anyone; with `"same-origin"` as by the member who looks.
    """
    lines = tuple(tuple(one.items()) for one in steps)
    return _check(lines, credentials, _language(), trust_versions.current(), _firms())


@register.simple_tag
def pin() -> SafeString:
    """`{% pin %}`: the trust file in force, whether this browser knows it, and who states its fingerprint."""
    return _pin(_language(), trust_versions.current(), _firms())


@lru_cache(maxsize=256)
def _check(lines: tuple[Line, ...], credentials: str, language: str, trust: Version | None, firms: Firms) -> SafeString:
    """Remembered by all that it says: a scan page is made hundreds of times a second."""
    steps = [dict(one) for one in lines]
    shown = {"steps": steps, "credentials": credentials, "trust": trust, "firms": firms}
    return render_to_string("proofs/check.html", shown)


@lru_cache(maxsize=16)
def _pin(language: str, trust: Version | None, firms: Firms) -> SafeString:
    return render_to_string("proofs/pin.html", {"trust": trust, "firms": firms}) if trust else SafeString()


def _firms() -> Firms:
    return tuple(pins.published())


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


@register.simple_tag
def check_words() -> SafeString:
    """` data-words="..."`: where check.js gets its texts from, and beside it those that it needs when nothing comes."""
    at_once = json.dumps(words.at_once(), ensure_ascii=False)
    return format_html('data-words="{}" data-at-once="{}"', reverse("proofs:words", args=[_language()]), at_once)
