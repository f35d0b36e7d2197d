"""The Core Business Vocabulary 2.0: its words, their full names, and what to call them in front of people.

In JSON a standard value is written as a bare word (`shipping`). Its web URI, the compact form of it and the URN of CBV
1 mean the same and are read as the bare word. Any other URI is somebody's own value and stays as it is.
"""

from __future__ import annotations

from traceapp.epcis.cbv import BIZ_STEPS, BIZ_TRANSACTIONS, DISPOSITIONS, ERROR_REASONS, SOURCES_AND_DESTINATIONS

__all__ = [
    "VOCABULARIES",
    "VocabularyError",
    "bare",
    "full_name",
    "title_for",
    "title_pattern",
    "urn_name",
    "words_for",
]


class VocabularyError(ValueError):
    """A value that is neither a word of the vocabulary nor a URI of somebody's own."""


VOCABULARIES: dict[str, tuple[str, str, frozenset[str]]] = {
    "bizStep": ("BizStep", "bizstep", frozenset(BIZ_STEPS)),
    "disposition": ("Disp", "disp", frozenset(DISPOSITIONS)),
    "bizTransaction": ("BTT", "btt", frozenset(BIZ_TRANSACTIONS)),
    "sourceOrDestination": ("SDT", "sdt", frozenset(SOURCES_AND_DESTINATIONS)),
    "errorReason": ("ER", "er", frozenset(ERROR_REASONS)),
}
"""For each vocabulary its name in web URIs, its name in URNs, and its words."""

_WEB = ("https://ref.gs1.org/cbv/", "https://ns.gs1.org/cbv/", "cbv:")
_URN = "urn:epcglobal:cbv:"


def bare(vocabulary: str, value: str) -> str:
    """The bare word of a standard value in any spelling, or the URI of an own one unchanged; else VocabularyError."""
    web_name, urn_name, words = VOCABULARIES[vocabulary]
    if value in words:
        return value
    word = _word(value, f"{web_name}-", f"{urn_name}:")
    if word in words:
        return word
    if word is not None or ":" not in value:
        raise VocabularyError(f"{value[:80]!r} is not a {vocabulary} of the CBV; an own value must be a URI")
    return value


def _word(value: str, web_name: str, urn_name: str) -> str | None:
    """The word in a name from the CBV's own namespaces; None for a name from elsewhere."""
    for start in _WEB:
        if value.startswith(start):
            name = value.removeprefix(start)
            # Examples of the standard write `Bizstep-` as well as `BizStep-`.
            return name[len(web_name) :] if name.lower().startswith(web_name.lower()) else name
    if value.startswith(_URN):
        return value.removeprefix(_URN).removeprefix(urn_name)
    return None


def one_form(vocabulary: str, value: str) -> str:
    """A bare word where the vocabulary has it, whatever its spelling; other values unchanged."""
    try:
        return bare(vocabulary, value)
    except VocabularyError:
        return value


def full_name(vocabulary: str, word: str) -> str:
    """The web URI of a bare word; other values unchanged."""
    web_name, _, words = VOCABULARIES[vocabulary]
    return f"{_WEB[0]}{web_name}-{word}" if word in words else word


def urn_name(vocabulary: str, word: str) -> str:
    """The URN, as XML and CBV 1 use, of a bare word; other values unchanged."""
    _, name, words = VOCABULARIES[vocabulary]
    return f"{_URN}{name}:{word}" if word in words else word


def words_for(biz_step: str | None) -> str:
    """What happened, for people: `Shipped`. For an own value, its last word made readable; without a step, `Seen`."""
    return title_pattern(biz_step)[0]


def title_for(biz_step: str | None, place: str = "") -> str:
    """A title such as `Left Rotterdam` or `Received in Madrid`; the words alone without a place."""
    words, with_place = title_pattern(biz_step)
    return with_place.format(place=place) if place else words


def title_pattern(biz_step: str | None) -> tuple[str, str]:
    """The words without a place, and the pattern with `{place}`, for pages that translate before they fill it in."""
    if not biz_step:
        return "Seen", "Seen in {place}"
    word = one_form("bizStep", biz_step)
    if word in BIZ_STEPS:
        return BIZ_STEPS[word]
    words = _readable(word)
    return words, f"{words.replace('{', '{{').replace('}', '}}')}, {{place}}"


def _readable(value: str) -> str:
    """`https://example.org/bizstep/cold_storing` as `Cold storing`."""
    tail = value.rstrip("/#").replace("#", "/").replace(":", "/").rpartition("/")[2]
    words = tail.replace("_", " ").replace("-", " ").strip() or value
    return words[0].upper() + words[1:]
