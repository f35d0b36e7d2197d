"""What a web process loads and sets up before its first request, so that nobody waits for it."""

import ctypes
from collections.abc import Callable
from typing import Final

from django.urls import get_resolver

_steps: list[Callable[[], None]] = []
_MALLOC: Final = (
    (-8, 1),  # M_ARENA_MAX: what a thread gave back, the others take; under the interpreter's lock none waits for it
    (-3, 1 << 20),  # M_MMAP_THRESHOLD: large arrays go back to the system once they are done with
    (-1, 1 << 20),  # M_TRIM_THRESHOLD
)


def register(step: Callable[[], None]) -> None:
    """To be done in each web process once the application is loaded."""
    _steps.append(step)


def up() -> None:
    """All of it."""
    assert get_resolver().url_patterns  # reading them imports every view
    for step in _steps:
        step()
    if _is_glibc():
        ctypes.CDLL(None).malloc_trim(0)  # what loading took for a moment: some megabytes


def spare_memory() -> None:
    """Have the C library keep little of what was freed. By itself it keeps for each thread what one large answer took.

    Numbers as in glibc's malloc.h; another C library is left as it is.
    """
    if _is_glibc():
        for option, value in _MALLOC:
            ctypes.CDLL(None).mallopt(option, value)


def _is_glibc() -> bool:
    return hasattr(ctypes.CDLL(None), "gnu_get_libc_version")
