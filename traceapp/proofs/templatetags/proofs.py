"""`{% load proofs %}`: the words of the check, and which firms publish the trust file's fingerprint themselves."""

import json
from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from traceapp.proofs import check_words as words
from traceapp.proofs import pins

register = template.Library()


@register.simple_tag
def check_words() -> SafeString:
    """` data-words="..."`: where check.js gets its texts from, and beside it those that it needs when nothing comes."""
    return _attributes(get_language() or settings.LANGUAGE_CODE)


@lru_cache(maxsize=16)
def _attributes(language: str) -> SafeString:
    """Written once a language: a scan page is made hundreds of times a second."""
    at_once = json.dumps(words.at_once(), ensure_ascii=False)
    return format_html('data-words="{}" data-at-once="{}"', reverse("proofs:words", args=[language]), at_once)


@register.simple_tag
def fingerprint_published() -> Iterable[tuple[str, str]]:
    """`{% fingerprint_published as firms %}`: (name, address) of each firm that states it on its own domain."""
    return [(host.organisation.name, pins.address(host)) for host in pins.published()]
