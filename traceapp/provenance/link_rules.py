"""What must hold of a link, as sentences by field. The page and the API ask the same rules. Pure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from traceapp.epcis.digital_link import DigitalLink, parse_path, without_slash
from traceapp.epcis.gs1_keys import CONVENIENCE_ALPHAS, KEYS, IdentifierError
from traceapp.epcis.scanned import CodeError, find
from traceapp.provenance import link_types
from traceapp.provenance.levels import registered

Errors = dict[str, str]

_ADDRESS = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_MEDIA = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+\-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+\-]{0,60}")
_MEDIA_KINDS = ["application", "audio", "font", "haptics", "image", "message", "model", "multipart", "text", "video"]


def entity_of(code: str) -> DigitalLink:
    """What a link is for, from a code in any form; IdentifierError says what is wrong with it."""
    try:
        return registered(find(code))
    except CodeError as error:
        raise IdentifierError(str(error)) from error


def normal_languages(text: str) -> str:
    """`EN, en_gb` as `en en-GB`, each once."""
    found = []
    for tag in re.split(r"[\s,;]+", text.strip()):
        language, _, region = tag.replace("_", "-").partition("-")
        found.append(f"{language.lower()}-{region.upper()}" if region else language.lower())
    return " ".join(dict.fromkeys(one for one in found if one))


def link_errors(values: Mapping[str, Any], own_hosts: frozenset[str]) -> Errors:
    """Faults by field; `link_type` and `languages` are in normal form. `own_hosts` are this resolver's."""
    found = {
        "link_type": link_types.fault(str(values.get("link_type") or "")),
        "href": href_fault(str(values.get("href") or ""), own_hosts),
        "title": "" if str(values.get("title") or "").strip() else "Say in a few words what is found there.",
        "languages": _languages_fault(str(values.get("languages") or "")),
        "media_type": _media_fault(str(values.get("media_type") or "")),
        "valid_until": _period_fault(values),
        "standing": _standing_fault(values),
    }
    return {field: fault for field, fault in found.items() if fault}


def href_fault(href: str, own_hosts: frozenset[str]) -> str:
    """Why nobody may be led to this address; empty if they may."""
    if not href.isascii() or not _ADDRESS.fullmatch(href) or _BAD_ESCAPE.search(href):
        return "An address holds no spaces, quotes or accents: write them percent-encoded, such as %20."
    try:
        parts = urlsplit(href)
        host = (parts.hostname or "").lower()
        named = parts.username is not None or parts.password is not None or parts.port == 0
    except ValueError:
        return "This is no web address."
    if parts.scheme.lower() != "https" or not host:
        return "An address begins with https://."
    if named:
        return "An address must not hold a user name or password."
    return _host_fault(host, parts.path, own_hosts)


def _host_fault(host: str, path: str, own_hosts: frozenset[str]) -> str:
    if "." not in host and ":" not in host:
        return f"There is no site {host[:60]!r}: write its full name."
    if host in own_hosts and _is_code(path):
        return "This address is a code of this resolver: it would lead in a circle. Use the page it should end at."
    return ""


def _is_code(path: str) -> bool:
    first = path.lstrip("/").split("/")[0]
    if first.isdigit() or first in KEYS or first in CONVENIENCE_ALPHAS:
        return True
    try:
        parse_path(without_slash(path))
    except IdentifierError:
        return False
    return True


def _languages_fault(languages: str) -> str:
    wrong = next((one for one in languages.split() if not _LANGUAGE.fullmatch(one)), None)
    return (
        f"{wrong!r} is no language tag: write two letters, such as en, or with a country, such as en-GB."
        if wrong
        else ""
    )


def _media_fault(media_type: str) -> str:
    if not media_type or (_MEDIA.fullmatch(media_type) and media_type.partition("/")[0] in _MEDIA_KINDS):
        return ""
    return f"{media_type[:60]!r} is no media type: write it like text/html or application/pdf."


def _period_fault(values: Mapping[str, Any]) -> str:
    start, end = values.get("valid_from"), values.get("valid_until")
    return "The link would end before it begins." if start and end and end <= start else ""


def _standing_fault(values: Mapping[str, Any]) -> str:
    if values.get("standing") == "variant" and not values.get("languages"):
        return "Say which language its readers have."
    limited = values.get("valid_from") or values.get("valid_until")
    if values.get("standing") == "default" and limited:
        return "Where a code leads by default must not end: leave both dates empty, or choose another standing."
    return ""
