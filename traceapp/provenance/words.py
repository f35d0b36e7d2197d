"""What happened, in a reader's own language: a step and a place become one short title."""

from django.utils.translation import gettext as _

from traceapp.epcis.vocabulary import one_form, title_pattern

# Where the vocabulary's word means little to somebody with a pack in hand.
PLAINER = {
    "commissioning": ("First recorded", "First recorded in {place}"),
    "decommissioning": ("Taken out of the records", "Taken out of the records in {place}"),
    "encoding": ("Label made", "Label made in {place}"),
}


def title(step: str, place: str = "") -> str:
    """`Shipped from Rotterdam` for a bizStep as it was recorded (bare word, URN or URI)."""
    words, with_place = PLAINER.get(word(step)) or title_pattern(step or None)
    return _(with_place).format(place=place) if place else _(words)


def word(step: str) -> str:
    """The bare word of a standard bizStep; somebody's own value as it is."""
    return one_form("bizStep", step)
