"""`{% load trust %}`: which trust file this site checks by, for every page that says so."""

from django import template

from traceapp.ledger import trust_versions
from traceapp.ledger.trust_versions import Version

register = template.Library()


@register.simple_tag
def trust_in_force() -> Version | None:
    """`{% trust_in_force as trust %}{{ trust.number }} {{ trust.short }}`; None while there is none."""
    return trust_versions.current()


@register.filter
def in_fours(digits: str) -> str:
    """`{{ fingerprint|in_fours }}`: hex digits as people compare them."""
    return trust_versions.grouped(digits)
