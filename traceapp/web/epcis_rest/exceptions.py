"""Problem details of the EPCIS interface: the standard's exceptions by name, the status in the body, JSON or XML."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from traceapp.epcis.xml_element import Element, write
from traceapp.epcis.xml_names import EPCIS_XML, OURS
from traceapp.web.problems import Place, details

PREFIX = "epcisException:"

# Status, exception and title as the REST description of EPCIS 2.0 has them. What it has no word for (docs/adr) is an
# ImplementationException where the server cannot, and a ValidationException where the client should send otherwise.
_BY_STATUS: dict[int, tuple[str, str]] = {
    400: ("ValidationException", "Not accepted as sent"),
    401: ("SecurityException", "Unauthorised request"),
    403: ("SecurityException", "Access to resource forbidden"),
    404: ("NoSuchNameException", "Resource not found"),
    405: ("ImplementationException", "Method not allowed"),
    406: ("NotAcceptableException", "Conflicting request and response headers"),
    409: ("ResourceAlreadyExistsException", "A resource with the provided identifier already exists"),
    413: ("CaptureLimitExceededException", "Capture payload too large"),
    414: ("URITooLongException", "URI too long"),
    415: ("UnsupportedMediaTypeException", "Unsupported media type"),
    422: ("ValidationException", "Not accepted as sent"),
    429: ("ImplementationException", "Too many requests"),
    500: ("ImplementationException", "A server-side error occurred"),
    501: ("ImplementationException", "Functionality not supported by server"),
    503: ("ImplementationException", "The server cannot do this at the moment"),
}


class EpcisProblem(Exception):
    """An answer that says no. Views raise it; `exception` is the standard's name, by the status if left out.

    `errors` are (where, what) pairs, as in `web.problems`.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        exception: str = "",
        title: str = "",
        errors: Iterable[Place] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.exception = exception
        self.title = title
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The members of the problem."""
        return members(self.status, self.detail, exception=self.exception, title=self.title, errors=self.errors)


def members(
    status: int, detail: str = "", *, exception: str = "", title: str = "", errors: Iterable[Place] = ()
) -> dict[str, Any]:
    """Problem details whose `type` is an EPCIS exception."""
    name, its_title = _BY_STATUS.get(status) or _BY_STATUS[400 if status < 500 else 500]
    return details(status, detail, title=title or its_title, type=PREFIX + (exception or name), errors=errors)


def as_json(problem: Mapping[str, Any]) -> bytes:
    return json.dumps(problem, ensure_ascii=False).encode("utf-8", "replace")


def as_xml(problem: Mapping[str, Any]) -> bytes:
    """An `epcis:EPCISException` of the standard's schema; our list of places follows in a namespace of our own."""
    root = Element("epcis:EPCISException", children=problem_elements(problem))
    root.prefixes = {"epcis": EPCIS_XML, "traceapp": OURS}
    return write(root)


def problem_elements(problem: Mapping[str, Any]) -> list[Element]:
    """The members in the order of the schema's `RFC7807ProblemResponseBodyType`."""
    parent = Element("")
    for name in ("type", "title", "status", "detail", "instance"):
        if name in problem:
            parent.add(name, str(problem[name]))
    if problem.get("path"):
        parent.add("traceapp:path", str(problem["path"]))
    for place in problem.get("errors", ()):
        parent.add("traceapp:error", str(place["detail"]), path=str(place["path"]))
    return parent.children
