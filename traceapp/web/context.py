"""What every template knows of the site itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = frozenset({"light", "dark"})


def site(request: HttpRequest) -> dict[str, Any]:
    """`demo`, `embedded_ledger` and `theme`: the labels a page must carry and the colours its reader chose."""
    theme = request.COOKIES.get("theme", "")
    return {
        "demo": settings.DEMO,
        "embedded_ledger": settings.LEDGER == "embedded",
        "theme": theme if theme in THEMES else "",
        "public_url": settings.PUBLIC_URL,
    }
