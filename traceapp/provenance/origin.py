"""The address under which this resolver was asked: what its linksets and redirects begin with."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def origin_of(request: HttpRequest) -> str:
    """PUBLIC_URL where its host was asked, whatever stands between; else the allowed host of the request."""
    public: str = settings.PUBLIC_URL
    host = request.get_host()
    return public if host == urlsplit(public).netloc else f"{request.scheme}://{host}"
