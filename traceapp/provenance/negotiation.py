"""What a request asks for by its headers: media types and languages with weights (RFC 9110, RFC 4647). Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)
_MOST = 64  # more ranges than this in one header are no preference of anybody


@dataclass(frozen=True)
class Wishes:
    """Ranges with their weights; no `media` means that any will do, no `languages` that none is preferred."""

    media: tuple[tuple[str, float], ...] = ()
    languages: tuple[tuple[str, float], ...] = ()

    def media_weight(self, media_type: str) -> float:
        """How welcome a media type is, 0 to 1, by the most specific range that names it."""
        if not self.media:
            return 1.0
        whole, kind = media_type.lower(), media_type.lower().partition("/")[0]
        for name in (whole, f"{kind}/*", "*/*"):
            found = [weight for one, weight in self.media if one == name]
            if found:
                return max(found)
        return 0.0

    def names(self, media_type: str) -> bool:
        """Whether this very media type is asked for, and not just let through by `*/*`."""
        return any(one == media_type.lower() and weight > 0 for one, weight in self.media)

    def language_weight(self, languages: Sequence[str]) -> float:
        """How welcome a text in these languages is. A link that names none is better than one in a wrong language."""
        if not languages:
            return 0.001
        return max((self._of_one(one.lower()) for one in languages), default=0.0)

    def _of_one(self, language: str) -> float:
        best = 0.0
        for wanted, weight in self.languages:
            if wanted in (language, "*"):
                best = max(best, weight)
            elif language.startswith(f"{wanted}-") or wanted.startswith(f"{language}-"):
                best = max(best, weight * 0.9)  # de for de-AT, and the reverse: near, but not the same
        return best


@lru_cache(maxsize=512)
def wishes(accept: str, accept_language: str) -> Wishes:
    """From the two headers as they came; what cannot be read in them is left out."""
    return Wishes(_ranges(accept), _ranges(accept_language))


def _ranges(header: str) -> tuple[tuple[str, float], ...]:
    found = []
    for part in header.split(",")[:_MOST]:
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            found.append((name.lower(), _weight(parameters)))
    return tuple(found)


def _weight(parameters: Sequence[str]) -> float:
    return next((float(match[1]) for one in parameters if (match := _WEIGHT.fullmatch(one))), 1.0)
