"""The headers of the EPCIS interface: what we announce, and what a client asks for."""

import re
from typing import TypeVar

from django.http import HttpRequest
from rest_framework.request import Request

from traceapp.epcis.formats import CbvFormat, EpcFormat
from traceapp.epcis.xml_names import OURS
from traceapp.web.epcis_rest.exceptions import EpcisProblem

EPCIS_VERSION, EPCIS_MIN, EPCIS_MAX = "2.0.1", "1.2.0", "2.0.1"
CBV_VERSION, CBV_MIN, CBV_MAX = "2.0.0", "1.2.0", "2.0.0"
VENDOR_VERSION = "traceapp-0.1.0"
EXTENSIONS = f"traceapp={OURS}"

ALWAYS = {
    "GS1-EPCIS-Version": EPCIS_VERSION,
    "GS1-CBV-Version": CBV_VERSION,
    "GS1-Extensions": EXTENSIONS,
}
"""On every answer of the interface."""


DISCOVERY = {
    **ALWAYS,
    "GS1-EPCIS-Min": EPCIS_MIN,
    "GS1-EPCIS-Max": EPCIS_MAX,
    "GS1-CBV-Min": CBV_MIN,
    "GS1-CBV-Max": CBV_MAX,
    "GS1-EPC-Format": EpcFormat.NO_PREFERENCE.value,
    "GS1-CBV-XML-Format": CbvFormat.NO_PREFERENCE.value,
    "GS1-Vendor-Version": VENDOR_VERSION,
}
"""What OPTIONS adds: of both formats all are served, which the standard's word for one value is `No_Preference`."""

_VERSION = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){0,4}")
Format = TypeVar("Format", EpcFormat, CbvFormat)
Asked = HttpRequest | Request


def check_versions(request: Asked) -> None:
    """EpcisProblem 406 unless what the client sends, and takes for an answer, is what we speak; 400 for no version."""
    for standard, lowest, highest in (("EPCIS", EPCIS_MIN, EPCIS_MAX), ("CBV", CBV_MIN, CBV_MAX)):
        sent, least, most = (_version(request, f"GS1-{standard}-{which}") for which in ("Version", "Min", "Max"))
        ours = f"Captured are {standard} {lowest} to {highest}; answers are in {highest}."
        if sent is not None and not _numbers(lowest) <= sent <= _numbers(highest):
            raise EpcisProblem(406, f"GS1-{standard}-Version: {_text(sent)} is not spoken here. {ours}")
        if least is not None and most is not None and least > most:
            why = f"GS1-{standard}-Min {_text(least)} is above GS1-{standard}-Max {_text(most)}."
            raise EpcisProblem(406, why)
        answered = _numbers(highest)
        if (least is not None and least > answered) or (most is not None and most < answered):
            raise EpcisProblem(406, f"GS1-{standard}-Min and GS1-{standard}-Max leave no version that we have. {ours}")


def epc_format(request: Asked) -> EpcFormat:
    """How the client wants identifiers; Digital Links unless it says. EpcisProblem 406 for a word that is none."""
    return _format(request, "GS1-EPC-Format", EpcFormat, EpcFormat.DIGITAL_LINK)


def cbv_format(request: Asked) -> CbvFormat:
    """How the client wants words of the CBV in XML; web URIs unless it says. EpcisProblem 406 as above."""
    return _format(request, "GS1-CBV-XML-Format", CbvFormat, CbvFormat.WEB_URI)


def _format(request: Asked, header: str, words: type[Format], otherwise: Format) -> Format:
    given = request.headers.get(header, "").strip()
    if not given:
        return otherwise
    try:
        return words(given)
    except ValueError:
        raise EpcisProblem(406, f"{header} is one of {', '.join(words)}, not {given[:60]!r}.") from None


def _version(request: Asked, header: str) -> tuple[int, int] | None:
    given = request.headers.get(header, "").strip()
    if not given:
        return None
    if not _VERSION.fullmatch(given):
        why = f"A version is written as 2.0 or 2.0.1, not {given[:60]!r}."
        raise EpcisProblem(400, f"{header}: {why}", errors=[(header, why)])
    return _numbers(given)


def _numbers(version: str) -> tuple[int, int]:
    """Major and minor: the last number of a version changes wording only."""
    major, _, rest = version.partition(".")
    return int(major), int(rest.partition(".")[0] or 0)


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
