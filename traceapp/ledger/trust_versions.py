"""The versions of the pinned trust file: each stays to be had, so that who knows an older one can follow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from traceapp.ledger import trust
from traceapp.ledger.trust import NotPinned
from traceapp.verifier.errors import TrustError
from traceapp.verifier.trust import Trust, parse_trust

PRINTED: Final = 20
"""Hex digits of a fingerprint on a label: 80 bits, which nobody finds a second file for."""


@dataclass(frozen=True)
class Version:
    """One trust file: `fingerprint` is the SHA-256 of its canonical form, in hex."""

    number: int
    fingerprint: str
    network: str
    demo: bool
    organisations: tuple[str, ...]
    is_current: bool = False

    @property
    def short(self) -> str:
        """`3f2a 91bc 04de 77a1 5c09`: the beginning, as printed on labels."""
        return grouped(self.fingerprint[:PRINTED])

    @property
    def grouped(self) -> str:
        return grouped(self.fingerprint)


def grouped(digits: str) -> str:
    """In fours, to be compared by eye."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def current() -> Version | None:
    """The version in force; None while nothing is pinned, or what is pinned is damaged."""
    try:
        return _version(trust.pinned(), is_current=True)
    except (NotPinned, TrustError):
        return None


def versions() -> list[Version]:
    """All that there are, newest first. Files that cannot be read are left out."""
    now = current()
    found = {now.number: now} if now else {}
    for path in _older():
        try:
            one = _version(parse_trust(path.read_bytes()))
        except (OSError, TrustError):
            continue
        found.setdefault(one.number, one)
    return [found[number] for number in sorted(found, reverse=True)]


def export(number: int) -> bytes:
    """The bytes of one version. NotPinned if there is no such version."""
    if (now := current()) is not None and now.number == number:
        return trust.export()
    path = Path(settings.TRUST_PATH)
    try:
        return path.with_name(f"{path.stem}-v{number}{path.suffix}").read_bytes()
    except OSError:
        raise NotPinned(f"there is no version {number} of the trust file here") from None


def _older() -> Iterator[Path]:
    path = Path(settings.TRUST_PATH)
    name = re.compile(rf"{re.escape(path.stem)}-v\d+{re.escape(path.suffix)}")
    return (one for one in path.parent.glob(f"{path.stem}-v*{path.suffix}") if name.fullmatch(one.name))


def _version(one: Trust, *, is_current: bool = False) -> Version:
    names = tuple(organisation.name for organisation in one.organisations.values())
    return Version(one.version, one.fingerprint, one.network, one.demo, names, is_current)
