"""How often one member, or one address without a login, may call the API: counted in windows, cheap at any rate.

Counts lie in the cache: with one shared by all web processes (`CACHE_URL`) they are exact, otherwise each process has
its own and a limit holds per process.
"""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

SECONDS = {"sec": 1, "min": 60, "hour": 3600, "day": 86400}


class Window(BaseThrottle):
    """At most so many requests a window; the rates are in `REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]`, as `600/min`."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count this request; False where it is one too many, which DRF answers with 429."""
        member = request.user if request.user and request.user.is_authenticated else None
        scope = "user" if member else self.of_nobody(view)
        self._left = wait(scope, str(member.pk) if member else self.get_ident(request))
        return not self._left

    def of_nobody(self, view: Any) -> str:
        """The scope of whoever has no login; a view whose callers never have one names its own."""
        return str(getattr(view, "throttle_scope", "anon"))

    def wait(self) -> float:
        """Seconds until the next window."""
        return self._left


def wait(scope: str, who: str) -> float:
    """Count one more of `who` in this window; seconds until the next one where it is one too many, else 0."""
    allowed, seconds = several(scope, who, 1)
    return 0.0 if allowed else seconds


def several(scope: str, who: str, number: int) -> tuple[int, float]:
    """Count so many more of `who` in this window: how many of them are not too many, and seconds until the next one."""
    rates: Any = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    most, seconds = _rate(rates[scope])
    now = time.time()
    key = f"throttle:{scope}:{who}:{int(now // seconds)}"
    cache.add(key, 0, timeout=2 * seconds)
    try:
        count = cache.incr(key, number)
    except ValueError:  # pushed out of the cache just now
        count = number
    return max(0, number - max(0, count - most)), seconds - now % seconds


def _rate(text: str) -> tuple[int, int]:
    count, _, period = text.partition("/")
    return int(count), SECONDS[period]
