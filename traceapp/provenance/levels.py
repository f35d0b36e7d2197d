"""Which entities a Digital Link is about, from the one it names up to its key. Pure.

Links are registered at one of these levels; a request finds those of all its levels (GS1-Conformant Resolver 2.5.9).
"""

from traceapp.epcis.digital_link import DigitalLink

_ITEMS = frozenset({"01", "8006"})


def registered(link: DigitalLink) -> DigitalLink:
    """The entity that links of this code belong to: an item stands for itself, whatever its variant and lot are."""
    codes = [code for code, _ in link.qualifiers]
    if "21" in codes:
        return _with(link, "21")
    return DigitalLink(link.primary, link.value, tuple(one for one in link.qualifiers if one != ("254", "0")))


def levels(link: DigitalLink) -> tuple[DigitalLink, ...]:
    """All levels a request meets, most specific first, each once: item; variant and lot; lot; variant; product."""
    if link.primary not in _ITEMS:
        found = [registered(link), *([DigitalLink(link.primary, link.value)] if link.primary != "415" else [])]
        return tuple(dict.fromkeys(found))
    sets = (("21",), ("235",), ("22", "10"), ("10",), ("22",), ())
    held = {code for code, _ in link.qualifiers}
    return tuple(_with(link, *codes) for codes in sets if held.issuperset(codes))


def _with(link: DigitalLink, *codes: str) -> DigitalLink:
    return DigitalLink(link.primary, link.value, tuple(one for one in link.qualifiers if one[0] in codes))
