"""The path as the client sent it: a lot may hold `%2F`, which Django's own path has already decoded."""

from urllib.parse import quote, urlsplit

from django.http import HttpRequest

# Sub-delimiters and what RFC 3986 leaves alone in a path segment.
_SAFE = "/:@!$&'()*+,;=-._~"


def raw_path(request: HttpRequest) -> str:
    """Percent-encoded path, from gunicorn's RAW_URI or a server's REQUEST_URI; else quoted again."""
    raw = request.META.get("RAW_URI") or request.META.get("REQUEST_URI")
    if isinstance(raw, str) and raw:
        # An absolute-form request line (`GET http://host/path`) is legal.
        return urlsplit(raw).path if "://" in raw.split("?", 1)[0] else raw.split("?", 1)[0]
    return quote(request.path, safe=_SAFE)


def raw_query(request: HttpRequest) -> str:
    """The query with its `?`, byte for byte, or nothing."""
    query = request.META.get("QUERY_STRING", "")
    return f"?{query}" if query else ""
